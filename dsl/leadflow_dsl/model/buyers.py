"""A buyer, and what it may say."""

from __future__ import annotations

import datetime
from dataclasses import field
from decimal import Decimal

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.deliveries import Batch, Callback, EmailDelivery, Inquire, PendingEnds
from leadflow_dsl.model.limits import (
    AtLeast,
    Balance,
    Budget,
    Cap,
    Conditional,
    Criterion,
    Dedupe,
    Duration,
    Terms,
    Throttle,
    Weight,
)
from leadflow_dsl.model.requests import Segment
from leadflow_dsl.model.responses import Leg
from leadflow_dsl.terms import Term, Text
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """kind: amount (``amount`` is a term), bid, response (``limit`` is ``up to N``, what a budget reserves).

    ``plus_cost_of``: the look-up whose cost is added."""

    kind: str
    amount: Term | None = None
    limit: Decimal | None = None
    plus_cost_of: str = ""
    when: Term | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Opening:
    """Days (0 is Monday) and a span of local time; one that ends before it begins runs past midnight."""

    days: tuple[int, ...]
    start: datetime.time
    end: datetime.time


@dataclass(frozen=True, slots=True)
class Hold:
    """What to do when a buyer cannot now: action skip, hold, hold_first; ``up_to`` for the holds."""

    action: str = "skip"
    up_to: Duration | None = None


@dataclass(frozen=True, slots=True)
class OnDoubt:
    """action: hold (``after`` None: until an operator), assume_sold (after), next (because)."""

    action: str = "hold"
    after: Duration | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DownAfter:
    """``down after N failures in D for D``."""

    failures: int = 3
    within: Duration = Duration(minutes=1)
    length: Duration = Duration(minutes=2)


@dataclass(frozen=True, slots=True)
class Returns:
    """``returns within D for ... [resubmit]``."""

    within: Duration
    reasons: tuple[str, ...] = ()
    resubmit: bool = False
    resubmit_when: Term | None = None


@dataclass(frozen=True, slots=True)
class ReturnsAtMost:
    """``returns at most 10% per month``: the share of what was sold (a fraction) that may come back."""

    share: Decimal
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TestField:
    """``test { field NAME = VALUE }``: what tells this buyer that a lead is a test."""

    left: tuple[Segment, ...]
    value: Term


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer. ``timezone`` is an IANA name (the flow's, where the buyer says none).

    ``holds`` has an entry for each of closed, capped, down, overdue that the buyer says. A buyer with a ping and no
    deliver is sold by its ping; of ``deliver``, ``batch`` and ``email`` there is at most one. ``offers`` are asked
    one after the other, highest first, until one is accepted; without a price the accepted offer is the price.
    ``test_url`` takes the place of the request's URL for a test lead.
    """

    name: str
    title: str = ""
    legal_name: str = ""
    tags: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    prices: tuple[Price, ...] = ()
    offers: tuple[Decimal, ...] = ()
    needs: tuple[str, ...] = ()
    group: str = ""
    exclusive: bool = False
    priorities: tuple[Conditional, ...] = ()
    weights: tuple[Weight, ...] = ()
    paused: tuple[Conditional, ...] = ()
    caps: tuple[Cap, ...] = ()
    budgets: tuple[Budget, ...] = ()
    at_least: tuple[AtLeast, ...] = ()
    throttle: Throttle | None = None
    balance: Balance | None = None
    terms: Terms | None = None
    openings: tuple[Opening, ...] = ()
    closed_on: tuple[str | datetime.date, ...] = ()
    timezone: str = "UTC"
    holds: tuple[tuple[str, Hold], ...] = ()
    down_after: DownAfter = field(default_factory=DownAfter)
    dedupes: tuple[Dedupe, ...] = ()
    idempotent: bool = False
    on_doubt: OnDoubt = field(default_factory=OnDoubt)
    ping: Leg | None = None
    deliver: Leg | None = None
    batch: Batch | None = None
    email: EmailDelivery | None = None
    inquire: Inquire | None = None
    callback: Callback | None = None
    pending_ends: PendingEnds | None = None
    returns: tuple[Returns, ...] = ()
    returns_at_most: tuple[ReturnsAtMost, ...] = ()
    test_fields: tuple[TestField, ...] = ()
    test_url: Text | None = None
    span: Span = NOWHERE

    @property
    def at_once(self) -> Leg | None:
        """What brings a lead to this buyer as soon as it is sold: its deliver or its e-mail, None for one that is sold
        by its ping or collects."""
        return self.deliver or (self.email.leg if self.email else None)
