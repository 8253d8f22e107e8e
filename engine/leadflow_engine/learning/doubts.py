"""What a proposal does not know: told, because a rule that fits its samples may still be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from leadflow_engine.learning.propose import Proposal
from leadflow_engine.learning.rules import Rule
from leadflow_engine.learning.samples import VALUES
from leadflow_engine.learning.values import Place
from leadflow_engine.texts.counted import counted

ENOUGH: Final = 3
"""Samples of an outcome below which it is said that there are few."""

_EXPECTED: Final = ("accepted", "duplicate", "rejected", "error")


def doubts(proposal: Proposal) -> tuple[str, ...]:
    """Sentences, the gravest first."""
    return (
        *(f"lint says: {finding}" for finding in proposal.findings),
        *_unsafe(proposal),
        *_alike(proposal),
        *_of_outcomes(proposal),
        *(sentence for rule in proposal.rules.rules for sentence in _of_rule(rule)),
        *(sentence for place in proposal.places for sentence in _of_place(place)),
        *_not_found(proposal),
    )


def _alike(proposal: Proposal) -> Iterator[str]:
    if names := proposal.rules.alike:
        yield f"nothing tells these samples from others of another outcome: {', '.join(names)}"


def _unsafe(proposal: Proposal) -> Iterator[str]:
    for rule in proposal.rules.unsafe:
        told = f"{_listed(rule.rests_on)} cannot be told apart from what was not accepted"
        yield f"{told}, so no rule accepts it: `{rule.outcome} when {rule.condition}` would take both"


def _of_outcomes(proposal: Proposal) -> Iterator[str]:
    samples = [one.sample for one in proposal.tried]
    seen = Counter(sample.outcome for sample in samples)
    for outcome in _EXPECTED:
        if outcome not in seen:
            yield f"no sample is {outcome}: what such an answer says is not known"
        elif seen[outcome] < ENOUGH:
            yield f"{outcome}: only {counted(seen[outcome], 'sample')}"
    polite = sum(200 <= one.status < 300 and one.outcome not in {"accepted", "pending"} for one in samples)
    if polite:
        say = "says" if polite == 1 else "say"
        yield f"{counted(polite, 'answer')} with a status of 2xx {say} no: the status alone tells nothing"
    yield f"an answer that no rule knows is taken as {proposal.rules.otherwise}"


def _of_rule(rule: Rule) -> Iterator[str]:
    if len(rule.rests_on) == 1:
        yield f"`{rule.outcome} when {rule.condition}` rests on one sample, {rule.rests_on[0]}"
    if rule.condition == "status 2xx":
        yield f"`{rule.outcome} when status 2xx`: nothing in the answers themselves says {rule.outcome}"
    if rule.instead:
        yield f"`{rule.outcome}`: {rule.instead} would tell as well as `{rule.condition}`"


def _of_place(place: Place) -> Iterator[str]:
    if place.by == "name":
        yield f"{place.value}: {place.asked} only looks like it by its name; no sample tells its {place.value}"
    if place.distinct == 1:
        answers = "one answer has" if place.found == 1 else f"all {place.found} answers that have it have"
        yield f"{place.value}: {answers} one value in {place.asked}: it may be another's place"
    if place.instead:
        yield f"{place.value}: {place.instead} would fit as well as {place.asked}"


def _not_found(proposal: Proposal) -> Iterator[str]:
    for value in VALUES:
        missing = [one.sample.name for one in proposal.tried if value in one.wrong]
        if missing:
            told = f"{value}: what was told of {_listed(missing)}"
            yield f"{told} stands nowhere in the answer, or elsewhere than in others"


def _listed(names: Sequence[str]) -> str:
    return f"sample {names[0]}" if len(names) == 1 else f"samples {', '.join(names)}"
