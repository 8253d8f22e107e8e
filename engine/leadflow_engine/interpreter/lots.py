"""A lot: one offer made ready for one buyer, and what is noted of it on its way."""

from __future__ import annotations

from decimal import Decimal

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import BatchRow, HttpRequest
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.following import follow_ups
from leadflow_engine.interpreter.journey import Journey, iso
from leadflow_engine.interpreter.pinging import name_of_bid
from leadflow_engine.interpreter.prices import Offer
from leadflow_engine.lead import Lead
from leadflow_engine.records import Delivery
from leadflow_engine.response import Reading
from leadflow_engine.settle import UNSETTLED, Settled


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


def intent_of(lot: Lot) -> Delivery:
    """The delivery of a lot whose intent is granted."""
    offer = lot.offer
    return Delivery(
        offer.buyer, lot.number, "intent", offer.price, outcome=_outcome(offer), stage=offer.stage.id
    )


def delivery_of(
    journey: Journey, lot: Lot, posted: Posted, price: Decimal, reason: str, reading: Reading | None
) -> Delivery:
    """The delivery of a lot that was posted, as records keep it."""
    offer, done, state = lot.offer, posted.done, posted.settled.state
    open_ = state in UNSETTLED
    return Delivery(
        buyer=offer.buyer,
        number=lot.number,
        state=state,
        price=price,
        reference=journey.masked(reading.reference) if reading and reading.reference else "",
        reason=journey.masked(reason) if reason else "",
        answered_price=reading.price if reading else None,
        outcome=_outcome(offer),
        due=_due(journey, offer.buyer, state) if open_ else None,
        stage=offer.stage.id,
        failure=str(done.result["failure"]) if done is not None else "",
        follow_ups=follow_ups(journey, offer.buyer, state) if open_ else (),
        legal_name=journey.masked(name_of_bid(lot.scope.ping)) if lot.scope.ping else "",
    )


def _outcome(offer: Offer) -> str:
    return "fallback" if offer.stage.kind == "fallback" else "sold"


def _due(journey: Journey, buyer: str, state: str) -> str | None:
    """When doubt or waiting for a verdict ends by the buyer's policy, counted from the segment's clock and what has
    passed since."""
    said = journey.plan.buyers[buyer].buyer
    after = {
        "in_doubt": said.on_doubt.after,
        "pending": said.pending_ends.after if said.pending_ends else None,
    }.get(state)
    return iso(journey.now() + after) if after is not None else None


def noted(
    journey: Journey,
    offer: Offer,
    settled: Settled,
    ms: float = 0.0,
    reading: Reading | None = None,
    price: Decimal | None = None,
) -> Settled:
    """Note what an offer came to, sold at ``price``; gives ``settled`` back."""
    journey.tried[offer.buyer] = settled.outcome
    journey.considered(
        offer.stage.id,
        offer.buyer,
        settled.outcome,
        reason=settled.reason,
        cause=reading.cause if reading else "",
        bid=offer.bid,
        price=price,
        position=offer.position,
        ms=ms + offer.ms,
    )
    return settled
