"""Buyers: terms of trade, limits, hours, deliveries, returns."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import (
    Clock,
    ClockRange,
    Date,
    Days,
    Duration,
    Name,
    Number,
    Percent,
    Text,
    Timezone,
)
from leadflow_dsl.nodes.expressions import Expression
from leadflow_dsl.nodes.limits import (
    Accept,
    Cap,
    Dedupe,
    Hold,
    OnDoubt,
    Period,
    Reject,
    Skip,
    Throttle,
)
from leadflow_dsl.nodes.source import Verify
from leadflow_dsl.nodes.wire import Left, RequestItem, Response
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """``tag a, b``."""

    names: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LegalName:
    """``legal_name "..."``."""

    text: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Exclusive:
    """``exclusive``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """``group NAME``."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Needs:
    """``needs phone_check``."""

    names: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Priority:
    """``priority N when C``."""

    value: Number
    when: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Weight:
    """``weight N when C``, ``weight 60%``."""

    value: Number | Percent
    when: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Paused:
    """``paused when C``."""

    when: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """A price that the flow says, with what a look-up cost added or not."""

    value: Expression
    plus_cost_of: Name | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FromBid:
    """``from bid``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FromResponse:
    """``from response up to N``."""

    limit: Number | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Price:
    """``price VALUE when C``."""

    value: Amount | FromBid | FromResponse
    when: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """``offer 80, 50, 20``."""

    prices: tuple[Number, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``at least N per day``."""

    minimum: Number
    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """``budget M per month``."""

    maximum: Number
    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Balance:
    """``balance prepaid credit M``."""

    credit: Number | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """``terms net 30``: days."""

    days: Number
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Opening:
    """``mon-fri 08:00-20:00``; every day where none is said."""

    days: Days | None
    hours: ClockRange
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Hours:
    """``hours mon-fri 08:00-20:00, sat 10:00-14:00``."""

    openings: tuple[Opening, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ClosedOn:
    """``closed on CALENDAR, DATE``."""

    days: tuple[Name | Date, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OnState:
    """``on closed | capped | down | overdue`` and what then."""

    state: Name
    action: Skip | Hold
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DownAfter:
    """``down after N failures in D for D``."""

    failures: Number
    within: Duration
    length: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Idempotent:
    """``idempotent``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InquireEvery:
    """``every D up to D``."""

    interval: Duration
    up_to: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Inquire:
    """``inquire { every 5s up to 2m  request  response }``."""

    items: tuple[InquireEvery | RequestItem | Response, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Callback:
    """``callback { verify ...  response form { ... } }``."""

    items: tuple[Verify | Response, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PendingEnds:
    """``pending ends after D as rejected | accepted``."""

    after: Duration
    outcome: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ping:
    """``ping { request  response }``."""

    items: tuple[RequestItem | Response, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Deliver:
    """``deliver { request  response }`` of a buyer."""

    items: tuple[RequestItem | Response, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BatchEvery:
    """``every 60m``."""

    interval: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BatchAt:
    """``at 18:00, 22:00``."""

    times: tuple[Clock, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BatchSize:
    """``size 500``."""

    leads: Number
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EmailTo:
    """``to EXPRESSION``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EmailSubject:
    """``subject EXPRESSION``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DeliverBatch:
    """``deliver batch { every 60m  size 500  request }``."""

    items: tuple[BatchEvery | BatchAt | BatchSize | EmailTo | EmailSubject | RequestItem | Response, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DeliverEmail:
    """``deliver email { to EXPR  subject EXPR  body text from ... }``."""

    items: tuple[EmailTo | EmailSubject | RequestItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Resubmit:
    """``resubmit``, ``resubmit when C``."""

    when: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Returns:
    """``returns within D for "reason", ... resubmit``."""

    within: Duration
    reasons: tuple[Text, ...]
    resubmit: Resubmit | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ReturnsAtMost:
    """``returns at most 10% per month``."""

    share: Percent
    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TestField:
    """``field "lp_test" = 1``."""

    left: Left
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TestUrl:
    """``url "https://staging..."``."""

    url: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TestMark:
    """``test { ... }`` of a buyer."""

    items: tuple[TestField | TestUrl, ...]
    span: Span = field(default=NOWHERE, compare=False)


BuyerItem: TypeAlias = (
    Timezone
    | Tag
    | LegalName
    | Exclusive
    | Group
    | Needs
    | Priority
    | Weight
    | Paused
    | Price
    | Offer
    | Accept
    | Reject
    | Cap
    | AtLeast
    | Throttle
    | Budget
    | Balance
    | Terms
    | Hours
    | ClosedOn
    | OnState
    | DownAfter
    | Dedupe
    | Idempotent
    | OnDoubt
    | Inquire
    | Callback
    | PendingEnds
    | Ping
    | Deliver
    | DeliverBatch
    | DeliverEmail
    | Returns
    | ReturnsAtMost
    | TestMark
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """``buyer NAME "Title" like OTHER { ... }``."""

    name: Name
    title: Text | None
    like: Name | None
    items: tuple[BuyerItem, ...]
    span: Span = field(default=NOWHERE, compare=False)
