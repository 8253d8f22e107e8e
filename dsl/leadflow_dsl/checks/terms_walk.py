"""Finding the terms of a checked flow, wherever its records hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final, get_args

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.terms import Call, Op, Term, Type, children
from leadflow_dsl.types import BOOLEAN

TERMS: Final = frozenset(get_args(Term))
PLAIN: Final = frozenset((str, int, bool, float, Span, Type, type(None)))


@cache
def parts_of(
    kind: type[Any], without: frozenset[str] = frozenset({"span"})
) -> Callable[[Any], tuple[Any, ...]]:
    """What reads all fields of a record of this class but those ``without``, the last first: as a stack wants them. Of
    what is no record, nothing."""
    names = [part.name for part in fields(kind) if part.name not in without] if is_dataclass(kind) else []
    if len(names) < 2:
        return lambda record: tuple(getattr(record, name) for name in names)
    return attrgetter(*reversed(names))


def terms_of(value: object) -> Iterator[Term]:
    """The terms in a record, outermost only, in written order; never recursive."""
    waiting: list[Any] = [value]
    while waiting:
        current = waiting.pop()
        kind = type(current)
        if kind in TERMS:
            yield current
        elif kind is tuple:
            waiting.extend(reversed(current))
        elif kind not in PLAIN:
            waiting.extend(parts_of(kind)(current))  # type: ignore[arg-type]  # a class is hashable


def records_of(value: object) -> Iterator[object]:
    """A record and all records inside it, terms left out, outer before inner; never recursive."""
    waiting: list[Any] = [value]
    while waiting:
        current = waiting.pop()
        kind = type(current)
        if kind is tuple:
            waiting.extend(reversed(current))
        elif kind not in PLAIN and kind not in TERMS:
            yield current
            waiting.extend(parts_of(kind)(current))  # type: ignore[arg-type]  # a class is hashable


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
