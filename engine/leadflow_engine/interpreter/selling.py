"""Selling to one buyer: its offer made ready, reserved, posted, and what came of it noted."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Generator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import HttpRequest
from leadflow_engine.interpreter.asking import build
from leadflow_engine.interpreter.collecting import row_of
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.lots import Lot, Posted, delivery_of, noted
from leadflow_engine.interpreter.mailing import marked
from leadflow_engine.interpreter.posting import post
from leadflow_engine.interpreter.prices import Offer
from leadflow_engine.interpreter.reserving import reserve
from leadflow_engine.lead import Lead
from leadflow_engine.mapping import Extra, RequestProblem, Staging
from leadflow_engine.response import Reading
from leadflow_engine.settle import Settled


def sell(journey: Journey, offer: Offer) -> Generator[Any, Any, Settled]:
    """Reserve, post and settle with one buyer. Whatever comes of it is noted; the caller decides what is next."""
    lot = yield from prepare(journey, offer, journey.lead)
    if isinstance(lot, Settled):
        return lot
    refused = yield from reserve(journey, lot, in_turn=True)
    if refused is not None:
        return refused
    return conclude(journey, lot, (yield from post(journey, lot)))


def prepare(journey: Journey, offer: Offer, scope: Lead | None = None) -> Generator[Any, Any, Lot | Settled]:
    """An offer's request, with what it reads asked; or that there is none to be made, which is noted. ``scope`` is the
    lead itself, where no other lot is under way at once."""
    buyer, lead = journey.plan.buyers[offer.buyer].buyer, journey.lead
    number = journey.number(f"intent/{buyer.name}")
    lead.delivery_key = delivery_key(lead.id, buyer.name, number)
    lead.asked_price = offer.asked
    leg = buyer.at_once
    marks = test_marks(journey, buyer)
    request = (yield from build(journey, leg, buyer.name, marks)) if leg else None
    row = (yield from row_of(journey, buyer, buyer.batch, marks)) if buyer.batch else None
    for made in (request, row):
        if isinstance(made, RequestProblem):
            return noted(journey, offer, Settled("not_sent", "error", made.reason))
    if isinstance(request, HttpRequest):
        request = marked(buyer, lead, request)
    return Lot(offer, number, request, scope or copy.copy(lead), row)  # type: ignore[arg-type]


def conclude(journey: Journey, lot: Lot, posted: Posted) -> Settled:
    """Note what came of a lot's post."""
    settled, offer = posted.settled, lot.offer
    reading = posted.done.reading if posted.done is not None else None
    if settled.state != "confirmed":
        journey.delivered(delivery_of(journey, lot, posted, offer.price, settled.reason, reading))
        return noted(journey, offer, settled, posted.ms, reading)
    price, why = _sale_price(offer, reading)
    if why:
        settled = replace(settled, reason="; ".join(filter(None, (settled.reason, why))))
    journey.delivered(delivery_of(journey, lot, posted, price, settled.reason, reading))
    return noted(journey, offer, settled, posted.ms, reading, price)


def _sale_price(offer: Offer, reading: Reading | None) -> tuple[Decimal, str]:
    """What a sale is worth: the price that was offered, or what the answer tells, up to what was reserved."""
    if not offer.told:
        return offer.price, ""
    return told_price(reading, offer.price)


def told_price(reading: Reading | None, most: Decimal, before: Decimal | None = None) -> tuple[Decimal, str]:
    """What a sale is worth where the answer tells the price, and what is to be said of it: at most what was reserved
    (``most``, 0 for no limit); where it tells none that can be read, what was told ``before``, else nothing."""
    unread = (note for note in (reading.notes if reading else ()) if note.startswith("`price`"))
    answered = reading.price if reading is not None else None
    why = "" if answered is not None else next(unread, "the answer tells no price" if before is None else "")
    price = next((each for each in (answered, before) if each is not None), Decimal(0))
    if most and price > most:
        return most, why or f"the answer says {price}, over the limit {most}"
    return price, why


def test_marks(journey: Journey, buyer: m.Buyer) -> tuple[Extra, ...]:
    """What tells this buyer that the lead is a test: fields of its own, another host; nothing for other leads."""
    if not journey.lead.test or buyer.email is not None:
        return ()  # a mail is marked in its subject
    return (*buyer.test_fields, *((Staging(buyer.test_url),) if buyer.test_url else ()))


def delivery_key(lead: str, buyer: str, number: int) -> str:
    """The idempotency key of a delivery: the same for every resend, another for every other delivery."""
    return hashlib.sha256(f"{lead}\0{buyer}\0{number}".encode()).hexdigest()[:32]
