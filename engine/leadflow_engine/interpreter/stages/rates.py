"""What buyers took of late: how much of what they were offered, and how likely they are to take the next."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leadflow_engine.effects import Effect, ReadRates
from leadflow_engine.figures import words
from leadflow_engine.interpreter.journey import Journey

EXPECTED_OVER = 30 * 86_400.0
"""Seconds that a chance looks back."""

TRIALS = 5
"""As many offers a new buyer is thought to have taken: it is believed in until it has shown what it takes."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Of how many offers that were answered a buyer took how many."""

    answered: int
    sold: int

    @property
    def share(self) -> Decimal | None:
        """The share that it took, from 0 to 1; ``None`` where it has answered none."""
        return Decimal(self.sold) / self.answered if self.answered else None


def chance(rate: Rate | None) -> Decimal:
    """How likely a buyer is to take a lead, from 0 to 1: what it took, with ``TRIALS`` before that it did take."""
    known = rate or Rate(0, 0)
    return Decimal(known.sold + TRIALS) / (known.answered + TRIALS)


def rates(journey: Journey, seconds: float) -> Generator[Any, Any, Mapping[str, Rate]]:
    """The rates of all buyers over the last so many seconds, asked once a segment."""
    key = f"rates/{words(seconds)}/{journey.segment}"
    if key not in journey.turns:
        journey.turns[key] = yield Effect(key, ReadRates(seconds))
    told = journey.turns[key]["rates"]
    return {name: Rate(int(pair[0]), int(pair[1])) for name, pair in told.items()}
