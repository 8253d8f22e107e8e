"""What was sent for a lead, told again from its facts: every call of its Runs with its request, secrets left out."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadflow_dsl import model as m
from leadflow_engine.effects import CallOut, Effect, Fact, Result, Write
from leadflow_engine.intake.replies import read_again
from leadflow_engine.interpreter.pinging import told_by_ping
from leadflow_engine.interpreter.selling import delivery_key
from leadflow_engine.lead import Lead
from leadflow_engine.operations.resume import CANNOT_GO_ON, at_once, replay
from leadflow_engine.plan import Plan
from leadflow_engine.response import Reading
from leadflow_engine.runner import Driver


@dataclass(slots=True)
class Heard:
    """A driver as it is; what calls were asked of it is kept, by key."""

    driver: Driver
    calls: dict[str, CallOut]

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Begin an effect."""
        if isinstance(effect.data, CallOut):
            self.calls[effect.key] = effect.data
        self.driver.perform(effect, write)

    async def next(self) -> tuple[str, Result]:
        """The next result."""
        return await self.driver.next()

    def time(self) -> str:
        """The driver's time."""
        return self.driver.time()


@dataclass(frozen=True, slots=True)
class Told:
    """A lead as it stood at its last end or wait, its facts, and the calls made for it by key."""

    plan: Plan
    lead: Lead
    facts: Sequence[Fact]
    calls: Mapping[str, CallOut] = field(default_factory=dict)

    def reading(self, leg: m.Leg, key: str) -> Reading:
        """What the last call of a key (its retries among them) was answered; nothing where it was not."""
        facts = [one for one in self.facts if one.key == key or one.key.startswith(f"{key}/retry.")]
        calls = [one for one in facts if one.kind == "call"]
        return read_again(self.plan, leg, calls[-1], self.lead) if calls else Reading.nothing()


def told_again(plan: Plan, lead: str, facts: Sequence[Fact]) -> Told | None:
    """A lead told again; None where its facts do not lead there any more, or what they held was removed."""
    if any(fact.content is None for fact in facts if fact.kind in {"received", "call"}):
        return None
    calls: dict[str, CallOut] = {}
    try:
        endings = at_once(replay(plan, lead, facts, lambda driver: Heard(driver, calls)))
    except CANNOT_GO_ON:
        return None
    scope = endings[-1].scope if endings else None
    return Told(plan, scope, facts, calls) if scope is not None else None


def at_delivery(told: Told, buyer: m.Buyer, number: int) -> Lead:
    """The lead as a request about a delivery reads it: with the buyer's bid, the delivery's key and its reference."""
    lead = copy.copy(told.lead)
    lead.delivery_key = delivery_key(lead.id, buyer.name, number)
    if buyer.deliver is not None:
        lead.delivered = told.reading(buyer.deliver, f"post/{buyer.name}/{number}").reference
    pinged, refused = _last_ping(told.facts, buyer.name, number)
    if buyer.ping is not None and pinged:
        reading = told.reading(buyer.ping, pinged)
        reading = reading.after(refused) if reading.by_bids else reading
        lead.ping = told_by_ping(reading)
        lead.delivered = lead.delivered or reading.reference
    return lead


def _last_ping(facts: Sequence[Fact], buyer: str, number: int) -> tuple[str, int]:
    """The key of the ping before a delivery ("" where there was none), and how many offers were made between."""
    found, between = "", 0
    for fact in facts:
        if fact.key == f"intent/{buyer}/{number}":
            break
        if fact.key.startswith(f"ping/{buyer}/"):
            found, between = "/".join(fact.key.split("/")[:3]), 0
        between += fact.key.startswith(f"intent/{buyer}/")
    return found, between
