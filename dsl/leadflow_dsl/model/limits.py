"""Conditions, caps, budgets and dedupe."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.terms import Read, Term
from leadflow_dsl.unguarded import dataclass

Duration: TypeAlias = datetime.timedelta


@dataclass(frozen=True, slots=True)
class Criterion:
    """``accept when`` (must hold) or ``reject when`` (must not). ``reason`` is never empty: where none was
    written it is made from the condition's text."""

    kind: str  # "accept" | "reject"
    condition: Term
    reason: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Conditional:
    """A value with an optional ``when``: a price, a cost, a priority, a weight, ``paused``."""

    value: Term | None
    when: Term | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Weight(Conditional):
    """``weight N``: the buyer's part in turns. ``value`` is a constant: a fraction where ``percent``, else parts."""

    percent: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """``cap N per PERIOD ...``. ``period`` is minute, hour, day, week, month, total, or a duration's text.

    ``rolling``: the last PERIOD instead of the calendar's; ``paced``: spread evenly over it. ``counting`` is sold,
    attempts or pings; of a source sold (what it accepts) or sold_leads. ``across`` "all" counts over every buyer and
    flow; ``shared`` names a cap that several draw on.
    """

    maximum: int
    period: str
    rolling: bool = False
    paced: bool = False
    when: Term | None = None
    by: Read | None = None
    counting: str = "sold"
    across: str = ""  # "", "all", "flow"
    shared: str = ""
    reason: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Budget:
    """``budget M per PERIOD``: money that may be sold to a buyer."""

    maximum: Decimal
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``at least N per PERIOD``: the buyer is preferred until it has N."""

    minimum: int
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Balance:
    """``balance prepaid credit M``: sold only while what was paid in, and M beyond it, covers the price."""

    credit: Decimal = Decimal(0)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Terms:
    """``terms net N``: invoices are due after N days."""

    days: int
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Throttle:
    """``throttle N per UNIT``: at most N asked in a second, minute, hour, day or a duration."""

    maximum: int
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Dedupe:
    """``dedupe on a, b within D``: all named fields equal and none blank. ``across`` is "", "flow" or "all";
    ``counting`` is "" (what the place counts anyway) or sold, attempts, pings. ``by_hash``: who sends may ask with a
    hash whether the lead is known."""

    fields: tuple[Read, ...]
    within: Duration
    across: str = ""
    counting: str = ""
    reason: str = "duplicate"
    by_hash: bool = False
    span: Span = NOWHERE
