"""Conditions as a plan holds them: interned leaves, with every ``not`` pushed down to them.

A leaf is true, false, unknown (a blank) or open (a look-up that has not been asked). Negation only ever stands at a
leaf, where unknown stays unknown, so *holds* needs no third value: unknown does not hold, negated or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from leadflow_dsl.terms import Op, Term
from leadflow_engine.evaluation.comparing import Open


@dataclass(frozen=True, slots=True)
class Leaf:
    """The predicate of this number in the plan, or its opposite."""

    number: int
    negated: bool


@dataclass(frozen=True, slots=True)
class All:
    """Holds where every part holds; with no parts, always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds where some part holds."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Leaf | All | Any
ALWAYS = All(())


class Interned:
    """Predicates by number; equal ones are one. ``at_first`` is how many a plan had that was made whole; those patched
    out of it add theirs."""

    def __init__(self) -> None:
        self.terms: list[Term] = []
        self.at_first = 0
        self._numbers: dict[Term, int] = {}

    def condition(self, term: Term | None, negated: bool = False) -> Condition:
        """A term as a condition over interned leaves; no term at all always holds."""
        if term is None:
            return ALWAYS
        if isinstance(term, Op) and term.name == "not":
            return self.condition(term.args[0], not negated)
        if isinstance(term, Op) and term.name in {"and", "or"}:
            parts = tuple(self.condition(arg, negated) for arg in term.args)
            return All(parts) if (term.name == "and") is not negated else Any(parts)
        return Leaf(self._number(term), negated)

    def _number(self, term: Term) -> int:
        number = self._numbers.setdefault(term, len(self.terms))
        if number == len(self.terms):
            self.terms.append(term)
        return number


def predicates_of(condition: Condition) -> Iterator[int]:
    """The numbers of the predicates in a condition."""
    if isinstance(condition, Leaf):
        yield condition.number
    else:
        for part in condition.parts:
            yield from predicates_of(part)


Truth: TypeAlias = bool | None | Open


def decide(condition: Condition, truth: Callable[[int], Truth]) -> bool | Open:
    """Does it hold? ``Open`` only where the look-ups it names can still turn the answer."""
    if isinstance(condition, Leaf):
        value = truth(condition.number)
        if isinstance(value, Open):
            return value
        return value is not None and value is not condition.negated
    decisive = isinstance(condition, Any)
    needs: tuple[str, ...] = ()
    for part in condition.parts:
        result = decide(part, truth)
        if isinstance(result, Open):
            needs += tuple(name for name in result.needs if name not in needs)
        elif result is decisive:
            return decisive
    return Open(needs) if needs else not decisive
