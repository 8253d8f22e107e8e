"""What is done about a delivery of which nobody knows yet what it came to, and when it is first due."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Journey, iso, moment
from leadflow_engine.interpreter.prices import is_told
from leadflow_engine.records import Delivery

RESENT_AFTER: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30))
"""When a post in doubt is made again to an `idempotent` buyer, time after time; then nobody tries any more."""


def follow_ups(journey: Journey, name: str, state: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a kind and when it is first due (ISO) for a delivery that has come to ``state``."""
    buyer = journey.plan.buyers[name].buyer
    now = journey.now()
    return tuple((kind, iso(now + after)) for kind, after in _firsts(buyer, state, journey.lead.test))


def _firsts(buyer: m.Buyer, state: str, test: bool) -> Iterator[tuple[str, datetime.timedelta]]:
    if state not in {"pending", "in_doubt"}:
        return
    if buyer.inquire is not None and not (test and buyer.test_url is not None):
        yield "inquiry", buyer.inquire.every
    if state == "in_doubt" and buyer.idempotent and buyer.deliver is not None:
        yield "resend", RESENT_AFTER[0]
    if state == "pending" and buyer.pending_ends is not None:
        yield "end", buyer.pending_ends.after


# ------------------------------------------------------------------ pending ends after D


def pending_until(journey: Journey, name: str) -> str | None:
    """When this buyer's pending delivery ends by itself (ISO), None for never."""
    dues = [one.due for one in journey.unsettled() if one.buyer == name and one.state == "pending"]
    return dues[-1] if dues else None


def next_due(journey: Journey) -> str | None:
    """When the next of the pending deliveries ends by itself (ISO), None for never."""
    dues = [one.due for one in journey.unsettled() if one.state == "pending" and one.due is not None]
    return min((due for due in dues if moment(due) > journey.now()), default=None)


def end_pending(journey: Journey) -> None:
    """``pending ends after D``: a verdict that did not come is the one that the buyer says."""
    for delivery in journey.unsettled():
        ends = journey.plan.buyers[delivery.buyer].buyer.pending_ends
        over = delivery.due is not None and moment(delivery.due) <= journey.now()
        if ends is None or delivery.state != "pending" or not over:
            continue
        reason = f"no verdict in time: {ends.outcome}"
        if ends.outcome == "accepted":
            price = _late_price(journey, delivery)
            journey.delivered(replace(delivery, state="confirmed", reason=reason, price=price))
            continue
        journey.delivered(replace(delivery, state="declined", reason=reason))
        journey.tried[delivery.buyer] = "rejected"
        journey.considered(delivery.stage, delivery.buyer, "rejected", reason=reason)


def _late_price(journey: Journey, delivery: Delivery) -> Decimal:
    """What a sale is worth that no answer confirmed: its price, or what an earlier answer told where that tells it."""
    if not is_told(journey, journey.plan.buyers[delivery.buyer]):
        return delivery.price
    told = delivery.answered_price or Decimal(0)
    return min(told, delivery.price) if delivery.price else told
