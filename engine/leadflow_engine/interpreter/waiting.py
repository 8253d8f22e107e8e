"""``on error hold``: a lead waits for a step that failed, which is then tried again."""

from __future__ import annotations

import datetime
from typing import Final

from leadflow_engine.interpreter.journey import Journey, iso
from leadflow_engine.interpreter.routing import Paused
from leadflow_engine.interpreter.stages.results import Waiting

AGAIN_AFTER: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""How long a lead waits, time after time; then it ends in error."""


def hold_for(journey: Journey, name: str, reason: str) -> Paused | None:
    """The lead waits, and the step ``name`` runs once more; None where it was tried often enough."""
    times = journey.number(f"hold/{name}")
    if times > len(AGAIN_AFTER):
        return None
    journey.lead.asked.discard(name)
    journey.lookups.pop(name, None)
    due = iso(journey.now() + AGAIN_AFTER[times - 1])
    return Paused(Waiting("held", f"{name} is asked again: {reason}", due, ()), "", ())
