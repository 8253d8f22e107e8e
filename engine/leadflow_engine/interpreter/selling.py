"""Selling to one buyer: what it would claim, its price, its ping, and the post under its intent."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import (
    BuyerLimits,
    CallOut,
    Effect,
    HttpRequest,
    Intent,
    KeyClaim,
    LimitClaim,
    Result,
)
from leadflow_engine.evaluation.comparing import Open, plain
from leadflow_engine.evaluation.conditions import decide
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.intake.door import key_claims, limit_claims
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.asking import REPEATABLE, build, value
from leadflow_engine.interpreter.journey import Journey, iso
from leadflow_engine.limits.hours import open_until
from leadflow_engine.mapping import Extra, RequestProblem, Staging
from leadflow_engine.plan import PlannedBuyer
from leadflow_engine.records import Delivery
from leadflow_engine.response import Bid, Reading
from leadflow_engine.settle import Came, Settled, settle

SAFE_TO_REPEAT = frozenset({"connect", "429", "retry"})
"""Causes after which a post may be made again to any buyer: it certainly did not take the lead."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be sold to whom: the stage, the place in its order, the price, the ping's answer."""

    stage: m.Stage
    buyer: str
    position: int
    price: Decimal
    bid: Decimal | None = None
    ms: float = 0.0


def claims_of(
    journey: Journey, planned: PlannedBuyer, price: Decimal
) -> tuple[tuple[LimitClaim, ...], tuple[KeyClaim, ...]]:
    """What a delivery to this buyer would claim; a test lead claims nothing."""
    if journey.lead.test:
        return (), ()
    buyer, flow = planned.buyer, journey.plan.flow
    leg = buyer.deliver or buyer.ping
    seconds = leg.request.timeout.total_seconds() if leg else 0.0
    limits = limit_claims(planned.caps, journey.lead, buyer.timezone, price, seconds)
    return limits, key_claims(buyer.dedupes, f"{flow.name}/buyer/{buyer.name}", journey.lead)


def limits_question(journey: Journey, name: str) -> BuyerLimits:
    """The question whether a buyer still has room for this lead, at its price as far as it is known."""
    planned = journey.plan.buyers[name]
    limits, keys = claims_of(journey, planned, fixed_price(journey, planned) or Decimal(0))
    return BuyerLimits(name, limits, keys, planned.buyer.down_after)


def price_of(journey: Journey, planned: PlannedBuyer) -> m.Price | None:
    """The first of a buyer's prices that holds."""
    for entry in planned.prices:
        if decide(entry.when, journey.lead.truth) is True:
            return entry.price
    return None


def fixed_price(journey: Journey, planned: PlannedBuyer) -> Decimal | None:
    """A buyer's price where it is known without a bid; ``None`` where it is not."""
    price = price_of(journey, planned)
    if price is None or price.kind != "amount" or price.amount is None:
        return None
    amount = plain(evaluate(price.amount, journey.lead))
    return None if isinstance(amount, Open) or not isinstance(amount, Decimal) else amount


def amount_due(
    journey: Journey, planned: PlannedBuyer, bid: Decimal | None
) -> Generator[Any, Any, Decimal | None]:
    """What a sale to this buyer brings: its price, or its bid where the price is from the bid."""
    price = price_of(journey, planned)
    if price is None:
        return None
    if price.kind != "amount" or price.amount is None:
        return bid
    amount = yield from value(journey, price.amount, planned.buyer.name)
    return amount if isinstance(amount, Decimal) else None


# ------------------------------------------------------------------ pings


@dataclass(frozen=True, slots=True)
class Pinged:
    """What a ping came to. ``outcome`` is "bid", or the distribution word of a buyer that made none."""

    outcome: str
    reason: str = ""
    bid: Decimal | None = None
    result: Result = field(default_factory=dict)
    ms: float = 0.0
    expires: object = None  # seconds from the answer (Decimal), or a moment


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
    reading = x.read_answer(journey, buyer.ping, result)
    own = {"reference": reading.reference or None, "bid": reading.bid, "expires": reading.expires}
    return {**reading.sets, **own, "chosen": _parts_of(reading.chosen)}


def _parts_of(bid: Bid | None) -> dict[str, object] | None:
    if bid is None:
        return None
    said = {"reference": bid.reference or None, "legal_name": bid.legal_name or None}
    return {**bid.sets, **said, "bid": bid.bid, "expires": bid.expires}


# ------------------------------------------------------------------ posts


def sell(journey: Journey, offer: Offer) -> Generator[Any, Any, Settled]:
    """Reserve, post and settle with one buyer. Whatever comes of it is noted; the caller decides what is next."""
    buyer = journey.plan.buyers[offer.buyer].buyer
    number = journey.number(f"intent/{buyer.name}")
    journey.lead.delivery_key = delivery_key(journey.lead.id, buyer.name, number)
    leg = buyer.deliver
    request = (yield from build(journey, leg, buyer.name, test_marks(journey, buyer))) if leg else None
    if isinstance(request, RequestProblem):
        return _noted(journey, offer, Settled("not_sent", "error", request.reason))
    refused = yield from _intend(journey, offer, number)
    if refused is not None:
        return _noted(journey, offer, refused)
    journey.delivered(_delivery(journey, offer, number, "intent"))
    journey.unstored = False  # the intent itself is stored
    if request is None or leg is None:
        settled, ms, reading, failure = Settled("confirmed", "sold", ""), 0.0, None, ""
    else:
        settled, done = yield from _post(journey, buyer, number, request, leg)
        ms, reading, failure = done.ms, done.reading, str(done.result["failure"])
    delivery = _delivery(journey, offer, number, settled.state, settled.reason, reading)
    journey.delivered(replace(delivery, failure=failure))
    return _noted(journey, offer, settled, ms, reading)


def test_marks(journey: Journey, buyer: m.Buyer) -> tuple[Extra, ...]:
    """What tells this buyer that the lead is a test: fields of its own, another host; nothing for other leads."""
    if not journey.lead.test:
        return ()
    return (*buyer.test_fields, *((Staging(buyer.test_url),) if buyer.test_url else ()))


def delivery_key(lead: str, buyer: str, number: int) -> str:
    """The idempotency key of a delivery: the same for every resend, another for every other delivery."""
    return hashlib.sha256(f"{lead}\0{buyer}\0{number}".encode()).hexdigest()[:32]


def _intend(journey: Journey, offer: Offer, number: int) -> Generator[Any, Any, Settled | None]:
    planned = journey.plan.buyers[offer.buyer]
    limits, keys = claims_of(journey, planned, offer.price)
    intent = Intent(
        buyer=offer.buyer,
        number=number,
        stage=offer.stage.id,
        price=offer.price,
        limits=limits,
        keys=keys,
        exclusive=True,
        beside_doubt=_may_stand_beside_doubt(journey),
        delivery_key=journey.lead.delivery_key,
        test=journey.lead.test,
        open_until=_open_until(journey, planned),
    )
    reply = yield Effect(f"intent/{offer.buyer}/{number}", intent)
    if reply["granted"]:
        return None
    return Settled("not_sent", str(reply["code"]), str(reply["reason"]))


def _open_until(journey: Journey, planned: PlannedBuyer) -> str | None:
    buyer = planned.buyer
    if not (buyer.openings or planned.closed_on):
        return None
    closes = open_until(buyer.openings, planned.closed_on, buyer.timezone, journey.lead.clock)
    return iso(closes) if closes is not None else None


def _may_stand_beside_doubt(journey: Journey) -> bool:
    """Only where every delivery in doubt is one after which the flow says to go on."""
    return all(delivery.state == "in_doubt" for delivery in journey.unsettled())


def _post(
    journey: Journey, buyer: m.Buyer, number: int, request: HttpRequest, leg: m.Leg
) -> Generator[Any, Any, tuple[Settled, x.Exchange]]:
    """Post under an intent, again as far as ``retry`` allows. Only an idempotent buyer is asked again in doubt."""
    key = f"post/{buyer.name}/{number}"
    data = CallOut("post", buyer.name, number, request)
    done = yield from x.exchange(journey, key, data, leg)
    settled = settle(came_of(done, leg))
    retry, doubted = leg.request.retry, settled.state == "in_doubt"
    for again in range(1, retry.times + 1 if retry else 1):
        assert retry is not None
        if not _may_resend(settled, retry, buyer):
            break
        yield from x.pause(retry, f"{key}/retry.{again}")
        done = yield from x.exchange(journey, f"{key}/retry.{again}", data, leg)
        settled = _after(settle(came_of(done, leg, resend=doubted)), doubted)
        doubted = doubted and settled.state not in {"confirmed", "declined"}
    return settled, done


def _after(settled: Settled, doubted: bool) -> Settled:
    """A resend that was not sent says nothing of the first post: that one is still in doubt."""
    if doubted and settled.state == "not_sent":
        return replace(settled, state="in_doubt", outcome="in_doubt", again="timeout")
    return settled


def _may_resend(settled: Settled, retry: m.Retry, buyer: m.Buyer) -> bool:
    cause = settled.again
    if not cause or (settled.state == "in_doubt" and not buyer.idempotent):
        return False
    return (
        cause == "retry" or cause in retry.causes or (cause in SAFE_TO_REPEAT and "connect" in retry.causes)
    )


def came_of(done: x.Exchange, leg: m.Leg, resend: bool = False) -> Came:
    """The exchange as the settling table sees it."""
    headers = {str(name).lower() for name, _ in done.result.get("headers") or ()}
    by_rule = done.reading.rule != 0 and bool(done.reading.verdict)
    return Came(
        phase=str(done.result["phase"]),
        failure=str(done.result.get("failure") or ""),
        status=done.result.get("status"),
        verdict=done.reading.verdict if by_rule else "",
        otherwise=leg.response.otherwise,
        readable=done.reading.readable,
        reason=done.reading.reason or "",
        retry_after="retry-after" in headers,
        resend=resend,
    )


def _delivery(
    journey: Journey, offer: Offer, number: int, state: str, reason: str = "", reading: Reading | None = None
) -> Delivery:
    return Delivery(
        buyer=offer.buyer,
        number=number,
        state=state,
        price=offer.price,
        reference=journey.masked(reading.reference or "") if reading else "",
        reason=journey.masked(reason),
        answered_price=reading.price if reading else None,
        outcome="fallback" if offer.stage.kind == "fallback" else "sold",
        due=_due(journey, offer.buyer, state),
        stage=offer.stage.id,
    )


def _due(journey: Journey, buyer: str, state: str) -> str | None:
    """When doubt ends by the buyer's policy, counted from the segment's clock and what has passed since."""
    policy = journey.plan.buyers[buyer].buyer.on_doubt
    if state != "in_doubt" or policy.after is None:
        return None
    return iso(journey.lead.clock + datetime.timedelta(milliseconds=round(journey.elapsed)) + policy.after)


def _noted(
    journey: Journey, offer: Offer, settled: Settled, ms: float = 0.0, reading: Reading | None = None
) -> Settled:
    sold = settled.state == "confirmed"
    journey.tried[offer.buyer] = settled.outcome
    journey.considered(
        offer.stage.id,
        offer.buyer,
        settled.outcome,
        reason=settled.reason,
        cause=reading.cause if reading else "",
        bid=offer.bid,
        price=offer.price if sold else None,
        position=offer.position,
        ms=ms + offer.ms,
    )
    return settled
