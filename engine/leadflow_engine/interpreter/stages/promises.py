"""``at least N per day``: buyers that have not had what they were promised come first, whatever the order says."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import Effect, LimitClaim, ReadPromised
from leadflow_engine.intake.door import limit_claims
from leadflow_engine.interpreter.journey import Journey


def preferred(journey: Journey, stage: m.Stage, line: list[str]) -> Generator[Any, Any, list[str]]:
    """The line with those in front who are still short of a promise; nothing is asked where nobody was promised."""
    promises = _promises(journey, line) if len(line) > 1 else ()
    if not promises:
        return line
    key = f"promised/{stage.id}/{journey.segment}"
    if key not in journey.turns:
        journey.turns[key] = yield Effect(key, ReadPromised(promises))
    short = set(journey.turns[key]["short"])
    for name in line:
        if name in short:
            journey.notes.setdefault((stage.id, name), _said(journey, name))
    return sorted(line, key=lambda name: name not in short)


def _promises(journey: Journey, line: list[str]) -> tuple[tuple[str, LimitClaim], ...]:
    return tuple(
        (name, claim)
        for name in line
        if (promised := journey.plan.buyers[name].promises)
        for claim in limit_claims(promised, journey.lead)
    )


def _said(journey: Journey, name: str) -> str:
    return f"first: {journey.plan.buyers[name].promises[0].reason} is not reached"
