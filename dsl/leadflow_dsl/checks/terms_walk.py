"""Finding the terms of a checked flow, wherever its records hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, get_args

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.terms import Call, Op, Term, Type, children
from leadflow_dsl.types import BOOLEAN

TERMS: Final = frozenset(get_args(Term))
PLAIN: Final = frozenset((str, int, bool, float, Span, Type, type(None)))


@cache
def _parts(kind: type[Any]) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind) if part.name != "span") if is_dataclass(kind) else ()


def terms_of(value: object) -> Iterator[Term]:
    """The terms in a record, outermost only, in written order; never recursive."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        kind = type(current)
        if kind in TERMS:
            yield current  # type: ignore[misc]
        elif kind is tuple:
            waiting.extend(reversed(current))  # type: ignore[call-overload]
        elif kind not in PLAIN:
            waiting.extend(getattr(current, name) for name in reversed(_parts(kind)))  # type: ignore[arg-type]  # a class is hashable


def records_of(value: object) -> Iterator[object]:
    """A record and all records inside it, terms left out, outer before inner; never recursive."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        kind = type(current)
        if kind is tuple:
            waiting.extend(reversed(current))  # type: ignore[call-overload]
        elif kind not in PLAIN and kind not in TERMS:
            yield current
            waiting.extend(getattr(current, name) for name in reversed(_parts(kind)))  # type: ignore[arg-type]  # a class is hashable


def inside(term: Term) -> Iterator[Term]:
    """A term and all terms inside it, outer before inner; never recursive."""
    waiting = [term]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def conditions_of(term: Term) -> Iterator[Term]:
    """The conditions in a term, outermost only: itself, or those by which its ``case`` chooses."""
    waiting = [term]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Op) and current.type == BOOLEAN:
            yield current
        elif isinstance(current, Call) and current.name == "case":
            values = [value for _, value in current.keyed]
            waiting.extend(reversed((*(key for key, _ in current.keyed), *values)))
        else:
            waiting.extend(reversed(children(current)))
