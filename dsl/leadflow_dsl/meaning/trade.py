"""A buyer's terms of trade: what it is offered, promised and weighed, how it pays and what it may return."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import CAP_PERIODS, longer_than_nothing, period, share, whole
from leadflow_dsl.rules.trade import OFFER_RISES
from leadflow_dsl.terms import Const
from leadflow_dsl.types import NUMBER


def group(r: Resolver, item: nodes.Group) -> str:
    """``group NAME``."""
    return item.name.text


def offer(r: Resolver, item: nodes.Offer) -> tuple[Decimal, ...]:
    """``offer 80, 50, 20``: each less than the one before."""
    for before, after in pairwise(item.prices):
        if after.value >= before.value:
            message = f"{after.raw} is not less than {before.raw}"
            r.draft.found(OFFER_RISES.at(after.span, message, "", "write the highest price first"))
    return tuple(number.value for number in item.prices)


def weight(r: Resolver, item: nodes.Weight) -> model.Weight:
    """``weight 60% when C``, ``weight 3``."""
    when = r.condition(item.when) if item.when is not None else None
    value = Const(share(r.draft, item.value, "a weight"), NUMBER, item.value.span)
    return model.Weight(value, when, item.span, isinstance(item.value, nodes.Percent))


def at_least(r: Resolver, item: nodes.AtLeast) -> model.AtLeast:
    """``at least N per day``."""
    minimum = whole(r.draft, item.minimum, "what a buyer is promised")
    return model.AtLeast(minimum, period(r.draft, item.period, CAP_PERIODS), item.span)


def budget(r: Resolver, item: nodes.Budget) -> model.Budget:
    """``budget M per month``."""
    return model.Budget(item.maximum.value, period(r.draft, item.period, CAP_PERIODS), item.span)


def balance(r: Resolver, item: nodes.Balance) -> model.Balance:
    """``balance prepaid credit M``."""
    return model.Balance(item.credit.value if item.credit else Decimal(0), item.span)


def terms(r: Resolver, item: nodes.Terms) -> model.Terms:
    """``terms net 30``."""
    return model.Terms(whole(r.draft, item.days, "a number of days"), item.span)


def down_after(r: Resolver, item: nodes.DownAfter) -> model.DownAfter:
    """``down after N failures in D for D``."""
    failures = whole(r.draft, item.failures, "a number of failures")
    return model.DownAfter(failures, item.within.value, item.length.value)


def pending_ends(r: Resolver, item: nodes.PendingEnds) -> model.PendingEnds:
    """``pending ends after D as rejected | accepted``."""
    after = longer_than_nothing(r.draft, item.after, "how long a verdict may take")
    return model.PendingEnds(after, item.outcome.text, item.span)


def returns(r: Resolver, item: nodes.Returns) -> model.Returns:
    """``returns within D for "reason", ... resubmit when C``."""
    resubmit = item.resubmit
    when = r.condition(resubmit.when) if resubmit and resubmit.when is not None else None
    reasons = tuple(reason.value for reason in item.reasons or ())  # none said: for any reason
    return model.Returns(item.within.value, reasons, resubmit is not None, when)


def returns_at_most(r: Resolver, item: nodes.ReturnsAtMost) -> model.ReturnsAtMost:
    """``returns at most 10% per month``."""
    most = share(r.draft, item.share, "a share")
    return model.ReturnsAtMost(most, period(r.draft, item.period, CAP_PERIODS), item.span)
