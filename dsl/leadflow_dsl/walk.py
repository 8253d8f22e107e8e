"""One walker over the syntax tree, for every pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any, Final, TypeVar

from leadflow_dsl.diagnostics import Span

Found = TypeVar("Found")


_PLAIN: Final = frozenset("str bool int Decimal datetime.time datetime.date datetime.timedelta".split())


@cache
def _parts(kind: type[Any]) -> tuple[str, ...]:
    """The names of a node class's fields that may hold nodes."""
    return tuple(part.name for part in fields(kind) if part.name != "span" and part.type not in _PLAIN)


def is_node(value: object) -> bool:
    """Whether a value is a node of the tree (and not a plain value inside one)."""
    return isinstance(getattr(value, "span", None), Span)


def children(node: object) -> Iterator[object]:
    """The nodes directly inside a node, in written order."""
    return iter(_below(node))


def _below(node: object) -> list[object]:
    found: list[object] = []
    for name in _parts(type(node)):  # type: ignore[arg-type]  # a class is hashable
        value = getattr(node, name)
        if isinstance(value, tuple):
            found += [item for item in value if is_node(item)]
        elif value is not None and is_node(value):
            found.append(value)
    return found


def walk(node: object) -> Iterator[object]:
    """A node and all nodes inside it, outer before inner, in written order; never recursive."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(_below(current))


def find(node: object, kind: type[Found]) -> Iterator[Found]:
    """Every node of one class inside a node (itself included), in written order."""
    return (found for found in walk(node) if isinstance(found, kind))
