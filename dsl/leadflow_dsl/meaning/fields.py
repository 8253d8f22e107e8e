"""The lead's fields."""

from __future__ import annotations

from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.comparisons import check_range
from leadflow_dsl.meaning.declaring import aliases_of
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.literals import converted
from leadflow_dsl.meaning.patterns import pattern
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.meaning.typing import type_of
from leadflow_dsl.rules.conditions import MISMATCH
from leadflow_dsl.rules.contradictions import ADDS_NOTHING
from leadflow_dsl.rules.names import CYCLE, UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import Term, Type, reads
from leadflow_dsl.types import TEXT, comparable, described, kind


def build_lead(draft: Draft) -> None:
    """Fields, ``require any`` and dimensions."""
    taken = _own_names(draft)
    seen: set[str] = set()
    for node, own in draft.field_nodes:
        if node.name.text not in seen:
            draft.fields.append(_field(draft, node, own, taken))
        seen.add(node.name.text)
    _check_circles(draft)
    for item in draft.require_nodes:
        names = tuple(name.text for name in item.names if _is_field(draft, name))
        draft.require_any.append(model.RequireAny(names, item.reason.value, item.span))
        _always_met(draft, item, names)
    for statement in draft.own_items():
        if isinstance(statement, nodes.Dimension):
            draft.dimensions.extend(name.text for name in statement.names if _is_field(draft, name))


def _always_met(draft: Draft, item: nodes.RequireAny, names: tuple[str, ...]) -> None:
    """Report a ``require any of`` with a field that is there in every lead."""
    required = next((one for one in draft.fields if one.name in names and one.required == "always"), None)
    if required is not None:
        message = f"this asks for nothing: `{required.name}` is required anyway"
        label = Label(required.span, "required here")
        help = f"take it out, or take `required` from `{required.name}`"
        draft.found(ADDS_NOTHING.at(item.span, message, "met by every lead", help, (label,)))


def _is_field(draft: Draft, name: nodes.Name) -> bool:
    symbol = draft.words.get(name.text)
    if symbol is not None and symbol.kind == "field":
        return True
    fields = [word for word, known in draft.words.items() if known.kind == "field"]
    help = did_you_mean(name.text, fields, draft)
    draft.found(UNKNOWN.at(name.span, f"unknown field `{name.text}`", "not declared in `lead`", help))
    return False


def _own_names(draft: Draft) -> set[str]:
    """Names and aliases that the flow's own fields claim: no field from a library answers to them."""
    found: set[str] = set()
    for node, own in draft.field_nodes:
        found |= {node.name.text} | (set(aliases_of(node)) if own else set())
    return found


def _field(draft: Draft, node: nodes.Field, own: bool, taken: set[str]) -> model.Field:
    symbol = draft.words.get(node.name.text)
    type_ = symbol.type if symbol and symbol.type else type_of(draft, node.type)
    said = _modifiers(draft, node)
    low, high = _range(draft, said.get(nodes.Range), type_)
    required = said.get(nodes.Required)
    default = said.get(nodes.Default)
    matches = said.get(nodes.Matches)
    what = f"the default of `{node.name.text}`"
    return model.Field(
        name=node.name.text,
        type=type_,
        required="" if required is None else required.phase.text if required.phase else "always",
        default=converted(draft, default.value, type_, what) if default else None,
        low=low,
        high=high,
        pattern=pattern(draft, matches.pattern) if matches else None,
        aliases=tuple(alias for alias in aliases_of(node) if own or alias not in taken),
        sensitive=nodes.Sensitive in said or kind(type_).sensitive,
        transient=nodes.Transient in said or kind(type_).transient,
        computed=_computed(draft, node, type_),
        span=node.name.span,
    )


def _modifiers(draft: Draft, node: nodes.Field) -> dict[type, Any]:
    said: dict[type, Any] = {}
    for modifier in node.modifiers:
        if type(modifier) in said:
            message = f"`{node.name.text}` says this twice"
            draft.found(SAID_TWICE.at(modifier.span, message, "said again", "take one out"))
        said.setdefault(type(modifier), modifier)
    return said


def _range(draft: Draft, node: nodes.Range | None, type_: Type) -> tuple[Term | None, Term | None]:
    if node is None:
        return None, None
    if not kind(type_).ordered and type_.name != "range":
        message = f"`between` needs an order, and {described(type_)} has none"
        draft.found(MISMATCH.at(node.span, message, "", "`matches /re/` limits texts"))
        return None, None
    low, high = (converted(draft, side, type_, "a limit") for side in (node.low, node.high))
    if low is not None and high is not None:
        check_range(Resolver(draft, Scope()), node, low, high)
    return low, high


def _computed(draft: Draft, node: nodes.Field, type_: Type) -> Term | None:
    if node.computed is None:
        return None
    term = Resolver(draft, Scope(places=True)).value(node.computed, type_)
    if not comparable(type_, term.type) and type_ != TEXT:
        message = (
            f"`{node.name.text}` is of type {described(type_)}, its value of type {described(term.type)}"
        )
        draft.found(MISMATCH.at(node.computed.span, message, "", "change the type, or convert the value"))
    return term


def _check_circles(draft: Draft) -> None:
    """Report computed fields that need themselves."""
    needs = {
        field.name: {read.name for read in reads(field.computed) if read.kind == "field"}
        for field in draft.fields
        if field.computed is not None
    }
    for field in draft.fields:
        if field.name in needs and field.name in _reach(field.name, needs):
            message = f"`{field.name}` is computed from itself"
            draft.found(CYCLE.at(field.span, message, "circular", "compute it from fields that are sent"))


def _reach(start: str, needs: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(needs.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs.get(name, ()))
    return found
