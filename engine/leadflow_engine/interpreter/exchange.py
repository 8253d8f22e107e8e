"""One exchange with somebody outside: build the request, call, read the answer, keep the posting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result, Timer
from leadflow_engine.interpreter.journey import ZERO, Journey, store
from leadflow_engine.lead import Lead
from leadflow_engine.own_texts import ASSUMED
from leadflow_engine.records import Posting
from leadflow_engine.response import Reader, Reading
from leadflow_engine.secrets import masked_placeholders


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of a call: the transport's result, and what was read from it; ``before`` are the milliseconds of the
    same call's earlier tries and of the pauses between them."""

    key: str
    result: Result
    reading: Reading
    before: float = 0.0

    @property
    def answered(self) -> bool:
        """Was there a whole answer?"""
        return bool(self.result["phase"] == "answered")

    @property
    def ms(self) -> float:
        """Milliseconds that the call took, its earlier tries among them."""
        return self.before + float(self.result.get("ms") or 0)

    @property
    def failure(self) -> str:
        """Why there was no answer that means anything; "" where there was one."""
        if not self.answered:
            return str(self.result["failure"])
        status = int(self.result.get("status") or 0)
        if self.reading.verdict:
            return ""
        return f"status {status}" if status >= 400 else "" if self.reading.readable else "not readable"


def exchange(
    journey: Journey,
    key: str,
    data: CallOut,
    leg: m.Leg,
    cost: Decimal = Decimal(0),
    scope: Lead | None = None,
) -> Generator[Any, Any, Exchange]:
    """Make one call and read its answer; whatever a post taught is stored first. ``scope`` is the lead as the answer's
    rules see it."""
    if journey.unstored:
        yield from store(journey)
    result = yield Effect(key, data)
    return taken(journey, key, data, leg, result, cost, scope)


def taken(
    journey: Journey,
    key: str,
    data: CallOut,
    leg: m.Leg,
    result: Result,
    cost: Decimal = ZERO,
    scope: Lead | None = None,
) -> Exchange:
    """What came of a call: its answer is read, and its posting kept."""
    journey.elapsed += result.get("ms") or 0
    reading = read_answer(journey, leg, result, scope)
    journey.records.append(posting_of(journey.masked, key, data, result, reading, cost))
    return Exchange(key, result, reading)


def read_answer(journey: Journey, leg: m.Leg, result: Result, scope: Lead | None = None) -> Reading:
    """What an answer says, by the flow's response block."""
    reader: Reader = journey.plan.reader(leg)
    if result["phase"] != "answered":
        return Reading.nothing()
    if result.get("assumed"):
        return _assumed(result)
    flow = journey.plan.flow
    return reader.read(
        int(result["status"]),
        result["headers"],
        str(result["body"]),
        flow.country,
        zone=flow.timezone,
        scope=scope or journey.lead,
    )


def _assumed(result: Result) -> Reading:
    """An answer that nobody gave: its verdict, and for looking at requests a reference and a bid."""
    bid = Decimal(str(result["bid"])) if result.get("bid") else None
    reference = str(result.get("reference") or "")
    return Reading("", str(result["assumed"]), reason=ASSUMED, reference=reference, bid=bid)


def repeated(
    journey: Journey, key: str, data: CallOut, leg: m.Leg, causes: frozenset[str], cost: Decimal = Decimal(0)
) -> Generator[Any, Any, Exchange]:
    """A call that may be made again (a ping, a look-up): as often as its ``retry`` says, on the causes it names.

    The N-th call of a key is ``KEY`` for the first and ``KEY/retry.N-1`` for the others.
    """
    retry = leg.request.retry
    done = yield from exchange(journey, key, data, leg, cost)
    for again in range(1, retry.times + 1 if retry else 1):
        assert retry is not None
        if not may_repeat(done, retry, causes):
            break
        next_key = f"{key}/retry.{again}"
        before = done.ms + (yield from pause(journey, retry, next_key))
        done = replace((yield from exchange(journey, next_key, data, leg, cost)), before=before)
    return done


def may_repeat(done: Exchange, retry: m.Retry, causes: frozenset[str]) -> bool:
    """Does the flow ask for another call after this one? Where a rule of the answer says ``retry`` it does, whatever
    causes are named."""
    cause = cause_of(done)
    return cause == "retry" or cause in causes.intersection(retry.causes)


def cause_of(done: Exchange) -> str:
    """Why a call may be made again, as ``retry N on`` names it; "" for no cause."""
    if done.result["phase"] == "not_sent":
        return "connect" if done.result["failure"] == "connect" else ""
    if not done.answered:
        return "timeout"
    status = int(done.result.get("status") or 0)
    if done.reading.verdict == "retry":
        return "retry"
    return "5xx" if status >= 500 and not done.reading.verdict else str(status) if status >= 400 else ""


def pause(journey: Journey, retry: m.Retry, key: str) -> Generator[Effect, Result, float]:
    """The wait before the call of a key; none where no backoff is said. Gives its milliseconds."""
    seconds = retry.backoff.total_seconds()
    if seconds > 0:
        yield Effect(f"backoff/{key}", Timer(seconds))
        journey.elapsed += seconds * 1000
    return seconds * 1000


def posting_of(
    masked: Callable[[str], str], key: str, data: CallOut, result: Result, reading: Reading, cost: Decimal
) -> Posting:
    """A call as records keep it; ``masked`` takes out what is personal."""
    return Posting(
        key=key,
        leg=data.leg,
        name=data.name,
        method=data.request.method,
        url=masked(masked_placeholders(data.request.url)),
        request_hash=request_hash(data.request),
        status=result.get("status"),
        failure=str(result.get("failure") or ""),
        answer=masked(str(result.get("body") or "")),
        ms=float(result.get("ms") or 0),
        verdict=reading.verdict,
        rule=reading.rule,
        reason=masked(reading.reason) if reading.reason else "",
        reference=masked(reading.reference) if reading.reference else "",
        cost=cost if result["phase"] != "not_sent" else Decimal(0),
    )


def request_hash(request: HttpRequest) -> str:
    """A digest of what is sent, secrets apart: equal requests, equal hashes."""
    parts = (request.method, request.url, repr(request.headers), request.body or "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
