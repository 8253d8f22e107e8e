"""What is known of a buyer's price before any lead comes: made once a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from leadflow_dsl import model as m
from leadflow_dsl.terms import Const, Term
from leadflow_engine.evaluation.conditions import Condition
from leadflow_engine.limits.planned import PlannedCap


@dataclass(frozen=True, slots=True)
class PlannedPrice:
    """A price and the condition under which it is the one."""

    price: m.Price
    when: Condition


def number(term: Term | None) -> Decimal:
    """The number that a constant is; none is 0."""
    value = getattr(term, "value", None)
    return value if isinstance(value, Decimal) else Decimal(0)


def sole_price(buyer: m.Buyer) -> m.Price | None:
    """The first of the buyer's prices where that holds for every lead."""
    return next((price for price in buyer.prices[:1] if price.when is None), None)


def flat_price(buyer: m.Buyer) -> Decimal | None:
    """The buyer's price where it is one amount for every lead; None where a condition, a bid, an answer, what it is
    asked (``offer``) or what a look-up cost has a say in it."""
    sole = sole_price(buyer)
    if sole is None or buyer.offers or sole.kind != "amount" or sole.plus_cost_of:
        return None
    said = sole.amount.value if isinstance(sole.amount, Const) else None
    return said if isinstance(said, Decimal) else None


def bids_alone(buyer: m.Buyer) -> bool:
    """Is what the buyer pays told by its bid, for every lead, and by nothing else?"""
    sole = sole_price(buyer)
    return sole is not None and sole.kind == "bid" and not buyer.offers


def counts_money(buyer: m.Buyer, caps: Iterable[PlannedCap]) -> bool:
    """Does what a sale brings decide whether there is room for it under these caps, and its balance?"""
    return buyer.balance is not None or any(cap.money for cap in caps)


def patience(buyer: m.Buyer) -> float:
    """How many seconds the answer may take by which the buyer has a lead."""
    leg = buyer.at_once or buyer.ping
    return leg.request.timeout.total_seconds() if leg else 0.0
