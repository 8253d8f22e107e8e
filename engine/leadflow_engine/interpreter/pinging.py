"""Pings: asking one buyer what a lead is worth to it, and what its answer gives to its post."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import CallOut, HttpRequest, Result
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.asking import REPEATABLE
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.response import Bid, Reading


@dataclass(frozen=True, slots=True)
class Pinged:
    """What a ping came to. ``outcome`` is "bid", or the distribution word of a buyer that made none; ``until`` is when
    one that was not pinged can be, where that is known."""

    outcome: str
    reason: str = ""
    bid: Decimal | None = None
    result: Result = field(default_factory=dict)
    ms: float = 0.0
    expires: object = None  # seconds from the answer (Decimal), or a moment
    until: datetime.datetime | None = None


def ping(
    journey: Journey, buyer: m.Buyer, request: HttpRequest | RequestProblem
) -> Generator[Any, Any, Pinged]:
    """Ping one buyer with a request that was built before; writes nothing shared but its own posting."""
    assert buyer.ping is not None
    if isinstance(request, RequestProblem):
        return Pinged("error", request.reason)
    number = journey.number(f"ping/{buyer.name}")
    data = CallOut("ping", buyer.name, number, request)
    done = yield from x.repeated(journey, f"ping/{buyer.name}/{number}", data, buyer.ping, REPEATABLE)
    return read_ping(journey, done)


def read_ping(journey: Journey, done: x.Exchange) -> Pinged:
    """A bid, or why there is none."""
    reading, ms = done.reading, done.ms
    if not done.answered:
        return Pinged("timeout" if done.failure == "timeout" else "error", f"ping: {done.failure}", ms=ms)
    if reading.verdict != "accepted":
        word = "error" if reading.verdict == "error" or done.failure else "no_bid"
        word = "duplicate" if reading.verdict == "duplicate" else word
        return Pinged(word, reading.reason or done.failure or "no bid", ms=ms)
    return Pinged("bid", bid=reading.bid, result=done.result, ms=ms, expires=reading.expires)


def lapses_at(journey: Journey, pinged: Pinged, asked_at: float) -> float | None:
    """When a bid lapses, in the journey's elapsed milliseconds; ``asked_at`` is when its ping was sent."""
    if isinstance(pinged.expires, datetime.datetime):
        return (pinged.expires - journey.lead.clock).total_seconds() * 1000
    if isinstance(pinged.expires, Decimal):
        return asked_at + pinged.ms + float(pinged.expires) * 1000
    return None


def ping_values(journey: Journey, buyer: m.Buyer, result: Result) -> dict[str, object]:
    """What a buyer's deliver may read of its ping's answer: ``ping.reference``, ``ping.bid``, ``ping.NAME``; of an
    answer with several bids the parts of the one that stands, ``ping.chosen.reference`` and so on."""
    assert buyer.ping is not None
    return told_by_ping(x.read_answer(journey, buyer.ping, result))


def told_by_ping(reading: Reading) -> dict[str, object]:
    """The same of an answer that was read."""
    own = {"reference": reading.reference or None, "bid": reading.bid, "expires": reading.expires}
    return {**reading.sets, **own, "chosen": _parts_of(reading.chosen)}


def _parts_of(bid: Bid | None) -> dict[str, object] | None:
    if bid is None:
        return None
    said = {"reference": bid.reference or None, "legal_name": bid.legal_name or None}
    return {**bid.sets, **said, "bid": bid.bid, "expires": bid.expires}
