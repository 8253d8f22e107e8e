"""Before a ping: what counts pings is claimed, and who may not be pinged now is left out."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from leadflow_engine.effects import Admit, BuyerLimits, Effect, Result
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.interpreter.pinging import Pinged
from leadflow_engine.interpreter.prices import ping_claims


def admit(journey: Journey, names: Iterable[str]) -> Generator[Any, Any, dict[str, Pinged]]:
    """Count a ping of each of these buyers. Gives those that may not be pinged, as what their ping came to.

    Nothing is asked where nobody counts pings."""
    questions = []
    for name in names:
        planned = journey.plan.buyers[name]
        limits = ping_claims(journey, planned)
        if limits:
            questions.append(BuyerLimits(name, limits, (), planned.buyer.down_after))
    if not questions:
        return {}
    journey.unstored = False  # what a post taught is stored with it
    reply = yield Effect(f"admit/{journey.number('admit')}", Admit(tuple(questions)))
    return {name: _refused(why) for name, why in reply["out"].items()}


def _refused(why: Result) -> Pinged:
    until = moment(str(why["until"])) if why.get("until") else None
    return Pinged(str(why["code"]), str(why["reason"]), until=until)
