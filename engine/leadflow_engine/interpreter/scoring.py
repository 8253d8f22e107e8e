"""A score from a model: its numbers, what it came to, and each feature's part for the trace."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.interpreter.asking import value
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.masking import shown_read
from leadflow_engine.scores import Evaluated, Part, evaluated, number_of, value_of
from leadflow_engine.values import written

SHOWN: Final = Decimal("0.0001")
"""The place to which parts are told."""


def score_of(journey: Journey, step: m.Score, trained: m.Trained) -> Generator[Any, Any, tuple[Decimal, str]]:
    """The score before its limits, and how it came about. A shadow asks no look-up: what was not asked is blank."""
    numbers = []
    for feature in trained.features:
        if not step.shadow:
            yield from value(journey, feature.read, step.name)
        numbers.append(number_of(feature, value_of(journey.lead, feature.read)))
    found = evaluated(trained, numbers)
    return found.score, _note(journey, trained, found)


def _note(journey: Journey, trained: m.Trained, found: Evaluated) -> str:
    parts = [part for part in found.parts if part.amount]
    parts.sort(key=lambda part: -abs(part.amount))
    told = [_part(journey, part) for part in parts]
    odds = " ".join((f"{found.base.quantize(SHOWN)}", *told))
    return (
        f"{found.score} = chance {found.chance.quantize(SHOWN)} by {trained.kind} model {trained.version}: "
        f"log odds {found.odds.quantize(SHOWN)} = {odds}"
    )


def _part(journey: Journey, part: Part) -> str:
    shown = shown_read(part.feature.read, journey.lead)
    value = "blank" if shown is None or isinstance(shown, Open) else str(written(shown, "text"))
    sign = "+" if part.amount > 0 else "-"
    return f"{sign} {abs(part.amount).quantize(SHOWN)} ({part.feature.name}: {value})"
