"""What predicates are about: ``age >= 25`` and ``age < 70`` are two tests of one subject.

A test's truth as a function of the subject's value is a *shape*: it begins true or false and turns at certain values.
What has no shape for a value's type is evaluated as it stands, once for each value that is met.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.types import ANY
from leadflow_engine.evaluation.comparing import folded

HERE: Final = t.Read("subject", "", "", ANY, NOWHERE)
"""Stands in a test for its subject's value."""

_Lists: TypeAlias = Mapping[str, frozenset[str]]

BEFORE, AFTER = 0, 1
"""On which side of a value a truth turns: just before it, or just after it."""

Turn: TypeAlias = str | tuple[Any, int]
"""A folded text at which (alone) a truth is turned round; or a value and its side, from which on it is."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A test's truth over the values of one type: ``start``, turned round at each of ``turns``."""

    start: bool
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A predicate as a test of a subject. ``term`` is the predicate with ``HERE`` in the subject's place; ``shapes``
    are by the type of the value."""

    subject: t.Term
    term: t.Term
    shapes: Mapping[type, Shape]

    @property
    def sees_spelling(self) -> bool:
        """Whether it sees how a number is written, so that 1.0 is not 1 to it."""
        return any(
            isinstance(one, t.Exactly | t.NamedList)
            for arg in t.children(self.term)
            for one in (arg, *t.children(arg))
        )


def test_of(term: t.Term, lists: _Lists) -> Test | None:
    """A predicate as a test; None for a *residual* one, which no table can hold: it compares what is not constant, or
    searches a text, of which there are too many to keep what each comes to.

    ``lists`` are the declared lists, folded; one that is not among them changes at run time.
    """
    if not isinstance(term, t.Op):
        return Test(term, HERE, {}) if isinstance(term, t.Read | t.Member | t.Call) else None
    if term.name not in _SHAPES or not all(_is_constant(arg, lists) for arg in term.args[1:]):
        return _turned(term, lists)
    shapes = _SHAPES[term.name](term, lists)
    return Test(term.args[0], replace(term, args=(HERE, *term.args[1:])), shapes)


def _turned(term: t.Op, lists: _Lists) -> Test | None:
    """``25 <= age`` is ``age >= 25``."""
    mirrored = _MIRRORED.get(term.name)
    if mirrored is None or not isinstance(term.args[0], t.Const) or _is_constant(term.args[1], lists):
        return None
    return test_of(replace(term, name=mirrored, args=(term.args[1], term.args[0])), lists)


def _is_constant(term: t.Term, lists: _Lists) -> bool:
    if isinstance(term, t.ListOf):
        return all(isinstance(item, t.Const | t.Exactly) for item in term.items)
    if isinstance(term, t.NamedList):
        return term.name in lists
    return isinstance(term, t.Const | t.Exactly)


# ------------------------------------------------------------------ shapes

_Shaping: TypeAlias = Callable[[t.Op, _Lists], Mapping[type, Shape]]


def _constants(terms: tuple[t.Term, ...]) -> tuple[type, tuple[Any, ...]] | None:
    """The values of these constants and their one type, where it is one whose values have shapes."""
    values = [term.value for term in terms if isinstance(term, t.Const)]
    kinds = set(map(type, values))
    if len(values) < len(terms) or len(kinds) != 1:
        return None
    kind = kinds.pop()
    return (kind, tuple(values)) if kind in _ORDERED or kind is str else None


_ORDERED: Final = (Decimal, datetime.date, datetime.time, datetime.timedelta)


def _same(start: bool) -> _Shaping:
    """``==`` one value or, in a list, any of several; ``start`` is the truth of all other values."""

    def shapes(term: t.Op, lists: _Lists) -> Mapping[type, Shape]:
        group = term.args[1]
        if isinstance(group, t.NamedList):
            return {str: Shape(start, tuple(lists[group.name]))}
        found = _constants(group.items if isinstance(group, t.ListOf) else (group,))
        if found is None:
            return {}
        kind, values = found
        if kind is str:
            return {str: Shape(start, tuple(dict.fromkeys(map(_compared, values))))}
        return {
            kind: Shape(
                start, tuple((one, side) for one in dict.fromkeys(values) for side in (BEFORE, AFTER))
            )
        }

    return shapes


def _compared(text: str) -> str:
    """A text as comparisons see it: itself, where it is so already. Of a million ZIP codes that is 50 MB less."""
    compared = folded(text)
    return text if compared == text else compared


def _beyond(start: bool, side: int) -> _Shaping:
    """``< <= > >=``: the truth turns once."""

    def shapes(term: t.Op, lists: _Lists) -> Mapping[type, Shape]:
        found = _constants(term.args[1:])
        if found is None or found[0] is str:
            return {}
        return {found[0]: Shape(start, ((found[1][0], side),))}

    return shapes


def _between(term: t.Op, lists: _Lists) -> Mapping[type, Shape]:
    found = _constants(term.args[1:])
    if found is None or found[0] is str:
        return {}
    low, high = found[1]
    return {found[0]: Shape(False, ((low, BEFORE), (high, AFTER)) if low <= high else ())}


def _none(term: t.Op, lists: _Lists) -> Mapping[type, Shape]:
    """It is evaluated for each kind of value that is met: there are few."""
    return {}


_SHAPES: Final[Mapping[str, _Shaping]] = {
    "==": _same(False),
    "!=": _same(True),
    "in": _same(False),
    "<": _beyond(True, BEFORE),
    "<=": _beyond(True, AFTER),
    ">": _beyond(False, AFTER),
    ">=": _beyond(False, BEFORE),
    "between": _between,
    "is_blank": _none,
    "is_present": _none,
    "is_valid": _none,
}
"""How the truth of an operator runs over its subject's values."""

_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
