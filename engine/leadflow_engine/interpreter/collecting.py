"""Collecting: a buyer with a batch has its lead with the intent, as a row of the file that is sent later."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import BatchRow
from leadflow_engine.interpreter.asking import ask
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.mapping import Extra, RequestProblem


def row_of(
    journey: Journey, buyer: m.Buyer, batch: m.Batch, extra: tuple[Extra, ...]
) -> Generator[Any, Any, BatchRow | RequestProblem]:
    """The lead as a row of the buyer's batch, or why it cannot be one."""
    while True:
        built = journey.plan.row_builder(batch).build(journey.lead, extra)
        if not isinstance(built, RequestProblem):
            return _row(journey, buyer, batch, built.body or "")
        if not built.needs:
            return built
        yield from ask(journey, built.needs[0], buyer.name)


def _row(journey: Journey, buyer: m.Buyer, batch: m.Batch, text: str) -> BatchRow:
    return BatchRow(
        flow=journey.plan.flow.name,
        kind=batch.body.kind,
        text=text,
        zone=buyer.timezone,
        every=batch.every.total_seconds() if batch.every else None,
        at=tuple(time.isoformat("minutes") for time in batch.at),
        size=batch.size,
    )
