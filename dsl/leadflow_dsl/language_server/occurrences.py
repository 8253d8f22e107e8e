"""Every word of a flow that is a name: where it stands, and what it names.

Expressions and templates tell while they are checked (``Draft.references``). What a statement names by its place alone
(``needs phone_check``, ``tag west``, ``closed on holidays``) is read from the tree by a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.language_server.analysis import Analysis, holds
from leadflow_dsl.unguarded import dataclass
from leadflow_dsl.walk import walk


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A word at ``span`` that names what is declared as ``kind`` under ``name``.

    kind: as a symbol's, and ``tag``, ``group``, ``shared`` (a cap's), ``result`` (``look_up.value``), ``env``.
    ``declares``: this is the declaration, or one of them where a name has none of its own (a tag).
    """

    span: Span
    kind: str
    name: str
    declares: bool = False


Named = tuple[Iterable[Any], str]


def _plain(kind: str, *attributes: str) -> Callable[[Any], Iterator[Named]]:
    """The names that some attributes of a node hold, all of one kind."""

    def read(node: Any) -> Iterator[Named]:
        for attribute in attributes:
            value = getattr(node, attribute)
            yield (value if isinstance(value, tuple) else (value,)), kind

    return read


def _in_stage(node: nodes.Stage) -> Iterator[Named]:
    yield [ref for ref in node.buyers if isinstance(ref, nodes.Name)], "buyer"


def _subject(node: nodes.NeverAssertion) -> Iterator[Named]:
    if isinstance(node.subject, nodes.Name) and node.subject.text != "sold":
        yield (node.subject,), "buyer"


def _closed_on(node: nodes.ClosedOn) -> Iterator[Named]:
    yield [day for day in node.days if isinstance(day, nodes.Name)], "calendar"


_BY_PLACE: Final[dict[type, Callable[[Any], Iterator[Named]]]] = {
    nodes.Needs: _plain("enhance", "names"),
    nodes.Amount: _plain("enhance", "plus_cost_of"),
    nodes.Tag: _plain("tag", "names"),
    nodes.TagRef: _plain("tag", "name"),
    nodes.Group: _plain("group", "name"),
    nodes.Shared: _plain("shared", "name"),
    nodes.Stage: _in_stage,
    nodes.NeverAssertion: _subject,
    nodes.PolicyWeight: _plain("buyer", "buyer"),
    nodes.PolicyPause: _plain("buyer", "buyer"),
    nodes.PolicySlow: _plain("source", "source"),
    nodes.Buyer: _plain("buyer", "like"),
    nodes.StepHere: _plain("step", "name"),
    nodes.OnReject: _plain("deliver", "delivers"),
    nodes.OnUnsold: _plain("deliver", "delivers"),
    nodes.OrderKey: _plain("score", "name"),
    nodes.ClosedOn: _closed_on,
    nodes.InWindow: _plain("call_window", "name"),
    nodes.Use: _plain("fields", "name"),
    nodes.RequireAny: _plain("field", "names"),
    nodes.Dimension: _plain("field", "names"),
    nodes.MapPair: _plain("field", "name"),
    nodes.PingFields: _plain("field", "names"),
    nodes.Env: _plain("env", "name"),
}
_WITHOUT_DECLARATION: Final = frozenset({"tag", "group", "shared", "env"})


def occurrences(analysis: Analysis) -> tuple[Occurrence, ...]:
    """Every word of a flow's files that names something declared, in the order of the text, each once."""
    found = dict.fromkeys((*_declared(analysis), *_read(analysis), *_placed(analysis)))
    return tuple(sorted(found, key=lambda one: (one.span.file, one.span.start)))


def _declared(analysis: Analysis) -> Iterator[Occurrence]:
    draft = analysis.draft
    tables = (draft.words, *(table for table in draft.others.values()))
    for symbol in (symbol for table in tables for symbol in table.values()):
        if symbol.kind != "route":
            yield Occurrence(symbol.span, symbol.kind, symbol.name, True)
        for value in _results(symbol.node) if symbol.kind == "enhance" else ():
            yield Occurrence(value.name.span, "result", f"{symbol.name}.{value.name.text}", True)


def _results(node: object) -> Iterator[nodes.SetValue]:
    return (found for found in walk(node) if isinstance(found, nodes.SetValue))


def _read(analysis: Analysis) -> Iterator[Occurrence]:
    for reference in analysis.draft.references:
        yield Occurrence(reference.span, reference.kind, reference.name)


def _placed(analysis: Analysis) -> Iterator[Occurrence]:
    for loaded in analysis.draft.files:
        for node in walk(loaded.tree):
            kind = type(node)
            if kind in _BY_PLACE:
                for names, of in _BY_PLACE[kind](node):
                    yield from _resolved(analysis, names, of)
            elif kind is nodes.Call:
                yield from _arguments(analysis, node)


def _resolved(analysis: Analysis, names: Iterable[Any], kind: str) -> Iterator[Occurrence]:
    for name in names:
        if name is None:
            continue
        if kind in _WITHOUT_DECLARATION:
            yield Occurrence(name.span, kind, name.text, True)
        elif symbol := analysis.symbol(kind, name.text):
            yield Occurrence(name.span, symbol.kind, symbol.name)


def _arguments(analysis: Analysis, node: Any) -> Iterator[Occurrence]:
    """What a call names: the table of a ``lookup``, the buyer or source of a figure."""
    function, plain = node.function, [each.value for each in node.arguments if each.kind == "plain"]
    words = [value for value in plain[:1] if isinstance(value, nodes.Word)]
    if isinstance(function, nodes.Word) and function.text == "lookup":
        yield from _resolved(analysis, words, "table")
    elif isinstance(function, nodes.Attribute) and isinstance(function.value, nodes.Word):
        for kind in ("buyer", "source"):
            yield from _resolved(analysis, words, kind)
    if isinstance(function, nodes.Word):
        return


def occurrence_at(analysis: Analysis, file: str, offset: int) -> Occurrence | None:
    """The name on which a cursor stands (the shortest, where one lies in another)."""
    there = [one for one in occurrences(analysis) if holds(one.span, file, offset)]
    return min(there, key=lambda one: one.span.end - one.span.start, default=None)


def declaration(analysis: Analysis, one: Occurrence) -> Span | None:
    """Where the name of an occurrence is declared; None for a name that has no declaration."""
    if one.kind in _WITHOUT_DECLARATION:
        return None
    return next(
        (
            other.span
            for other in _declared(analysis)
            if other.kind == one.kind and other.name == one.name and other.declares
        ),
        None,
    )
