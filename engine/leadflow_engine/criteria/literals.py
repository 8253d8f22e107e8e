"""Conditions as arms of literals: what a slot of the index can hold.

An item lets a buyer pass where its condition holds (accept) or does not (reject). Either is brought to a disjunction of
conjunctions (*arms*) of literals. Negation stands in the literals alone, so that a look-up which was not asked yet can
be taken for either: as passing for what may still be, as failing for what is sure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from leadflow_engine.evaluation.conditions import All, Condition, Leaf

MOST_ARMS: Final = 12
"""Beyond this an item is not laid out in arms: it is walked (``Walked``)."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Passes where the predicate of this number is true (``negated``: false); ``refused`` turns that round, so that a
    blank, which is neither, passes a refused one."""

    number: int
    negated: bool
    refused: bool

    def passes(self, truth: bool | None) -> bool:
        """Of a truth, or of a blank (``None``)."""
        return (truth is not None and truth is not self.negated) is not self.refused


@dataclass(frozen=True, slots=True)
class Walked:
    """A condition too large for arms: it passes where it holds (``refused``: does not hold)."""

    condition: Condition
    refused: bool


Part: TypeAlias = Literal | Walked
Arms: TypeAlias = tuple[tuple[Part, ...], ...]
"""One arm has to pass with all of its parts. No arm never passes; an empty arm always does."""


def arms_of(condition: Condition, refused: bool) -> Arms:
    """The arms by which an item with this condition lets a buyer pass."""
    arms = _arms(condition, refused)
    return ((Walked(condition, refused),),) if arms is None else arms


def _arms(condition: Condition, refused: bool) -> Arms | None:
    if isinstance(condition, Leaf):
        return ((Literal(condition.number, condition.negated, refused),),)
    inner = [_arms(part, refused) for part in condition.parts]
    if any(arms is None for arms in inner):
        return None
    known = [arms for arms in inner if arms is not None]
    together = isinstance(condition, All) is not refused
    return _product(known) if together else _bounded(arm for arms in known for arm in arms)


def _product(each: list[Arms]) -> Arms | None:
    count = 1
    for arms in each:
        count *= len(arms)
    if count > MOST_ARMS:
        return None
    return _bounded(tuple(part for arm in chosen for part in arm) for chosen in product(*each))


def _bounded(arms: Iterable[tuple[Part, ...]]) -> Arms | None:
    distinct = tuple(dict.fromkeys(tuple(dict.fromkeys(arm)) for arm in arms))
    return distinct if len(distinct) <= MOST_ARMS else None
