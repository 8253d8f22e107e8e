"""Offering a lead to buyers one after the other, until one takes it or somebody must be waited for."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.asking import value
from leadflow_engine.interpreter.journey import Journey, iso
from leadflow_engine.interpreter.selling import Offer, amount_due, sell
from leadflow_engine.interpreter.stages.prequalify import now_of
from leadflow_engine.interpreter.stages.results import Sold, StageResult, Waiting
from leadflow_engine.settle import Settled


def in_time(journey: Journey, stage: m.Stage, began: float) -> bool:
    """May this stage still begin with another buyer, by its ``timeout``?"""
    return stage.timeout is None or journey.elapsed - began < stage.timeout.total_seconds() * 1000


def offer(
    journey: Journey, stage: m.Stage, name: str, position: int, bid: Decimal | None, ms: float = 0.0
) -> Generator[Any, Any, Settled | None]:
    """Sell to one buyer at what it pays; ``None`` where that is too little (or nothing) and it was not asked."""
    planned = journey.plan.buyers[name]
    price = yield from amount_due(journey, planned, bid)
    reason = yield from _too_little(journey, stage, price)
    if price is None or reason:
        journey.outs.append(("price", reason))
        journey.considered(
            stage.id, name, "price", code="price", reason=reason, bid=bid, position=position, ms=ms
        )
        return None
    return (yield from sell(journey, Offer(stage, name, position, price, bid, ms)))


def _too_little(journey: Journey, stage: m.Stage, price: Decimal | None) -> Generator[Any, Any, str]:
    """Why a price is not enough for this stage: the reserve, the margin; "" where it is."""
    if price is None:
        return "no price for this lead"
    if stage.reserve is not None:
        reserve = yield from value(journey, stage.reserve, "reserve")
        if isinstance(reserve, Decimal) and price < reserve:
            return f"{price} is under the reserve {reserve}"
    if stage.min_margin is not None:
        least = yield from value(journey, stage.min_margin, "min margin")
        margin = price - journey.cost - journey.spent
        if isinstance(least, Decimal) and margin < least:
            return f"margin {margin} is under {least}"
    return ""


def after(journey: Journey, name: str, settled: Settled, remaining: tuple[str, ...]) -> StageResult | None:
    """What a settled post means for the stage: sold, waiting, or (``None``) on to the next buyer."""
    if settled.state == "confirmed":
        return Sold(name)
    if settled.state == "pending":
        return Waiting("pending", f"{name} has not decided yet", None, remaining)
    if settled.state == "in_doubt":
        return _doubt(journey, name, settled, remaining)
    return None


def _doubt(journey: Journey, name: str, settled: Settled, remaining: tuple[str, ...]) -> Waiting | None:
    policy = journey.plan.buyers[name].buyer.on_doubt
    if policy.action == "next":
        return None
    due = iso(now_of(journey) + policy.after) if policy.after is not None else None
    return Waiting("in_doubt", f"{name}: {settled.reason}", due, remaining)
