"""A journey: what the generators of one Run share while a lead goes through its flow.

It holds the lead, the counters that keep effect keys unique, what became of each buyer, and the records made so far.
"""

from __future__ import annotations

import datetime
from collections.abc import Generator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any, TypeAlias

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import Effect, Flush, Result, Suppressible
from leadflow_engine.interpreter.cursor import Arrival, Cursor
from leadflow_engine.interpreter.outs import Outs
from leadflow_engine.lead import Lead
from leadflow_engine.masking import mask_of
from leadflow_engine.plan import Plan
from leadflow_engine.records import Considered, Delivery, Record, StepRecord
from leadflow_engine.response import Mask
from leadflow_engine.settle import UNSETTLED
from leadflow_engine.texts.moments import to_the_second

NONE: Mapping[str, Any] = {}
ZERO = Decimal(0)

ONE = 1_000_000
"""One first offer, in millionths."""

TAKEN = UNSETTLED | {"confirmed"}
"""States of deliveries that are sales or may come to be."""

Work: TypeAlias = Generator[Any, Any, Any]
"""A generator of effects and forks; what it returns is its own affair."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches that run at once, and the timer (key, seconds) at whose end the waiting stops."""

    branches: Mapping[str, Work]
    window: tuple[str, float] | None = None


@dataclass(slots=True)
class Journey:
    """The shared state of one segment. ``past`` are the results of earlier segments' facts, by key.

    ``cost`` is what the source is owed, ``cost_share`` the part of the revenue that it is owed beside (0.7).
    ``costs`` is what each look-up has cost for this lead; ``shares`` what each qualified buyer of a stage gains of a
    first offer, until one is made; ``gathered`` what a stage found out before it was chosen to run; ``notes`` what
    is said beside a buyer's outcome at a stage; ``turns`` the turns that a stage was told of; ``suppressible`` what of
    the lead may be on lists that stop sales; ``heard`` buyers whose answers to the seller's ping were used;
    ``may_wait`` what was noted in this segment of those that are held, should it come to waiting;
    ``timeout`` how long the route that runs may take since it ``began`` (elapsed milliseconds).
    """

    plan: Plan
    arrival: Arrival
    cursor: Cursor
    past: Mapping[str, Result]
    lead: Lead
    records: list[Record] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    may_wait: dict[str, Considered] = field(default_factory=dict)
    lookups: dict[str, str] = field(default_factory=dict)
    outs: Outs = field(default_factory=Outs)
    spent: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    cost_share: Decimal = Decimal(0)
    elapsed: float = 0.0
    branch: str = ""
    branches: dict[str, str] = field(default_factory=dict)
    unstored: bool = False
    accepted: bool = False
    unsold_until: str = ""
    costs: dict[str, Decimal] = field(default_factory=dict)
    shares: dict[str, dict[str, int]] = field(default_factory=dict)
    gathered: dict[str, Any] = field(default_factory=dict)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    turns: dict[str, Result] = field(default_factory=dict)
    suppressible: Suppressible | None = None
    callback_urls: dict[str, str | None] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    _mask: Mask | None = None
    _shown: dict[str, str] = field(default_factory=dict)
    step: int = 0
    began: float = 0.0
    timeout: datetime.timedelta | None = None

    @property
    def segment(self) -> int:
        """The number of this segment, from 1."""
        return self.cursor.segment

    def met(self, lead: Lead) -> None:
        """From here on this is the lead, and what is personal in it is masked."""
        self.lead, self._mask, self._shown = lead, None, {}

    def now(self) -> datetime.datetime:
        """The segment's clock, and what has passed since by what calls took."""
        return self.lead.clock + datetime.timedelta(milliseconds=round(self.elapsed))

    def masked(self, text: str) -> str:
        """A text from outside as records may keep it: what is personal in this lead masked, cut, made harmless."""
        shown = self._shown.get(text)
        if shown is None:
            if self._mask is None:
                self._mask = mask_of(self.lead)
            shown = self._shown[text] = self.plan.masked(self._mask, text)
        return shown

    def number(self, name: str) -> int:
        """The next number under a name, from 1: how keys stay unique."""
        number = self.counts[name] = self.counts.get(name, 0) + 1
        return number

    def take_records(self) -> Sequence[Record]:
        """The records made since they were last taken."""
        taken = self.records
        if taken:
            self.records = []
        return taken

    def ended(
        self,
        kind: str,
        name: str,
        outcome: str,
        reason: str = "",
        note: str = "",
        *,
        read: Mapping[str, Any] = NONE,
        set: Mapping[str, Any] = NONE,
        cost: Decimal = ZERO,
        ms: float = 0.0,
    ) -> None:
        """Note that a step ended."""
        self.lead.steps[name] = (outcome, reason)
        counts, shown = self.counts, self.masked(reason) if reason else ""
        number = counts["step"] = counts.get("step", 0) + 1
        segment = self.cursor.segment
        self.records.append(
            StepRecord(number, segment, kind, name, outcome, shown, note, read, set, cost, ms)
        )

    def considered(
        self,
        stage: str,
        buyer: str,
        outcome: str,
        reason: str = "",
        *,
        code: str = "",
        cause: str = "",
        bid: Decimal | None = None,
        price: Decimal | None = None,
        position: int | None = None,
        ms: float | None = None,
    ) -> None:
        """Note what became of a buyer at a stage."""
        self.lead.buyers[buyer] = outcome
        shown = self.masked(reason) if reason else ""
        note = self.notes.get((stage, buyer), "") if self.notes else ""
        place = (stage, self.cursor.segment, self.branch, buyer)
        self.records.append(Considered(*place, outcome, code, shown, cause, bid, price, position, ms, note))

    def intended(self, delivery: Delivery) -> None:
        """Note that a delivery's intent was granted: the journal knows all of it by the intent itself, with which
        everything before was stored."""
        self.deliveries[f"{delivery.buyer}/{delivery.number}"] = delivery
        self.unstored = False

    def delivered(self, delivery: Delivery) -> None:
        """Note a delivery's state; what was learned is to be stored before anybody else is contacted."""
        name = f"{delivery.buyer}/{delivery.number}"
        self.deliveries[name] = delivery
        self.records.append(delivery)
        self.unstored = True
        if delivery.state == "confirmed":
            self.lead.sold_to.append(self.name_of(delivery))

    def name_of(self, delivery: Delivery) -> str:
        """Who has the lead by a delivery: the name that its bid told, else the buyer's own."""
        buyer = self.plan.buyers[delivery.buyer].buyer
        return delivery.legal_name or buyer.legal_name or buyer.title or buyer.name

    def confirmed(self) -> list[Delivery]:
        """Deliveries that are sales."""
        return [delivery for delivery in self.deliveries.values() if delivery.state == "confirmed"]

    def came_back(self) -> list[Delivery]:
        """Deliveries that were sales, and whose places are free again."""
        return [delivery for delivery in self.deliveries.values() if delivery.state == "returned"]

    def taken(self) -> list[Delivery]:
        """Deliveries that are sales or may come to be."""
        taken = [delivery for delivery in self.deliveries.values() if delivery.state in TAKEN]
        if len(taken) > 1:
            taken.sort(key=lambda delivery: delivery.state != "confirmed")
        return taken

    def shares_of(self, stage: str, buyer: str) -> tuple[tuple[str, int], ...]:
        """What an offer to this buyer, the first of the stage, does to the shares by ``weight``, in millionths."""
        gained = self.shares.get(stage, {})
        return (
            tuple((name, share - ONE * (name == buyer)) for name, share in gained.items()) if gained else ()
        )

    def unsettled(self) -> list[Delivery]:
        """Deliveries of which nobody knows yet what they came to."""
        return [delivery for delivery in self.deliveries.values() if delivery.state in UNSETTLED]


def store(journey: Journey) -> Generator[Effect, Result, None]:
    """Have the store keep what is known, now."""
    journey.unstored = False
    yield Effect(f"settle/{journey.number('settle')}", Flush())


def iso(moment: datetime.datetime) -> str:
    """A moment as facts and records write it: UTC, microseconds only where there are any."""
    there = moment if moment.tzinfo is datetime.UTC else moment.astimezone(datetime.UTC)
    micro = there.microsecond
    return f"{to_the_second(there)}.{micro:06}Z" if micro else f"{to_the_second(there)}Z"


def moment(text: str) -> datetime.datetime:
    """The moment that ``iso`` wrote."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
