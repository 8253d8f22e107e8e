"""Conditions, caps, budgets and dedupe."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.terms import Read, Term

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
class Cap:
    """``cap N per PERIOD ...``. ``period`` is minute, hour, day, week, month, total, or a duration's text."""

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
class Throttle:
    """``throttle N per UNIT``."""

    maximum: int
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Dedupe:
    """``dedupe on a, b within D``: all named fields equal and none blank."""

    fields: tuple[Read, ...]
    within: Duration
    across: str = ""
    counting: str = ""
    reason: str = "duplicate"
    span: Span = NOWHERE
