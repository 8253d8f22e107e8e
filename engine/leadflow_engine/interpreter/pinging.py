"""Pings: asking one buyer what a lead is worth to it, and what its answer gives to its post."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Mapping
from dataclasses import field, replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.asking import REPEATABLE
from leadflow_engine.interpreter.journey import Journey, store
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.response import Bid, Reading


@dataclass(frozen=True, slots=True)
class Pinged:
    """What a ping came to. ``outcome`` is "bid", or the distribution word of a buyer that made none; ``until`` is when
    one that was not pinged can be, where that is known. ``bids`` are those of an answer with several that stand each
    for itself, highest first; ``bid`` and ``expires`` are those of the first."""

    outcome: str
    reason: str = ""
    bid: Decimal | None = None
    result: Result = field(default_factory=dict)
    ms: float = 0.0
    expires: Decimal | datetime.datetime | None = None  # seconds from the answer, or a moment
    until: datetime.datetime | None = None
    bids: tuple[Bid, ...] = ()

    @property
    def lapses(self) -> datetime.datetime | None:
        """When its bid ends, None for never; known once it is ``timed``."""
        return self.expires if isinstance(self.expires, datetime.datetime) else None

    def after(self, refused: int) -> Pinged:
        """The same once so many of its bids were refused."""
        if not refused:
            return self
        left = self.bids[refused:]
        ends = left[0].expires if self.expires in (None, self.bids[0].expires) else self.expires
        return replace(self, bids=left, bid=left[0].bid, expires=ends)


def ping(
    journey: Journey, buyer: m.Buyer, request: HttpRequest | RequestProblem
) -> Generator[Any, Any, Pinged]:
    """Ping one buyer with a request that was built before; writes nothing shared but its own posting."""
    assert buyer.ping is not None
    if isinstance(request, RequestProblem):
        return Pinged("error", request.reason)
    number = journey.number(f"ping/{buyer.name}")
    data = CallOut("ping", buyer.name, number, request)
    key = f"ping/{buyer.name}/{number}"
    if buyer.ping.request.retry is not None:
        return read_ping(journey, (yield from x.repeated(journey, key, data, buyer.ping, REPEATABLE)))
    if journey.unstored:
        yield from store(journey)
    result = yield Effect(key, data)  # fifty of them: two layers less are 1 us each
    return read_ping(journey, x.taken(journey, key, data, buyer.ping, result))


def read_ping(journey: Journey, done: x.Exchange) -> Pinged:
    """A bid, or why there is none."""
    reading, ms = done.reading, done.ms
    if reading.verdict == "accepted" and done.answered:
        bids = reading.ranked if reading.by_bids else ()
        return Pinged("bid", "", reading.bid, done.result, ms, reading.expires, bids=bids)
    if not done.answered:
        return Pinged("timeout" if done.failure == "timeout" else "error", f"ping: {done.failure}", ms=ms)
    word = "error" if reading.verdict == "error" or done.failure else "no_bid"
    word = "duplicate" if reading.verdict == "duplicate" else word
    return Pinged(word, reading.reason or done.failure or "no bid", ms=ms)


def note_refused(journey: Journey, stage: str, buyer: str, pinged: Pinged, refused: int) -> None:
    """Say beside a buyer's outcome which of its several bids it has refused before."""
    if refused:
        amounts = ", ".join(str(one.bid) for one in pinged.bids[:refused])
        journey.notes[stage, buyer] = f"refused its bid of {amounts} before"


def timed(pinged: Pinged, answered: datetime.datetime) -> Pinged:
    """What a ping came to, with the moments when its bids end; ``answered`` is when its answer came."""
    if pinged.expires is None and not pinged.bids:
        return pinged
    bids = tuple(replace(bid, expires=_moment(bid.expires, answered)) for bid in pinged.bids)
    return replace(pinged, expires=_moment(pinged.expires, answered), bids=bids)


def _moment(
    expires: Decimal | datetime.datetime | None, answered: datetime.datetime
) -> datetime.datetime | None:
    if isinstance(expires, Decimal):
        return answered + datetime.timedelta(seconds=float(expires))
    return expires


def ping_values(journey: Journey, buyer: m.Buyer, result: Result, refused: int = 0) -> dict[str, object]:
    """What a buyer's deliver may read of its ping's answer: ``ping.reference``, ``ping.bid``, ``ping.NAME``; of an
    answer with several bids the parts of the one that stands, ``ping.chosen.reference`` and so on, once so many of
    them were ``refused``."""
    assert buyer.ping is not None
    return told_by_ping(x.read_answer(journey, buyer.ping, result).after(refused))


def told_by_ping(reading: Reading) -> dict[str, object]:
    """The same of an answer that was read."""
    own = {"reference": reading.reference or None, "bid": reading.bid, "expires": reading.expires}
    return {**reading.sets, **own, "chosen": _parts_of(reading.chosen)}


def name_of_bid(told: Mapping[str, object]) -> str:
    """Who buys by the bid that stands, in what a ping has told; "" where no name was told."""
    chosen = told.get("chosen")
    return str(chosen.get("legal_name") or "") if isinstance(chosen, Mapping) else ""


def _parts_of(bid: Bid | None) -> dict[str, object] | None:
    if bid is None:
        return None
    said = {"reference": bid.reference or None, "legal_name": bid.legal_name or None}
    return {**bid.sets, **said, "bid": bid.bid, "expires": bid.expires}
