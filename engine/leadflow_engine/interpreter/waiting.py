"""``on error hold``: a lead waits for a look-up or a copy that failed, which is then tried again."""

from __future__ import annotations

import datetime
from typing import Final

from leadflow_engine.interpreter.journey import Journey, iso

AGAIN_AFTER: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""How long a lead waits, time after time; then nobody waits any longer."""


class Unanswered(Exception):
    """A look-up on demand, which the lead waits for, had no answer: whoever needed it goes on once it is tried again.

    ``reason`` is a sentence, ``due`` when it is tried again (ISO)."""

    def __init__(self, reason: str, due: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.due = due


class Unwanted(Exception):
    """A look-up on demand had no answer, and without one the lead is refused (``on error reject``)."""


def try_again(journey: Journey, name: str, reason: str) -> Unanswered | None:
    """That the lead waits, and ``name`` runs once more; None where it was tried often enough."""
    times = journey.number(f"hold/{name}")
    if times > len(AGAIN_AFTER):
        return None
    forget(journey, name)
    return Unanswered(f"{name} is asked again: {reason}", iso(journey.now() + AGAIN_AFTER[times - 1]))


def forget(journey: Journey, name: str) -> None:
    """As if a look-up had not been asked yet."""
    journey.lead.asked.discard(name)
    journey.lookups.pop(name, None)
