"""What is known of a lead at a place: for each value that conditions ask of, the states that it may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final, Protocol

from leadflow_dsl.analysis.domain import Domain, join, meet, rough
from leadflow_dsl.terms import Term
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """What a value may be: blank, there but not valid, or one of ``values``."""

    blank: bool
    invalid: bool
    values: Domain

    @property
    def empty(self) -> bool:
        """Whether it can be nothing at all."""
        return not self.blank and not self.invalid and self.values.empty

    def meet(self, other: State) -> State:
        """What both allow (and maybe more, where that would be a set of very many pieces)."""
        values = rough(meet(self.values, other.values))
        return State(self.blank and other.blank, self.invalid and other.invalid, values)

    def join(self, other: State) -> State:
        """What either allows (and maybe more)."""
        values = rough(join(self.values, other.values))
        return State(self.blank or other.blank, self.invalid or other.invalid, values)


MOST_VALUES: Final = 200
"""Values that facts speak of; what is known of further ones is forgotten."""


class World(Protocol):
    """What a value may be by its declaration alone. ``ways`` keeps what has been made out of each condition, by its
    identity and the truth that was asked for."""

    ways: dict[tuple[int, object], tuple[Term, list[Facts] | None]]

    def __call__(self, subject: Term) -> State:
        """What the value may be."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """States by value. Of a value that is not in it nothing is known beyond its declaration."""

    states: Mapping[Term, State] = field(default_factory=dict)

    def of(self, subject: Term, world: World) -> State:
        """What the value may be here."""
        found = self.states.get(subject)
        return world(subject) if found is None else found

    def excludes(self, other: Facts) -> bool:
        """Whether no lead is like both, each being possible by itself."""
        few, many = sorted((self.states, other.states), key=len)
        return any(subject in many and state.meet(many[subject]).empty for subject, state in few.items())

    def meet(self, other: Facts) -> Facts:
        """What is known where both hold; of very many values only the first are kept."""
        few, many = sorted((self.states, other.states), key=len)
        merged = dict(many)
        for subject, state in few.items():
            if subject in merged:
                merged[subject] = merged[subject].meet(state)
            elif len(merged) < MOST_VALUES:
                merged[subject] = state
        return Facts(merged)


NOTHING_KNOWN = Facts()


def either(alternatives: Iterable[Facts]) -> Facts:
    """What is known where one of several holds: of each value that all speak of, all that they allow."""
    first, *rest = alternatives
    merged = dict(first.states)
    for other in rest:
        merged = {
            subject: state.join(other.states[subject])
            for subject, state in merged.items()
            if subject in other.states
        }
    return Facts(merged)
