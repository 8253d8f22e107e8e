"""What a sale to a buyer brings, as far as it is known, and what a delivery to it would claim."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import BuyerLimits, KeyClaim, LimitClaim
from leadflow_engine.evaluation.comparing import Open, plain
from leadflow_engine.evaluation.conditions import decide
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.intake.door import key_claims, limit_claims, millionths
from leadflow_engine.interpreter.asking import first_of, value
from leadflow_engine.interpreter.journey import ZERO, Journey
from leadflow_engine.plan import PlannedBuyer

LEAST = 1
"""The least amount of money that there is, in millionths."""

CENT = Decimal("0.01")


def shown(amount: Decimal) -> str:
    """An amount in a sentence: two places, or as many as it has."""
    return f"{amount.quantize(CENT)}" if amount == amount.quantize(CENT) else f"{amount.normalize():f}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be sold to whom: the stage, the place in its order, the price, the ping's answer.

    ``told`` says that the buyer's answer tells the price, and ``price`` is the most that it may be; ``asked`` is the
    price that this buyer is asked (``offer.price``), where it is asked one; ``lapses`` is when its bid ends;
    ``last`` whether the buyer has nothing lower."""

    stage: m.Stage
    buyer: str
    position: int
    price: Decimal
    bid: Decimal | None = None
    ms: float = 0.0
    told: bool = False
    asked: Decimal | None = None
    lapses: datetime.datetime | None = None
    last: bool = True


Claims = tuple[tuple[LimitClaim, ...], tuple[KeyClaim, ...]]
NOTHING: Claims = ((), ())


def claims_of(journey: Journey, planned: PlannedBuyer, price: Decimal, of_source: Claims) -> Claims:
    """What a delivery to this buyer would claim, with what its source counts (``source_claims``); a test lead claims
    nothing. What counts pings is no part of it."""
    if journey.lead.test:
        return (), ()
    buyer = planned.buyer
    limits = planned.sale_claims
    if limits is None:
        limits = limit_claims(planned.sale_caps, journey.lead, price, planned.patience)
    keys = key_claims(planned.dedupes, journey.lead)
    if buyer.balance is not None:
        limits = (*limits, _balance(buyer, buyer.balance, price))
    return (limits, keys) if of_source is NOTHING else ((*limits, *of_source[0]), (*keys, *of_source[1]))


def source_claims(journey: Journey) -> Claims:
    """What the source counts of sold leads, whoever buys: caps, claimed by the first intent of the lead and kept while
    anybody may have it, and dedupe keys."""
    plan, lead = journey.plan, journey.lead
    if not (plan.caps_once_sold[lead.source] or plan.sold_dedupes[lead.source]):
        return NOTHING
    claims = limit_claims(plan.caps_once_sold[lead.source], lead)
    limits = tuple(replace(claim, reason=f"{claim.reason} of source {lead.source}") for claim in claims)
    return limits, key_claims(plan.sold_dedupes[lead.source], lead)


def _balance(buyer: m.Buyer, balance: m.Balance, price: Decimal) -> LimitClaim:
    """What a buyer that pays beforehand needs in its account; something, where the price is not known yet."""
    amount, credit = max(millionths(price), LEAST), millionths(balance.credit)
    limit = f"balance/{buyer.name}"
    return LimitClaim(
        limit, "total", buyer.timezone, amount, credit, "balance", "", window="balance", money=True
    )


def ping_claims(journey: Journey, planned: PlannedBuyer) -> tuple[LimitClaim, ...]:
    """What a ping of this buyer would claim; that of a test lead claims nothing."""
    if journey.lead.test or planned.buyer.ping is None:
        return ()
    return limit_claims(planned.ping_caps, journey.lead)


def limits_question(journey: Journey, name: str, of_source: Claims) -> BuyerLimits:
    """The question whether a buyer still has room for this lead, at the least that it may come to pay."""
    planned = journey.plan.buyers[name]
    if planned.unlimited is not None and of_source is NOTHING:
        return planned.unlimited
    least = _least(journey, planned) if planned.counts_money else ZERO
    limits, keys = claims_of(journey, planned, least, of_source)
    if planned.ping_caps:
        limits = (*limits, *ping_claims(journey, planned))
    return BuyerLimits(name, limits, keys, planned.buyer.down_after)


def _least(journey: Journey, planned: PlannedBuyer) -> Decimal:
    return min(planned.buyer.offers, default=None) or fixed_price(journey, planned) or Decimal(0)


def price_of(journey: Journey, planned: PlannedBuyer) -> m.Price | None:
    """The first of a buyer's prices that holds."""
    if planned.sole is not None:
        return planned.sole
    for entry in planned.prices:
        if decide(entry.when, journey.lead.truth) is True:
            return entry.price
    return None


def fixed_price(journey: Journey, planned: PlannedBuyer) -> Decimal | None:
    """A buyer's price where it is known without a bid; ``None`` where it is not.

    Of a price that the answer tells it is the most that it may be, of several that are offered the first."""
    if planned.flat is not None:
        return planned.flat
    if planned.buyer.offers:
        return planned.buyer.offers[0]
    price = price_of(journey, planned)
    if price is None or price.kind == "bid":
        return None
    if price.kind == "response" or price.amount is None:
        return price.limit or Decimal(0)
    amount = plain(evaluate(price.amount, journey.lead))
    if isinstance(amount, Open) or not isinstance(amount, Decimal):
        return None
    return amount + _plus(journey, price)


def _plus(journey: Journey, price: m.Price) -> Decimal:
    """``plus cost of LOOKUP``: what that look-up cost for this lead; nothing where it was not paid for."""
    return journey.costs.get(price.plus_cost_of, Decimal(0))


def amount_due(
    journey: Journey, planned: PlannedBuyer, bid: Decimal | None
) -> Generator[Any, Any, Decimal | None]:
    """What a sale to this buyer brings: its price, its bid where the price is from the bid, or the most that its
    answer may tell. What decides between its prices is asked."""
    if planned.flat is not None:
        return planned.flat
    price = planned.sole or (yield from _price_due(journey, planned))
    if price is None or price.kind == "bid":
        return bid if price is not None else None
    if price.kind == "response" or price.amount is None:
        return price.limit or Decimal(0)
    amount = yield from value(journey, price.amount, planned.buyer.name)
    return amount + _plus(journey, price) if isinstance(amount, Decimal) else None


def _price_due(journey: Journey, planned: PlannedBuyer) -> Generator[Any, Any, m.Price | None]:
    """The first of a buyer's prices that holds, with what only a look-up can tell asked."""
    place = yield from first_of(journey, (entry.when for entry in planned.prices), planned.buyer.name)
    return planned.prices[place].price if place is not None else None


def is_told(journey: Journey, planned: PlannedBuyer) -> bool:
    """Is it the buyer's answer that tells the price?"""
    price = price_of(journey, planned)
    return price is not None and price.kind == "response"
