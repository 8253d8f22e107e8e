"""What stands beside a flow: alerts, policies, and how long leads are kept."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.limits import Duration, Throttle
from leadflow_dsl.terms import Call, SecretRef, Term, Text
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """``alert "..." when C notify CHANNEL TARGET``. The condition reads figures only. channel: webhook (``target``
    is a URL) or email (an address); either may be a secret."""

    title: str
    condition: Term
    channel: str
    target: SecretRef | Text
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SlowSource:
    """``slow source NAME to N per PERIOD``: the source's throttle while the policy holds."""

    source: str
    throttle: Throttle
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ShiftWeight:
    """``weight BUYER N``: the buyer's weight while the policy holds; a fraction where ``percent``, else parts."""

    buyer: str
    weight: Decimal
    percent: bool
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class PauseBuyer:
    """``pause BUYER`` while the policy holds."""

    buyer: str
    span: Span = NOWHERE


PolicyAction: TypeAlias = SlowSource | ShiftWeight | PauseBuyer


@dataclass(frozen=True, slots=True)
class Until:
    """``until below N`` or ``until above N``: when the policy's actions are undone. A percentage is a fraction."""

    side: str  # "below" | "above"
    limit: Decimal
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Policy:
    """``policy "..." when C for D { actions } until below N``.

    ``figure`` is the one figure that C watches (a call of ``stats``); ``lasting`` is how long C must hold first.
    ``sampling`` are the parts of C that only say how much must have been counted before the figure is believed.
    Without ``until`` the actions are undone when C no longer holds.
    """

    title: str
    condition: Term
    figure: Call | None
    actions: tuple[PolicyAction, ...]
    lasting: Duration | None = None
    until: Until | None = None
    sampling: tuple[Term, ...] = ()
    span: Span = NOWHERE
