"""Auction: ping all at once within a window, post to the best bids, on a refusal to the next best."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.stages.gathering import gather
from leadflow_engine.interpreter.stages.line import sell_along
from leadflow_engine.interpreter.stages.order import ordered
from leadflow_engine.interpreter.stages.results import StageResult, Unsold
from leadflow_engine.interpreter.stages.turns import passed_over

BY_BID = (m.OrderKey("bid", None, True),)


def auction(journey: Journey, stage: m.Stage, names: tuple[str, ...]) -> Generator[Any, Any, StageResult]:
    """Hold the auction among these buyers of the stage."""
    stage = by_bid(stage)
    began = journey.elapsed
    if passed_over(journey, stage, names, began):
        return Unsold()
    gathered = yield from gather(journey, stage, names)
    line = yield from ordered(journey, stage, gathered.bids, gathered.bids)
    return (yield from sell_along(journey, stage, line, gathered, began))


def by_bid(stage: m.Stage) -> m.Stage:
    """An auction that says no order goes by its bids."""
    return stage if stage.order or stage.kind != "auction" else replace(stage, order=BY_BID)
