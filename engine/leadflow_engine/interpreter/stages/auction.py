"""Auction: ping all at once within a window, post to the best bid, on a refusal to the next best."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.asking import build, value
from leadflow_engine.interpreter.journey import Fork, Journey, store
from leadflow_engine.interpreter.selling import Pinged, fixed_price, lapses_at, ping, ping_values, test_marks
from leadflow_engine.interpreter.stages.order import ordered
from leadflow_engine.interpreter.stages.prequalify import prequalify, resolve_open
from leadflow_engine.interpreter.stages.results import StageResult, Unsold
from leadflow_engine.interpreter.stages.turns import after, in_time, offer

DEFAULT_WINDOW = 1.0
"""Seconds that an auction waits for bids where the flow does not say."""

BY_BID = (m.OrderKey("bid", None, True),)


def auction(journey: Journey, stage: m.Stage, names: tuple[str, ...]) -> Generator[Any, Any, StageResult]:
    """Hold the auction among these buyers of the stage."""
    judgement = yield from prequalify(journey, stage, names)
    able = []
    for name in names:
        open_ = name in judgement.open and (yield from resolve_open(journey, stage, name, 0))
        if name in judgement.passed or open_:
            able.append(name)
    asked_at = journey.elapsed
    pinged = yield from _ping_all(journey, stage, able)
    bids = yield from _standing(journey, stage, able, pinged)
    line = yield from ordered(journey, _by_bid(stage), [name for name in able if name in bids], bids)
    return (yield from _award(journey, stage, line, bids, pinged, asked_at))


def _by_bid(stage: m.Stage) -> m.Stage:
    return stage if stage.order else replace(stage, order=BY_BID)


def _ping_all(journey: Journey, stage: m.Stage, names: list[str]) -> Generator[Any, Any, dict[str, Pinged]]:
    """All pings in parallel. What their requests read is asked before, so that a branch writes nothing shared."""
    requests = {}
    for name in names:
        buyer = journey.plan.buyers[name].buyer
        if buyer.ping is not None:
            extra = test_marks(journey, buyer)
            requests[name] = yield from build(journey, buyer.ping, name, extra)
    if not requests:
        return {}
    if journey.unstored:
        yield from store(journey)
    seconds = stage.window.total_seconds() if stage.window else DEFAULT_WINDOW
    branches = {
        name: ping(journey, journey.plan.buyers[name].buyer, request) for name, request in requests.items()
    }
    before = journey.elapsed
    joined = yield Fork(branches, (f"window/{stage.id}/{journey.segment}", seconds))
    took = max((done.ms for done in joined.results.values()), default=0.0)
    journey.elapsed = before + (seconds * 1000 if joined.late else took)
    late = Pinged("late", f"no answer within {_words(seconds)}", ms=seconds * 1000)
    return {name: joined.results.get(name, late) for name in requests}


def _words(seconds: float) -> str:
    return f"{seconds:g}s" if seconds >= 1 else f"{seconds * 1000:g}ms"


def _standing(
    journey: Journey, stage: m.Stage, names: list[str], pinged: Mapping[str, Pinged]
) -> Generator[Any, Any, dict[str, Decimal]]:
    """The bids that count: those pinged and those of a fixed price; everybody else's end is noted."""
    reserve = (yield from value(journey, stage.reserve, "reserve")) if stage.reserve is not None else None
    bids: dict[str, Decimal] = {}
    for name in names:
        done = pinged.get(name)
        price = fixed_price(journey, journey.plan.buyers[name])
        bid = price if done is None or (done.outcome == "bid" and done.bid is None) else done.bid
        if done is not None and done.outcome != "bid":
            _drop(journey, stage, name, done.outcome, done.reason, done)
        elif bid is None:
            _drop(journey, stage, name, "no_bid", "answered without a bid", done)
        elif isinstance(reserve, Decimal) and (price if price is not None else bid) < reserve:
            _drop(journey, stage, name, "no_bid", f"{bid} is under the reserve {reserve}", done, bid)
        else:
            bids[name] = bid
    return bids


def _drop(
    journey: Journey,
    stage: m.Stage,
    name: str,
    outcome: str,
    reason: str,
    done: Pinged | None,
    bid: Decimal | None = None,
) -> None:
    journey.tried[name] = outcome
    journey.considered(stage.id, name, outcome, reason=reason, bid=bid, ms=done.ms if done else None)


def _award(
    journey: Journey,
    stage: m.Stage,
    line: list[str],
    bids: Mapping[str, Decimal],
    pinged: Mapping[str, Pinged],
    asked_at: float,
) -> Generator[Any, Any, StageResult]:
    """Post to the best, then the next best, until somebody takes it; those behind were outbid."""
    began = journey.elapsed
    for position, name in enumerate(line, start=1):
        done = pinged.get(name)
        lapses = lapses_at(journey, done, asked_at) if done else None
        if lapses is not None and journey.elapsed >= lapses:
            _drop(journey, stage, name, "late", "its bid expired before its turn", done, bids[name])
            continue
        if not in_time(journey, stage, began):
            break
        journey.lead.ping = ping_values(journey, journey.plan.buyers[name].buyer, done.result) if done else {}
        settled = yield from offer(journey, stage, name, position, bids[name], done.ms if done else 0.0)
        result = after(journey, name, settled, tuple(line[position:])) if settled is not None else None
        if result is not None:
            _outbid(journey, stage, line[position:], position, bids)
            return result
    return Unsold()


def _outbid(
    journey: Journey, stage: m.Stage, names: list[str], position: int, bids: Mapping[str, Decimal]
) -> None:
    for place, name in enumerate(names, start=position + 1):
        journey.considered(
            stage.id, name, "outbid", reason="a better bid was taken", bid=bids[name], position=place
        )
