"""What is to be known of a stage's buyers before anybody is sold to: who may have the lead, and for how much."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.admitting import admit
from leadflow_engine.interpreter.asking import build, build_now, value
from leadflow_engine.interpreter.holding import hold_out
from leadflow_engine.interpreter.journey import Fork, Journey, store
from leadflow_engine.interpreter.offering import kept_pings
from leadflow_engine.interpreter.pinging import Pinged, ping, timed
from leadflow_engine.interpreter.prices import amount_due, fixed_price
from leadflow_engine.interpreter.selling import test_marks
from leadflow_engine.interpreter.stages.prequalify import prequalify, resolve_open
from leadflow_engine.judge import Out

DEFAULT_WINDOW = 1.0
"""Seconds that a stage waits for bids where the flow does not say."""


@dataclass(slots=True)
class Gathered:
    """Who is able to have the lead, what each came to when it was pinged and what each would pay (``bids``);
    ``offers`` are the prices of those that have several:
    that are asked one after the other, or whose answer holds several bids."""

    able: list[str]
    pinged: dict[str, Pinged] = field(default_factory=dict)
    bids: dict[str, Decimal] = field(default_factory=dict)
    offers: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)


def offers_of(
    journey: Journey, names: Iterable[str], pinged: Mapping[str, Pinged]
) -> dict[str, tuple[Decimal, ...]]:
    """The prices of each of these, highest first: those that it is asked one after the other (``offer``), else the bids
    of its answer."""
    return {
        name: journey.plan.buyers[name].buyer.offers or _bids_of(journey, name, pinged.get(name))
        for name in names
    }


def _bids_of(journey: Journey, name: str, pinged: Pinged | None) -> tuple[Decimal, ...]:
    bids = pinged.bids if pinged is not None else ()
    if not bids or fixed_price(journey, journey.plan.buyers[name]) is not None:
        return ()
    return tuple(one.bid for one in bids if one.bid is not None)


def gather(journey: Journey, stage: m.Stage, names: tuple[str, ...]) -> Generator[Any, Any, Gathered]:
    """Judge these buyers of a stage, ping those that have a ping, and see whose bid counts. What was gathered before,
    to choose between stages, is not asked again."""
    if stage.id in journey.gathered:
        return _kept(journey, stage)
    able = yield from qualify(journey, stage, names)
    pinged = yield from ping_all(journey, f"{stage.id}/{journey.segment}", able, window_of(stage))
    bids = yield from standing(journey, stage, able, pinged)
    return Gathered(able, pinged, bids, offers_of(journey, able, pinged))


def _kept(journey: Journey, stage: m.Stage) -> Gathered:
    """What was gathered, without those whom another stage has tried since."""
    kept: Gathered = journey.gathered.pop(stage.id)
    tried = {delivery.buyer for delivery in (journey.taken() if stage.again else journey.deliveries.values())}
    kept.able = [name for name in kept.able if name not in tried]
    kept.bids = {name: bid for name, bid in kept.bids.items() if name not in tried}
    return kept


def qualify(journey: Journey, stage: m.Stage, names: tuple[str, ...]) -> Generator[Any, Any, list[str]]:
    """Those that pass, with what only a look-up can tell asked before the stage."""
    judgement = yield from prequalify(journey, stage, names)
    able = []
    for name in judgement.survivors:
        out = judgement.is_open(name) and not (yield from resolve_open(journey, stage, name, 0))
        if not out:
            able.append(name)
    return able


def window_of(stage: m.Stage) -> float:
    """How many seconds a stage waits for bids."""
    return stage.window.total_seconds() if stage.window else DEFAULT_WINDOW


def ping_all(
    journey: Journey, key: str, names: Iterable[str], seconds: float
) -> Generator[Any, Any, dict[str, Pinged]]:
    """All pings in parallel. What their requests read is asked before, so that a branch writes nothing shared."""
    names = list(names)
    kept = kept_pings(journey, names)
    requests = {}
    for name in names:
        if name in kept:
            continue
        buyer = journey.plan.buyers[name].buyer
        if buyer.ping is not None:
            journey.lead.asked_price = buyer.offers[0] if buyer.offers else None
            marks = test_marks(journey, buyer)
            now = build_now(journey, buyer.ping, name, marks)
            requests[name] = now or (yield from build(journey, buyer.ping, name, marks))
    refused = yield from admit(journey, requests)
    asked = {name: request for name, request in requests.items() if name not in refused}
    if not asked:
        return {**kept, **refused}
    if journey.unstored:
        yield from store(journey)
    branches = {
        name: ping(journey, journey.plan.buyers[name].buyer, request) for name, request in asked.items()
    }
    before = journey.elapsed
    joined = yield Fork(branches, (f"window/{key}", seconds))
    took = max((done.ms for done in joined.results.values()), default=0.0)
    journey.elapsed = before + (seconds * 1000 if joined.late else took)
    late = Pinged("late", f"no answer within {_words(seconds)}", ms=seconds * 1000)
    sent = journey.lead.clock + datetime.timedelta(milliseconds=before)
    results = {name: _timed(done, sent) for name, done in joined.results.items()}
    came = {name: results.get(name, late) for name in requests} | refused
    return {**kept, **came}


def _timed(done: Pinged, sent: datetime.datetime) -> Pinged:
    if done.expires is None and not done.bids:  # nearly all: fifty moments are 25 us
        return done
    return timed(done, sent + datetime.timedelta(milliseconds=done.ms))


def _words(seconds: float) -> str:
    return f"{seconds:g}s" if seconds >= 1 else f"{seconds * 1000:g}ms"


def standing(
    journey: Journey, stage: m.Stage, names: Iterable[str], pinged: Mapping[str, Pinged]
) -> Generator[Any, Any, dict[str, Decimal]]:
    """The bids that count: those pinged and those of a fixed price; everybody else's end is noted."""
    reserve = (yield from value(journey, stage.reserve, "reserve")) if stage.reserve is not None else None
    bids: dict[str, Decimal] = {}
    for name in names:
        done = pinged.get(name)
        bids_none = done is not None and done.outcome != "bid"
        bids_alone = bids_none or journey.plan.buyers[name].bids_alone
        price = None if bids_alone else (yield from _price(journey, name))
        bid = price if done is None or (done.outcome == "bid" and done.bid is None) else done.bid
        if done is not None and done.until is not None and _hold(journey, stage, name, done):
            continue
        if done is not None and done.outcome != "bid":
            drop(journey, stage, name, done.outcome, done.reason, done)
        elif bid is None:
            said = "answered without a bid" if done is not None else "no price for this lead"
            drop(journey, stage, name, "no_bid" if done is not None else "price", said, done)
        elif isinstance(reserve, Decimal) and (price if price is not None else bid) < reserve:
            drop(journey, stage, name, "no_bid", f"{bid} is under the reserve {reserve}", done, bid)
        else:
            bids[name] = bid
    return bids


def _hold(journey: Journey, stage: m.Stage, name: str, done: Pinged) -> bool:
    """Hold a buyer that was not to be pinged, if it says so."""
    return hold_out(journey, stage, name, Out(done.outcome, done.reason, 0, done.until))


def _price(journey: Journey, name: str) -> Generator[Any, Any, Decimal | None]:
    """What a buyer pays without a bid; what that reads is asked."""
    planned = journey.plan.buyers[name]
    if planned.buyer.offers:
        return planned.buyer.offers[0]
    return (yield from amount_due(journey, planned, None))


def drop(
    journey: Journey,
    stage: m.Stage,
    name: str,
    outcome: str,
    reason: str,
    done: Pinged | None,
    bid: Decimal | None = None,
) -> None:
    """Note that a buyer's bid does not count."""
    journey.tried[name] = outcome
    journey.considered(stage.id, name, outcome, reason=reason, bid=bid, ms=done.ms if done else None)
