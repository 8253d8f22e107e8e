"""The intent: everything that a post needs is reserved and recorded before a byte of it leaves."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import Effect, Intent
from leadflow_engine.interpreter.holding import hold_out
from leadflow_engine.interpreter.journey import Journey, iso, moment
from leadflow_engine.interpreter.lots import Lot, intent_of, noted
from leadflow_engine.interpreter.prices import Offer, claims_of, source_claims
from leadflow_engine.interpreter.sharing import most_of, shares
from leadflow_engine.judge import Out
from leadflow_engine.limits.hours import Hours
from leadflow_engine.plan import PlannedBuyer
from leadflow_engine.settle import Settled


def reserve(journey: Journey, lot: Lot, in_turn: bool = False) -> Generator[Any, Any, Settled | None]:
    """The intent of a lot: everything that it needs is reserved, or (noted) why not. ``in_turn`` is whether the buyer
    has a place of its own in the stage, in which it can be waited for."""
    offer = lot.offer
    reply = yield Effect(f"intent/{offer.buyer}/{lot.number}", _intent(journey, lot))
    if not reply["granted"]:
        until = moment(str(reply["until"])) if reply.get("until") else None
        out = Out(str(reply["code"]), str(reply["reason"]), 0, until)
        return _refused(journey, offer, out, bool(reply.get("of_price")), in_turn)
    lot.batch = str(reply.get("batch", ""))
    journey.shares.pop(offer.stage.id, None)
    journey.intended(intent_of(lot))
    if offer.asked is not None:
        _note_price(journey, offer)
    return None


def _refused(journey: Journey, offer: Offer, out: Out, of_price: bool, in_turn: bool) -> Settled:
    """What a buyer comes to whose room went between judging and reserving: held as if it had been judged so, unless
    it has a lower price for which there may be room. A lower price makes no room where the amount is not the reason."""
    said = {"position": offer.position, "bid": offer.bid, "ms": offer.ms}
    if of_price and not offer.last:
        _note_price(journey, offer, out.reason)
    elif hold_out(journey, offer.stage, offer.buyer, out, in_turn, **said):
        return Settled("not_sent", "held", out.reason)
    journey.outs.append((out.code, out.reason))
    return noted(journey, offer, Settled("not_sent", out.code, out.reason, of_price=of_price))


def _note_price(journey: Journey, offer: Offer, why_not: str = "") -> None:
    """What a buyer with several prices was asked, and at which it was not (``why_not``), for the trace."""
    if offer.asked is None:
        return
    place = offer.stage.id, offer.buyer
    before = journey.notes.get(place, "")
    said = f"not {offer.asked} ({why_not})" if why_not else f"asked {offer.asked}"
    if before.startswith("asked") and not why_not:
        said = str(offer.asked)
    journey.notes[place] = f"{before}, then {said}" if before else said


def _intent(journey: Journey, lot: Lot) -> Intent:
    """All that a lot's post needs."""
    offer, lead = lot.offer, journey.lead
    planned = journey.plan.buyers[offer.buyer]
    limits, keys = claims_of(journey, planned, offer.price, source_claims(journey))
    shared = shares(offer.stage)
    return Intent(
        buyer=offer.buyer,
        number=lot.number,
        stage=offer.stage.id,
        price=offer.price,
        limits=limits,
        keys=keys,
        exclusive=not shared,
        beside_doubt=not journey.deliveries or _may_stand_beside_doubt(journey, offer.stage),
        delivery_key=lot.scope.delivery_key,
        test=lead.test,
        hours=_hours(planned),
        lapses=iso(offer.lapses) if offer.lapses is not None else None,
        most=most_of(journey, offer.stage) if shared else None,
        shares=journey.shares_of(offer.stage.id, offer.buyer),
        suppressible=journey.suppressible,
        row=lot.row,
    )


def _hours(planned: PlannedBuyer) -> Hours | None:
    buyer = planned.buyer
    if not (buyer.openings or planned.closed_on):
        return None
    return Hours(buyer.openings, planned.closed_on, buyer.timezone)


def _may_stand_beside_doubt(journey: Journey, stage: m.Stage) -> bool:
    """Only where every delivery in doubt is one after which the flow says to go on; what is shared stands beside what
    is shared anyhow."""
    others = (
        delivery
        for delivery in journey.unsettled()
        if not (shares(stage) and shares(journey.plan.stages[delivery.stage]))
    )
    return all(delivery.state == "in_doubt" for delivery in others)
