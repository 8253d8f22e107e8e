"""Records: what a Run says of itself while it goes. The journal's projections are made of nothing else.

Times are ISO 8601 in UTC, money is ``Decimal``, ``ms`` are milliseconds. Text here is free of personal values and
secrets: they are masked before a record is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, TypeAlias

from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class LeadRecord:
    """The lead as it arrived. ``values`` are its fields as written, masked where personal; ``cost`` is what
    the source is owed where the lead is sold (or on acceptance, as ``cost_on`` says), ``cost_share`` the part of what
    it is sold for (0.7). ``contacts`` are its phones and e-mails as (kind, normal form): personal, kept as keyed hashes
    only, to find it by what others call it."""

    flow: str
    plan: str
    source: str
    identity: str
    received_at: str
    test: bool
    values: Mapping[str, Any]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    cost: Decimal = Decimal(0)
    cost_on: str = "sale"
    cost_share: Decimal = Decimal(0)
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of the flow, ended. ``kind``: fetch intake enhance filter score route deliver. ``outcome``: success
    failure error skipped. ``read`` and ``set`` are what it read and set, masked; ``note`` is a sentence for the
    trace."""

    number: int
    segment: int
    kind: str
    name: str
    outcome: str
    reason: str = ""
    note: str = ""
    read: Mapping[str, Any] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)
    cost: Decimal = Decimal(0)
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """All buyers of a stage at its start: one hex digit a buyer in the plan's buyer order. ``0`` not of this
    stage or passed, ``1``-``E`` the number of its first failing item (see the plan's reasons), ``F``: it has a
    ``Considered`` record of its own."""

    stage: str
    segment: int
    digits: str


@dataclass(frozen=True, slots=True)
class Considered:
    """One buyer that was contacted, held, open, or out for a reason the digits cannot tell.

    ``outcome`` is a distribution word (sold rejected duplicate timeout error no_bid outbid late filtered capped
    closed balance paused price not_asked held pending in_doubt). ``position`` is its place in the stage's order
    from 1, None where it has none. A later record for the same (stage, segment, buyer) replaces the earlier.
    """

    stage: str
    segment: int
    branch: str
    buyer: str
    outcome: str
    code: str = ""
    reason: str = ""
    cause: str = ""
    bid: Decimal | None = None
    price: Decimal | None = None
    position: int | None = None
    ms: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One request and its answer. ``key`` is the effect's (its content stands in that fact). ``url`` and
    ``answer`` are masked; ``answer`` is cut at 500 characters. ``verdict`` is what was read from it and ``rule``
    the rule that decided, from 1; 0 for ``otherwise``; None where none did."""

    key: str
    leg: str
    name: str
    method: str
    url: str
    request_hash: str
    status: int | None
    failure: str
    answer: str
    ms: float
    verdict: str
    rule: int | None
    reason: str = ""
    reference: str = ""
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of one delivery (``intent/BUYER/NUMBER``): intent not_sent confirmed declined pending in_doubt.

    A later record for the same (buyer, number) replaces the earlier; the store moves its reservations accordingly
    (``settle.RESERVATION``). ``failure`` is the transport's word, "crash" where it was our own end. ``price`` is what
    the sale is worth; ``answered_price`` what the buyer said. ``due`` is when doubt or pending ends by policy (ISO),
    None for never. ``follow_ups`` are what is done until somebody knows: pairs of a kind (inquiry, resend, end) and
    when it is first due (ISO). ``legal_name`` is who buys, where the buyer's bid tells it.
    """

    buyer: str
    number: int
    state: str
    price: Decimal
    reference: str = ""
    reason: str = ""
    answered_price: Decimal | None = None
    outcome: str = "sold"  # "sold" | "fallback": the lead's outcome where this is confirmed
    due: str | None = None
    stage: str = ""
    failure: str = ""
    follow_ups: tuple[tuple[str, str], ...] = ()
    legal_name: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A look-up's answer worth keeping for other leads: that of this lead's fact ``key``, under ``value`` (personal:
    stored as a keyed hash only)."""

    name: str
    value: str
    key: str


Record: TypeAlias = LeadRecord | StepRecord | Judged | Considered | Posting | Delivery | Kept
