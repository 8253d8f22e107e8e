"""The outline of a file: what it declares, with what stands inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outline. ``kind`` is a word of ``protocol.SYMBOLS``; ``name_span`` is what a click selects."""

    name: str
    kind: str
    detail: str
    span: Span
    name_span: Span
    inside: tuple[Entry, ...] = ()


_KINDS: Final[dict[type, str]] = {
    nodes.Fields: "fields",
    nodes.ListValues: "list",
    nodes.ListFile: "list",
    nodes.Suppression: "list",
    nodes.Table: "table",
    nodes.Calendar: "calendar",
    nodes.CallWindow: "calendar",
    nodes.Source: "source",
    nodes.Enhance: "step",
    nodes.Filter: "step",
    nodes.Score: "step",
    nodes.DeliverStep: "step",
    nodes.Buyer: "buyer",
}
_BLOCKS: Final[dict[type, str]] = {
    nodes.Lead: "lead",
    nodes.Route: "route",
    nodes.Ping: "ping",
    nodes.Deliver: "deliver",
    nodes.DeliverBatch: "deliver batch",
    nodes.DeliverEmail: "deliver email",
    nodes.Inquire: "inquire",
    nodes.Callback: "callback",
    nodes.Map: "map",
    nodes.Postback: "postback",
    nodes.BestOf: "best of",
}
"""Blocks that have no name of their own."""
_TITLED: Final = (nodes.NeverAssertion, nodes.SomeAssertion, nodes.Alert, nodes.Policy)


def outline(tree: nodes.File) -> tuple[Entry, ...]:
    """The declarations of a file in written order."""
    return tuple(_entries(tree.items))


def _entries(items: Any) -> Iterator[Entry]:
    for item in items:
        entry = _entry(item)
        if entry is not None:
            yield entry


def _entry(node: Any) -> Entry | None:
    if isinstance(node, nodes.Field):
        return Entry(node.name.text, "field", "", node.span, node.name.span)
    if isinstance(node, nodes.Stage):
        names = ", ".join(_buyer(ref) for ref in node.buyers)
        return Entry(f"{node.kind.text} {names}", "stage", "", node.span, node.kind.span)
    if isinstance(node, nodes.If):
        return Entry("if", "stage", "", node.span, node.condition.span, tuple(_branches(node)))
    if isinstance(node, nodes.Use):
        return Entry(f"use {node.name.text}", "fields", "", node.span, node.name.span)
    if isinstance(node, _TITLED):
        word = (
            type(node).__name__.lower().replace("neverassertion", "assert").replace("someassertion", "assert")
        )
        return Entry(node.title.value or word, "rule", word, node.span, node.title.span)
    return _declaration(node)


def _declaration(node: Any) -> Entry | None:
    inside = tuple(_entries(getattr(node, "items", getattr(node, "stages", ()))))
    kind = _KINDS.get(type(node))
    if kind is not None:
        title = getattr(getattr(node, "title", None), "value", "")
        return Entry(node.name.text, kind, title, node.span, node.name.span, inside)
    block = _BLOCKS.get(type(node))
    return Entry(block, "block", "", node.span, node.span, inside) if block else None


def _branches(node: nodes.If) -> Iterator[Entry]:
    yield from _entries(node.then.items)
    if isinstance(node.otherwise, nodes.If):
        yield from _entries((node.otherwise,))
    elif node.otherwise is not None:
        yield from _entries(node.otherwise.items)


def _buyer(ref: Any) -> str:
    return f"tag {ref.name.text}" if isinstance(ref, nodes.TagRef) else str(ref.text)
