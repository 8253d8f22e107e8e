"""What a condition can come to: for which leads it is true, false, or not.

Logic is Kleene's: a comparison with a blank is unknown. Every answer here is on the careful side: a condition that is
said to be impossible is so, one that is not understood is taken as possible. Values are taken as independent of each
other, and a condition of too many alternatives (``MOST``) is not looked at.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from leadflow_dsl.analysis.atoms import Atom, atom, whole
from leadflow_dsl.analysis.facts import NOTHING_KNOWN, Facts, State, World, either
from leadflow_dsl.terms import Op, Term

MOST: Final = 32
"""Alternatives of one condition that are told apart."""
REMEMBERED: Final = 32_768
"""Answers that are kept: those of some 2,000 buyers."""


class Want(Enum):
    """A truth that a condition may come to."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "false or unknown"
    NOT_FALSE = "true or unknown"


_TURNED: Final = {
    Want.TRUE: Want.FALSE,
    Want.FALSE: Want.TRUE,
    Want.NOT_TRUE: Want.NOT_FALSE,
    Want.NOT_FALSE: Want.NOT_TRUE,
}


def alternatives(term: Term, want: Want, world: World) -> list[Facts] | None:
    """The ways in which a condition comes to a truth: none where it cannot, None where there are too many to tell."""
    known = world.ways.get((id(term), want))
    if known is None:
        if len(world.ways) >= REMEMBERED:
            world.ways.clear()
        found = _alternatives(term, want, world)
        known = world.ways[id(term), want] = (term, found)  # the term stays, so does its id
    return known[1]


def _alternatives(term: Term, want: Want, world: World) -> list[Facts] | None:
    if isinstance(term, Op) and term.name == "not":
        return alternatives(term.args[0], _TURNED[want], world)
    if isinstance(term, Op) and term.name in ("and", "or"):
        found = [alternatives(arg, want, world) for arg in term.args]
        every = (term.name == "and") is (want in (Want.TRUE, Want.NOT_FALSE))
        return _every(found) if every else _some(found)
    return _atom(atom(term), want, world)


def possible(term: Term, want: Want, world: World, facts: Facts = NOTHING_KNOWN) -> bool:
    """Whether a condition may come to a truth where ``facts`` are known."""
    found = alternatives(term, want, world)
    return found is None or any(not way.excludes(facts) for way in found)


def narrowed(term: Term, want: Want, world: World, facts: Facts = NOTHING_KNOWN) -> Facts:
    """What is known where a condition has come to a truth; ``facts`` themselves where that is impossible."""
    found = alternatives(term, want, world) or ()
    ways = [facts.meet(one) for one in found if not one.excludes(facts)]
    return either(ways) if ways else facts


def _every(parts: list[list[Facts] | None]) -> list[Facts] | None:
    """The ways in which all parts come true together. A part of which nothing can be told takes nothing away."""
    ways, unclear = [NOTHING_KNOWN], False
    for part in parts:
        if part is None or len(ways) * len(part) > MOST:
            unclear = True
            continue
        ways = [way.meet(one) for way in ways for one in part if not way.excludes(one)]
        if not ways:
            return []
    return None if unclear else ways


def _some(parts: list[list[Facts] | None]) -> list[Facts] | None:
    """The ways of all parts; those that speak of one and the same value alone are one way."""
    ways: list[Facts] = []
    alone: dict[Term, State] = {}
    for part in parts:
        if part is None:
            return None
        for way in part:
            subject = next(iter(way.states)) if len(way.states) == 1 else None
            if subject is None:
                ways.append(way)
            else:
                state = way.states[subject]
                alone[subject] = alone[subject].join(state) if subject in alone else state
    ways += [Facts({subject: state}) for subject, state in alone.items()]
    return ways if len(ways) <= MOST else None


def _atom(asked: Atom, want: Want, world: World) -> list[Facts]:
    state = world(asked.subject).meet(_wanted(asked, want))
    return [] if state.empty else [Facts({asked.subject: state})]


def _wanted(asked: Atom, want: Want) -> State:
    holds = want in (Want.TRUE, Want.NOT_FALSE)
    everything = whole(asked.subject)
    nothing = everything.complement()
    if asked.presence:
        there = holds is not (asked.presence == "is_blank")
        if asked.presence == "is_valid":
            return State(not there, not there, everything if there else nothing)
        return State(not there, there, everything if there else nothing)
    unknown = want in (Want.NOT_TRUE, Want.NOT_FALSE)
    return State(unknown, unknown, asked.true_of if holds else asked.true_of.complement())
