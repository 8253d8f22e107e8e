"""Offering a lead to buyers one after the other, until one takes it or somebody must be waited for."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.figures import words
from leadflow_engine.interpreter.asking import value
from leadflow_engine.interpreter.following import pending_until
from leadflow_engine.interpreter.journey import Journey, iso
from leadflow_engine.interpreter.offering import Offer as Price
from leadflow_engine.interpreter.offering import Offered
from leadflow_engine.interpreter.pinging import name_of_bid
from leadflow_engine.interpreter.prices import Offer, amount_due, is_told, shown
from leadflow_engine.interpreter.selling import sell
from leadflow_engine.interpreter.sharing import shares
from leadflow_engine.interpreter.stages.results import Sold, StageResult, Waiting
from leadflow_engine.settle import Settled


def takes_less(settled: Settled) -> bool:
    """May a buyer with several prices (``offer``, several bids) be asked the next: did it refuse, or was there no money
    for this one? A cap that is full is as full for less."""
    return settled.outcome == "rejected" or settled.of_price


def no_time(journey: Journey, stage: m.Stage, began: float) -> str:
    """Why this stage begins with no further buyer: its own ``timeout`` since it ``began`` is over, or the route's; ""
    where there is time."""
    if stage.timeout is None and journey.timeout is None:
        return ""
    said = ((stage.timeout, began, "the stage"), (journey.timeout, journey.began, "the route"))
    for timeout, since, whose in said:
        if timeout is not None and journey.elapsed - since >= timeout.total_seconds() * 1000:
            return f"{whose} has taken its {words(timeout.total_seconds())}"
    return ""


def passed_over(journey: Journey, stage: m.Stage, names: tuple[str, ...], began: float) -> bool:
    """Is there no time to begin with this stage at all? Then its buyers are noted as not asked."""
    over = no_time(journey, stage, began)
    for name in names if over else ():
        if name not in journey.tried:
            journey.considered(stage.id, name, "not_asked", reason=over)
    return bool(over)


@dataclass(frozen=True, slots=True)
class At:
    """At what a buyer is offered the lead: its ``bid`` (None without one) and when that ``lapses``, how long its ping
    took (``ms``), the price that it is ``asked``; whether it refused more before (``again``), and whether it has
    nothing lower (``last``)."""

    bid: Decimal | None = None
    lapses: datetime.datetime | None = None
    ms: float = 0.0
    asked: Decimal | None = None
    again: bool = False
    last: bool = True


def offer(
    journey: Journey, stage: m.Stage, name: str, position: int, at: At
) -> Generator[Any, Any, Settled | None]:
    """Sell to one buyer at what it pays; ``None`` where that is too little (or nothing) and it was not asked. Raises
    ``Offered`` for a ping."""
    made = yield from make(journey, stage, name, position, at)
    if made is not None and journey.arrival.pinging:
        raise Offered(stage, [Price(name, made.price, at.lapses, name_of_bid(journey.lead.ping))])
    return (yield from sell(journey, made)) if made is not None else None


def make(
    journey: Journey, stage: m.Stage, name: str, position: int, at: At
) -> Generator[Any, Any, Offer | None]:
    """The offer to one buyer; ``None`` where it pays too little, which is noted unless it was asked more before."""
    planned = journey.plan.buyers[name]
    price = at.asked if at.asked is not None else planned.flat
    if price is None:
        price = yield from amount_due(journey, planned, at.bid)
    sure = price is not None and stage.reserve is None and stage.min_margin is None
    reason = "" if sure else (yield from _too_little(journey, stage, price))
    if price is not None and not reason:
        told = is_told(journey, planned)
        return Offer(stage, name, position, price, at.bid, at.ms, told, at.asked, at.lapses, at.last)
    if not at.again:
        journey.outs.append(("price", reason))
        said = (stage.id, name, "price", reason)
        journey.considered(*said, code="price", bid=at.bid, position=position, ms=at.ms)
    return None


def _too_little(journey: Journey, stage: m.Stage, price: Decimal | None) -> Generator[Any, Any, str]:
    """Why a price is not enough for this stage: the reserve, the margin; "" where it is."""
    if price is None:
        return "no price for this lead"
    if stage.reserve is not None:
        reserve = yield from value(journey, stage.reserve, "reserve")
        if isinstance(reserve, Decimal) and price < reserve:
            return f"{price} is under the reserve {reserve}"
    return (yield from under_margin(journey, stage, price))


def under_margin(journey: Journey, stage: m.Stage, price: Decimal) -> Generator[Any, Any, str]:
    """Why a price leaves too little: what look-ups and the source cost, and the source's share of the revenue, are
    taken off. "" where it does not."""
    if stage.min_margin is None:
        return ""
    least = yield from value(journey, stage.min_margin, "min margin")
    revenue = price + _earned(journey, stage)
    margin = revenue - revenue * journey.cost_share - journey.cost - journey.spent
    if isinstance(least, Decimal) and margin < least:
        return f"margin {shown(margin)} is under {shown(least)}"
    return ""


def _earned(journey: Journey, stage: m.Stage) -> Decimal:
    """What sales to others have brought in already, where a lead is sold to several."""
    sold = journey.confirmed() if shares(stage) else []
    return sum((delivery.price for delivery in sold), Decimal(0))


def after(journey: Journey, name: str, settled: Settled, remaining: tuple[str, ...]) -> StageResult | None:
    """What a settled post means for the stage: sold, waiting, or (``None``) on to the next buyer."""
    if settled.state == "confirmed":
        return Sold(name)
    if settled.state == "pending":
        return Waiting("pending", f"{name} has not decided yet", pending_until(journey, name), remaining)
    if settled.state == "in_doubt":
        return _doubt(journey, name, settled, remaining)
    return None


def _doubt(journey: Journey, name: str, settled: Settled, remaining: tuple[str, ...]) -> Waiting | None:
    policy = journey.plan.buyers[name].buyer.on_doubt
    if policy.action == "next":
        return None
    due = iso(journey.now() + policy.after) if policy.after is not None else None
    return Waiting("in_doubt", f"{name}: {settled.reason}", due, remaining)
