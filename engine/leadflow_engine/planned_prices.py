"""What is known of a buyer's price before any lead comes: made once a plan."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from leadflow_dsl import model as m
from leadflow_dsl.terms import Const
from leadflow_engine.limits.planned import PlannedCap


def flat_price(buyer: m.Buyer) -> Decimal | None:
    """The buyer's price where it is one amount for every lead; None where a condition, a bid, an answer, what it is
    asked (``offer``) or what a look-up cost has a say in it."""
    first = buyer.prices[0] if buyer.prices and not buyer.offers else None
    if first is None or first.when is not None or first.kind != "amount" or first.plus_cost_of:
        return None
    said = first.amount.value if isinstance(first.amount, Const) else None
    return said if isinstance(said, Decimal) else None


def counts_money(buyer: m.Buyer, caps: Iterable[PlannedCap]) -> bool:
    """Does what a sale brings decide whether there is room for it under these caps, and its balance?"""
    return buyer.balance is not None or any(cap.money for cap in caps)


def patience(buyer: m.Buyer) -> float:
    """How many seconds the answer may take by which the buyer has a lead."""
    leg = buyer.at_once or buyer.ping
    return leg.request.timeout.total_seconds() if leg else 0.0
