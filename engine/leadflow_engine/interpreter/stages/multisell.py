"""Multisell: post to several at once, as many as are said, in the stage's order; a refusal lets the next in."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.stages.gathering import gather
from leadflow_engine.interpreter.stages.line import sell_along
from leadflow_engine.interpreter.stages.order import ordered
from leadflow_engine.interpreter.stages.results import StageResult, Unsold
from leadflow_engine.interpreter.stages.turns import passed_over


def multisell(journey: Journey, stage: m.Stage, names: tuple[str, ...]) -> Generator[Any, Any, StageResult]:
    """Sell to these buyers of the stage; those with a ping are all asked before."""
    began = journey.elapsed
    if passed_over(journey, stage, names, began):
        return Unsold()
    gathered = yield from gather(journey, stage, names)
    line = yield from ordered(journey, stage, gathered.bids, gathered.bids)
    return (yield from sell_along(journey, stage, line, gathered, began))
