"""Selling to one buyer: its ping, and the post under its intent."""

from __future__ import annotations

import copy
import datetime
import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import BatchRow, CallOut, Effect, HttpRequest, Intent, Result
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.asking import REPEATABLE, build
from leadflow_engine.interpreter.collecting import row_of
from leadflow_engine.interpreter.following import follow_ups
from leadflow_engine.interpreter.holding import hold_out
from leadflow_engine.interpreter.journey import Journey, iso, moment
from leadflow_engine.interpreter.mailing import marked
from leadflow_engine.interpreter.prices import Offer, claims_of
from leadflow_engine.interpreter.sharing import most_of, shares
from leadflow_engine.judge import Out
from leadflow_engine.lead import Lead
from leadflow_engine.limits.hours import open_until
from leadflow_engine.mapping import Extra, RequestProblem, Staging
from leadflow_engine.plan import PlannedBuyer
from leadflow_engine.records import Delivery
from leadflow_engine.response import Bid, Reading
from leadflow_engine.settle import Came, Settled, settle

SAFE_TO_REPEAT = frozenset({"connect", "429", "retry"})
"""Causes after which a post may be made again to any buyer: it certainly did not take the lead."""


# ------------------------------------------------------------------ pings


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


# ------------------------------------------------------------------ posts


@dataclass(slots=True)
class Lot:
    """One offer made ready: its number, its request (``None`` for a buyer that its ping sells to, and for one with a
    ``row`` in a ``batch``), and the lead as this buyer's mapping and rules see it, so that several lots can be under
    way at once."""

    offer: Offer
    number: int
    request: HttpRequest | None
    scope: Lead
    row: BatchRow | None = None
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a lot's post; ``ms`` is how long all its calls took."""

    settled: Settled
    done: x.Exchange | None = None
    ms: float = 0.0


def sell(journey: Journey, offer: Offer) -> Generator[Any, Any, Settled]:
    """Reserve, post and settle with one buyer. Whatever comes of it is noted; the caller decides what is next."""
    lot = yield from prepare(journey, offer)
    if isinstance(lot, Settled):
        return lot
    refused = yield from reserve(journey, lot, in_turn=True)
    if refused is not None:
        return refused
    return conclude(journey, lot, (yield from post(journey, lot)))


def prepare(journey: Journey, offer: Offer) -> Generator[Any, Any, Lot | Settled]:
    """An offer's request, with what it reads asked; or that there is none to be made, which is noted."""
    buyer = journey.plan.buyers[offer.buyer].buyer
    number = journey.number(f"intent/{buyer.name}")
    journey.lead.delivery_key = delivery_key(journey.lead.id, buyer.name, number)
    journey.lead.asked_price = offer.asked
    leg = buyer.at_once
    marks = test_marks(journey, buyer)
    request = (yield from build(journey, leg, buyer.name, marks)) if leg else None
    row = yield from row_of(journey, buyer, marks)
    for made in (request, row):
        if isinstance(made, RequestProblem):
            return _noted(journey, offer, Settled("not_sent", "error", made.reason))
    if isinstance(request, HttpRequest):
        request = marked(buyer, journey.lead, request)
    return Lot(offer, number, request, copy.copy(journey.lead), row)  # type: ignore[arg-type]


def reserve(journey: Journey, lot: Lot, in_turn: bool = False) -> Generator[Any, Any, Settled | None]:
    """The intent of a lot: everything that it needs is reserved, or (noted) why not. ``in_turn`` is whether the buyer
    has a place of its own in the stage, in which it can be waited for."""
    refused = yield from _intend(journey, lot)
    if refused is not None:
        return _refused(journey, lot.offer, refused, in_turn)
    journey.delivered(_delivery(journey, lot, "intent"))
    journey.unstored = False  # the intent itself is stored
    _note_price(journey, lot.offer)
    return None


def _refused(journey: Journey, offer: Offer, out: Out, in_turn: bool) -> Settled:
    """What a buyer comes to whose room went between judging and reserving: held as if it had been judged so, unless
    it has a lower price for which there may be room."""
    offers = journey.plan.buyers[offer.buyer].buyer.offers
    said = {"position": offer.position, "bid": offer.bid, "ms": offer.ms}
    last = not offers or offer.asked == offers[-1]
    if last and hold_out(journey, offer.stage, offer.buyer, out, in_turn, **said):
        return Settled("not_sent", "held", out.reason)
    return _noted(journey, offer, Settled("not_sent", out.code, out.reason))


def _note_price(journey: Journey, offer: Offer) -> None:
    """What a buyer with several prices was asked, for the trace."""
    if offer.asked is not None:
        place = offer.stage.id, offer.buyer
        before = journey.notes.get(place, "")
        journey.notes[place] = f"{before}, then {offer.asked}" if before else f"asked {offer.asked}"


def conclude(journey: Journey, lot: Lot, posted: Posted) -> Settled:
    """Note what came of a lot's post."""
    settled, done = posted.settled, posted.done
    reading = done.reading if done is not None else None
    price, why = _sale_price(lot.offer, reading) if settled.state == "confirmed" else (lot.offer.price, "")
    settled = replace(settled, reason="; ".join(filter(None, (settled.reason, why))))
    delivery = _delivery(journey, lot, settled.state, settled.reason, reading)
    failure = str(done.result["failure"]) if done is not None else ""
    journey.delivered(replace(delivery, price=price, failure=failure))
    return _noted(journey, replace(lot.offer, price=price), settled, posted.ms, reading)


def _sale_price(offer: Offer, reading: Reading | None) -> tuple[Decimal, str]:
    """What a sale is worth: the price that was offered, or what the answer tells, up to what was reserved."""
    if not offer.told:
        return offer.price, ""
    answered = reading.price if reading is not None else None
    if answered is None:
        unread = (note for note in (reading.notes if reading else ()) if note.startswith("`price`"))
        return Decimal(0), next(unread, "the answer tells no price")
    if offer.price and answered > offer.price:
        return offer.price, f"the answer says {answered}, over the limit {offer.price}"
    return answered, ""


def test_marks(journey: Journey, buyer: m.Buyer) -> tuple[Extra, ...]:
    """What tells this buyer that the lead is a test: fields of its own, another host; nothing for other leads."""
    if not journey.lead.test or buyer.email is not None:
        return ()  # a mail is marked in its subject
    return (*buyer.test_fields, *((Staging(buyer.test_url),) if buyer.test_url else ()))


def delivery_key(lead: str, buyer: str, number: int) -> str:
    """The idempotency key of a delivery: the same for every resend, another for every other delivery."""
    return hashlib.sha256(f"{lead}\0{buyer}\0{number}".encode()).hexdigest()[:32]


def _intend(journey: Journey, lot: Lot) -> Generator[Any, Any, Out | None]:
    offer, number = lot.offer, lot.number
    planned = journey.plan.buyers[offer.buyer]
    limits, keys = claims_of(journey, planned, offer.price)
    intent = Intent(
        buyer=offer.buyer,
        number=number,
        stage=offer.stage.id,
        price=offer.price,
        limits=limits,
        keys=keys,
        exclusive=not shares(offer.stage),
        beside_doubt=_may_stand_beside_doubt(journey, offer.stage),
        delivery_key=lot.scope.delivery_key,
        test=journey.lead.test,
        open_until=_open_until(journey, planned),
        most=most_of(journey, offer.stage) if shares(offer.stage) else None,
        shares=journey.shares_of(offer.stage.id, offer.buyer),
        suppressible=journey.suppressible,
        row=lot.row,
    )
    reply = yield Effect(f"intent/{offer.buyer}/{number}", intent)
    if reply["granted"]:
        lot.batch = str(reply.get("batch", ""))
        journey.shares.pop(offer.stage.id, None)
        return None
    until = moment(str(reply["until"])) if reply.get("until") else None
    return Out(str(reply["code"]), str(reply["reason"]), 0, until)


def _open_until(journey: Journey, planned: PlannedBuyer) -> str | None:
    buyer = planned.buyer
    if not (buyer.openings or planned.closed_on):
        return None
    closes = open_until(buyer.openings, planned.closed_on, buyer.timezone, journey.lead.clock)
    return iso(closes) if closes is not None else None


def _may_stand_beside_doubt(journey: Journey, stage: m.Stage) -> bool:
    """Only where every delivery in doubt is one after which the flow says to go on; what is shared stands beside what
    is shared anyhow."""
    others = (
        delivery
        for delivery in journey.unsettled()
        if not (shares(stage) and shares(journey.plan.stages[delivery.stage]))
    )
    return all(delivery.state == "in_doubt" for delivery in others)


def post(journey: Journey, lot: Lot) -> Generator[Any, Any, Posted]:
    """Post under an intent, again as far as ``retry`` allows. Only an idempotent buyer is asked again in doubt.

    May be one branch of a fork: it writes nothing shared but its own postings."""
    buyer, number, request = journey.plan.buyers[lot.offer.buyer].buyer, lot.number, lot.request
    leg = buyer.at_once
    if request is None or leg is None:
        return Posted(Settled("confirmed", "sold", f"in batch {lot.batch}" if lot.batch else ""))
    key = f"post/{buyer.name}/{number}"
    data = CallOut("post", buyer.name, number, request)
    done = yield from x.exchange(journey, key, data, leg, scope=lot.scope)
    settled, ms = settle(came_of(done, leg)), done.ms
    retry, doubted = leg.request.retry, settled.state == "in_doubt"
    for again in range(1, retry.times + 1 if retry else 1):
        assert retry is not None
        if not _may_resend(settled, retry, buyer):
            break
        yield from x.pause(retry, f"{key}/retry.{again}")
        done = yield from x.exchange(journey, f"{key}/retry.{again}", data, leg, scope=lot.scope)
        settled, ms = _after(settle(came_of(done, leg, resend=doubted)), doubted), done.ms
        doubted = doubted and settled.state not in {"confirmed", "declined"}
    return Posted(settled, done, ms)


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
    journey: Journey, lot: Lot, state: str, reason: str = "", reading: Reading | None = None
) -> Delivery:
    offer = lot.offer
    return Delivery(
        buyer=offer.buyer,
        number=lot.number,
        state=state,
        price=offer.price,
        reference=journey.masked(reading.reference or "") if reading else "",
        reason=journey.masked(reason),
        answered_price=reading.price if reading else None,
        outcome="fallback" if offer.stage.kind == "fallback" else "sold",
        due=_due(journey, offer.buyer, state),
        stage=offer.stage.id,
        follow_ups=follow_ups(journey, offer.buyer, state),
    )


def _due(journey: Journey, buyer: str, state: str) -> str | None:
    """When doubt or waiting for a verdict ends by the buyer's policy, counted from the segment's clock and what has
    passed since."""
    said = journey.plan.buyers[buyer].buyer
    after = {
        "in_doubt": said.on_doubt.after,
        "pending": said.pending_ends.after if said.pending_ends else None,
    }.get(state)
    return iso(journey.now() + after) if after is not None else None


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
