"""What had happened before: leads that came earlier, slots that are taken, buyers that are down, turns.

All of it comes into the store as a Run would bring it: acceptances, intents and deliveries of leads that are made up.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from leadflow_dsl.model import Conditional
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.effects import (
    Accept,
    Data,
    Effect,
    End,
    Fact,
    Flush,
    Intent,
    KeyClaim,
    LimitClaim,
    Write,
)
from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.intake.door import claims, key_claims, lead_id, limit_claims, millionths, read_lead
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.interpreter.journey import iso
from leadflow_engine.limits.planned import PlannedCap
from leadflow_engine.operations.paying import take_as_paid
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.records import Delivery, LeadRecord, Record
from leadflow_engine.scenarios.load import length
from leadflow_engine.scenarios.spec import Arriving
from leadflow_engine.store import SqliteStore

NO_STAGE = "given"
"""The stage of deliveries that were made up, where no turn is meant."""


def plan_with(plan: Plan, given: Mapping[str, Any]) -> Plan:
    """The plan, with the buyers that a scenario calls paused as if the flow said so."""
    paused = {name for name, said in given.get("buyers", {}).items() if said.get("paused")}
    if not paused:
        return plan
    buyers = tuple(
        replace(buyer, paused=(Conditional(None),)) if buyer.name in paused else buyer
        for buyer in plan.flow.buyers
    )
    return make_plan(replace(plan.flow, buyers=buyers))


@dataclass(slots=True)
class Past:
    """A store into which the past is put, at a clock that ends where the scenario begins."""

    plan: Plan
    store: SqliteStore
    clock: VirtualClock
    leads: int = 0
    seqs: dict[str, int] = field(default_factory=dict)

    def put(self, given: Mapping[str, Any], own: Arriving, source: str) -> None:
        """All that ``given`` says. ``own`` is the scenario's lead, ``source`` whose it is."""
        now = self.clock.at
        for said in sorted(given.get("earlier", ()), key=lambda said: -length(said["ago"])):
            self.clock.at = now - length(said["ago"])
            self._earlier(said, own, said.get("source", source))
        self.clock.at = now
        for name, counted in given.get("sources", {}).items():
            limits = _filled(self.plan.source_caps[name], counted.get("accepted", {}))
            self._accepted(source=name, accept=Accept(name, tuple(limits), ()))
        for name, said in given.get("buyers", {}).items():
            self._buyer(name, said)
        left = {
            name: Decimal(said["balance"])
            for name, said in given.get("buyers", {}).items()
            if "balance" in said
        }
        take_as_paid(self.store, self.plan.flow, now, left)
        for stage, buyers in given.get("turns", {}).items():
            for buyer in buyers:
                self._sold(self._accepted(source=source), buyer, stage=stage, state="declined")

    def _earlier(self, said: Mapping[str, Any], own: Arriving, source: str) -> None:
        payload = {**own.payload, **said.get("lead", {})}
        self.leads += 1
        identity = f"{source}/given/{self.leads}"
        arrival = Arrival(lead_id(self.plan.flow.name, identity), identity, source, payload)
        lead = read_lead(self.plan, arrival, self.clock.at, self.clock.at)
        name = self._accepted(source, claims(self.plan, lead), arrival)
        for buyer, price in said.get("sold", {}).items():
            planned, amount = self.plan.buyers[buyer], Decimal(price)
            limits = limit_claims(planned.caps, lead, amount)
            keys = key_claims((*planned.dedupes, *self.plan.sold_dedupes[source]), lead)
            self._sold(name, buyer, limits, keys, amount)

    def _buyer(self, name: str, said: Mapping[str, Any]) -> None:
        planned = self.plan.buyers[name]
        caps = planned.caps
        limits = [
            *_filled([cap for cap in caps if not cap.money], said.get("sold", {})),
            *_filled([cap for cap in caps if cap.money], said.get("spent", {})),
        ]
        source = next(iter(self.plan.sources))
        if limits:
            self._sold(self._accepted(source), name, tuple(limits))
        for _ in range(planned.buyer.down_after.failures if said.get("down") else 0):
            self._sold(self._accepted(source), name, state="not_sent")

    # -------------------------------------------------------------- made-up leads

    def _accepted(self, source: str, accept: Accept | None = None, arrival: Arrival | None = None) -> str:
        """A lead that its source's door let in. Gives its id."""
        if arrival is None:
            self.leads += 1
            identity = f"{source}/given/{self.leads}"
            arrival = Arrival(lead_id(self.plan.flow.name, identity), identity, source, {})
        flow, at = self.plan.flow.name, iso(self.clock.at)
        record = LeadRecord(flow, self.plan.name, source, arrival.identity, at, False, {})
        self._write(arrival.lead, f"accept/{source}", accept or Accept(source, (), ()), record)
        return arrival.lead

    def _sold(
        self,
        lead: str,
        buyer: str,
        limits: Sequence[LimitClaim] = (),
        keys: Sequence[KeyClaim] = (),
        price: Decimal = Decimal(0),
        stage: str = NO_STAGE,
        state: str = "confirmed",
    ) -> None:
        """A delivery from its intent to its end; the lead ends with it, where it is its last."""
        wide = tuple(replace(claim, maximum=None) for claim in limits)
        intent = Intent(buyer, 1, stage, price, wide, tuple(keys), False, True, "", False)
        self._write(lead, f"intent/{buyer}/1", intent)
        done = Delivery(buyer, 1, state, price, stage=stage, failure="connect" if state == "not_sent" else "")
        self._write(lead, f"settle/{buyer}", Flush(), done)

    def end(self) -> None:
        """Every lead that was made up has ended: none of them waits to be gone on with."""
        for lead in list(self.seqs):
            self._write(lead, "end", End("sold", "given by the scenario"))

    def _write(self, lead: str, key: str, data: Data, *records: Record) -> None:
        first = lead not in self.seqs
        facts = (Fact(0, "received", "received", iso(self.clock.at), {}),) if first else ()
        self.seqs[lead] = self.seqs.get(lead, 0) + 1
        self.store.write_now(Write(lead, Effect(key, data), facts, records))


def _filled(caps: Sequence[PlannedCap], said: Mapping[str, Any]) -> Iterator[LimitClaim]:
    """Claims that fill these caps as far as a scenario says, by period; one ``by`` a field for each value."""
    for cap in caps:
        counted = said.get(cap.period)
        if counted is None or isinstance(counted, Mapping) is not (cap.by is not None):
            continue
        for value, count in counted.items() if isinstance(counted, Mapping) else [("", counted)]:
            amount = millionths(Decimal(count)) if cap.money else int(count)
            claim = LimitClaim(
                cap.limit, cap.period, cap.zone, amount, None, "capped", cap.reason, folded(str(value))
            )
            yield replace(claim, window=cap.window, counting=cap.counting)


def start_of(text: str, plan: Plan) -> datetime.datetime:
    """A scenario's clock as a moment in UTC; one without a zone is in the flow's. Raises ``ValueError``."""
    from zoneinfo import ZoneInfo

    moment = datetime.datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(plan.flow.timezone))
    return aware.astimezone(datetime.UTC)
