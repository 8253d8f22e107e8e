"""The second pass: what is declared, under which name, and in which order the steps run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Edit, Label, Span
from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.meaning.typing import type_of
from leadflow_dsl.rules.names import CYCLE, DUPLICATE, RESERVED, UNKNOWN
from leadflow_dsl.terms import Type
from leadflow_dsl.types import TEXT
from leadflow_dsl.walk import find

BUILT_IN = frozenset(
    (
        "lead",
        "source",
        "buyer",
        "now",
        "random",
        "extra",
        "payload",
        "ping",
        "delivery",
        "stats",
        "true",
        "false",
    )
)
OPERATORS = frozenset(
    "and or not in is between contains starts ends matches within env exactly else of".split()
)
"""Words that an expression could not read as a name."""
KEPT = BUILT_IN | OPERATORS
KEPT_FROM_FIELDS = (KEPT - {"source"}) | {"on"}

Declare = Callable[[Draft, Any, bool], None]


def declare(draft: Draft) -> None:
    """Fill the symbol tables, the list of field declarations, and the order of the steps."""
    items = [(item, loaded.own) for loaded in draft.files for item in loaded.tree.items]
    for item, own in items:
        if isinstance(item, nodes.Fields):
            _other("fields")(draft, item, own)
    for item, _ in items:
        if isinstance(item, nodes.Lead):
            _take_fields(draft, item.items, True, ())
    for node, own in draft.field_nodes:
        _declare_field(draft, node, own)
    for item, own in items:
        if type(item) in _DECLARE:
            _DECLARE[type(item)](draft, item, own)
    _order_steps(draft)


def _name(draft: Draft, symbol: Symbol, table: dict[str, Symbol]) -> None:
    earlier = table.get(symbol.name)
    if earlier is not None:
        message = f"`{symbol.name}` is declared twice"
        place = Label(earlier.span, f"first declared here, as {earlier.kind}")
        draft.found(DUPLICATE.at(symbol.span, message, "declared again", "rename one of the two", (place,)))
        return
    kept = KEPT_FROM_FIELDS if symbol.kind == "field" else KEPT
    if table is draft.words and symbol.name in kept:
        message = f"`{symbol.name}` cannot name a {symbol.kind}"
        draft.found(RESERVED.at(symbol.span, message, "the language keeps this word", "choose another name"))
        if symbol.name not in OPERATORS:
            return
    table[symbol.name] = symbol


def _word(kind: str) -> Declare:
    def declare_word(draft: Draft, node: Any, own: bool) -> None:
        symbol = Symbol(kind, node.name.text, node.name.span, node, own, _list_type(draft, node))
        _name(draft, symbol, draft.words)

    return declare_word


def _list_type(draft: Draft, node: object) -> Type | None:
    if isinstance(node, nodes.Suppression):
        return type_of(draft, nodes.TypeName(node.type, node.type.span))
    return TEXT if isinstance(node, nodes.ListValues | nodes.ListFile) else None


def _other(kind: str) -> Declare:
    def declare_other(draft: Draft, node: Any, own: bool) -> None:
        _name(draft, Symbol(kind, node.name.text, node.name.span, node, own), draft.of(kind))

    return declare_other


def _enhance(draft: Draft, node: nodes.Enhance, own: bool) -> None:
    results = set_types(draft, node.items)
    symbol = Symbol(
        "enhance", node.name.text, node.name.span, node, own, None, results, on_demand=node.on_demand
    )
    _name(draft, symbol, draft.words)


def set_types(draft: Draft, items: Sequence[object]) -> dict[str, Type]:
    """What a request's answer sets, and of which types."""
    found: dict[str, Type] = {}
    for response in (item for item in items if isinstance(item, nodes.Response | nodes.Bids)):
        for value in find(response, nodes.SetValue):
            found.setdefault(value.name.text, type_of(draft, value.type))
    return found


_DECLARE: dict[type, Declare] = {
    nodes.ListValues: _word("list"),
    nodes.ListFile: _word("list"),
    nodes.Suppression: _word("suppression"),
    nodes.Table: _other("table"),
    nodes.Calendar: _other("calendar"),
    nodes.CallWindow: _other("call_window"),
    nodes.Source: _other("source"),
    nodes.Buyer: _other("buyer"),
    nodes.Enhance: _enhance,
    nodes.Filter: _word("filter"),
    nodes.Score: _word("score"),
    nodes.DeliverStep: _word("deliver"),
}


# ------------------------------------------------------------------ fields


def _take_fields(draft: Draft, items: Sequence[nodes.LeadItem], own: bool, above: tuple[str, ...]) -> None:
    """Fields in written order, those of ``use`` in its place; a field said itself comes before a used one."""
    said = {item.name.text for item in items if isinstance(item, nodes.Field)}
    for item in items:
        if isinstance(item, nodes.Field):
            draft.field_nodes.append((item, own))
        elif isinstance(item, nodes.RequireAny):
            draft.require_nodes.append(item)
        else:
            _use(draft, item, said, above)


def _import_of_standard(draft: Draft, file: str) -> tuple[Edit, ...]:
    """The import of the library that declares ``standard``, behind a file's head and the settings that follow it."""
    head = next((one.tree.head for one in draft.files if one.path == file and one.tree.head), None)
    text = draft.project.texts.get(file, "")
    settings = re.compile(r"[^{]*?\n(?=\n)|[^\n]*\n").match(text, head.span.end) if head else None
    if settings is None:
        return ()
    line = text.count("\n", 0, settings.end()) + 1
    behind = Span(file, line, 1, line, 1, settings.end(), settings.end())
    return (Edit(behind, '\nimport "library/standard_fields.flow"\n'),)


def _use(draft: Draft, item: nodes.Use, said: set[str], above: tuple[str, ...]) -> None:
    name = item.name.text
    group = draft.of("fields").get(name)
    if group is None or not isinstance(group.node, nodes.Fields):
        help = did_you_mean(name, draft.of("fields"))
        if name == "standard" and not help:
            help = ('import "library/standard_fields.flow" declares `standard`',)
        message = f"unknown group of fields `{name}`"
        fix = _import_of_standard(draft, item.span.file) if name == "standard" else ()
        draft.found(UNKNOWN.at(item.name.span, message, "no `fields` of this name", help, fix=fix))
        if not draft.lacking:
            draft.lacking.append(item.name.span)
        return
    if name in above:
        draft.found(CYCLE.at(item.name.span, f"`fields {name}` uses itself", help="take one `use` out"))
        return
    before = len(draft.field_nodes)
    _take_fields(draft, group.node.items, False, (*above, name))
    kept = [entry for entry in draft.field_nodes[before:] if entry[1] or entry[0].name.text not in said]
    draft.field_nodes[before:] = kept


def _declare_field(draft: Draft, node: nodes.Field, own: bool) -> None:
    draft.aliases.setdefault(node.name.text, aliases_of(node))
    symbol = Symbol("field", node.name.text, node.name.span, node, own, type_of(draft, node.type))
    _name(draft, symbol, draft.words)


def aliases_of(node: nodes.Field) -> tuple[str, ...]:
    """The names under which a source may send a field."""
    return tuple(
        alias.value if isinstance(alias, nodes.Text) else alias.text
        for modifier in node.modifiers
        if isinstance(modifier, nodes.Aliases)
        for alias in modifier.names
    )


# ------------------------------------------------------------------ the order of the steps


def _order_steps(draft: Draft) -> None:
    library = {
        name: symbol
        for name, symbol in draft.words.items()
        if not symbol.own and symbol.kind in ("enhance", "filter", "score", "deliver")
    }
    draft.named_delivers.update(name.text for name in _named(draft))
    for symbol in library.values():
        if symbol.on_demand or (symbol.kind == "deliver" and symbol.name in draft.named_delivers):
            draft.step_nodes.append(symbol.node)
    for item in draft.own_items():
        if isinstance(item, nodes.StepHere):
            _step_here(draft, item, library)
        elif isinstance(item, nodes.Enhance | nodes.Filter | nodes.Score | nodes.DeliverStep | nodes.Route):
            draft.step_nodes.append(item)
    for node, name in route_names(draft):
        draft.words.setdefault(name, Symbol("route", name, node.span, node))


def _step_here(draft: Draft, item: nodes.StepHere, library: dict[str, Symbol]) -> None:
    symbol = library.get(item.name.text)
    if symbol is None:
        own = draft.words.get(item.name.text)
        label = "runs where it is written" if own else "no library that is imported declares it"
        message = f"no step `{item.name.text}` in a library"
        draft.found(UNKNOWN.at(item.name.span, message, label, did_you_mean(item.name.text, library)))
    elif symbol.node in draft.step_nodes:
        if not symbol.on_demand:
            draft.found(DUPLICATE.at(item.name.span, f"`{item.name.text}` runs already", "said twice"))
    else:
        draft.step_nodes.append(symbol.node)


def _named(draft: Draft) -> Iterator[nodes.Name]:
    for item in (item for loaded in draft.files for item in loaded.tree.items):
        if isinstance(item, nodes.Filter):
            yield from (name for refused in find(item, nodes.OnReject) for name in refused.delivers)
        elif isinstance(item, nodes.Route):
            yield from (name for unsold in find(item, nodes.OnUnsold) for name in unsold.delivers)


def route_names(draft: Draft) -> tuple[tuple[nodes.Route, str], ...]:
    """Each route with its name as a step: ``route``, ``route_2``."""
    routes = [node for node in draft.step_nodes if isinstance(node, nodes.Route)]
    return tuple((node, "route" if place == 1 else f"route_{place}") for place, node in enumerate(routes, 1))


def steps_before(draft: Draft, node: object) -> frozenset[str]:
    """The names of the steps that have run when ``node`` runs; on-demand look-ups are always among them."""
    names: set[str] = {s.name for s in draft.words.values() if s.on_demand}
    routes = {id(route): name for route, name in route_names(draft)}
    for step in draft.step_nodes:
        if step is node:
            break
        name = getattr(step, "name", None)
        names.add(name.text if isinstance(name, nodes.Name) else routes.get(id(step), ""))
    return frozenset(names)


def all_steps(draft: Draft) -> frozenset[str]:
    """The names of all steps."""
    return steps_before(draft, None)
