"""One buyer that collects, leads for it, and a journal; who takes the files is each test's own affair."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Any

from leadflow_dsl.checking import check
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result
from leadflow_engine.operations.batching import Done, send_batches
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import Plans, at_once, writes_again
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.ports import Outbound
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.store import SqliteStore
from leadflow_engine.store import batches as kept
from leadflow_engine.store.batches import Batch

NOW = datetime.datetime(2026, 11, 20, 14, 30, tzinfo=datetime.UTC)

FLOW = """\
flow leads
timezone "America/New_York"
lead {{
  first_name text
  phone_1 phone
  note text
}}
source web {{ test when "is_test" }}
buyer acme {{
  price 10.00
  {more}
  deliver batch {{ {batch} }}
}}
route {{ waterfall acme }}
"""
CSV = "body csv { name = first_name  phone = phone_1.e164  note = note }"


def plan_of(batch: str, root: Path, more: str = "") -> Plan:
    """The plan of a flow whose one buyer has such batches."""
    (root / "leadflow.toml").touch()
    checked = check(root / "case.flow", text=FLOW.format(batch=batch, more=more))
    assert checked.flow is not None and not checked.errors, [
        finding.message for finding in checked.diagnostics
    ]
    assert not checked.flow.unbuilt
    return make_plan(checked.flow)


class Nobody:
    """Answers for a dry run in which nobody may be asked."""

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        raise AssertionError(f"{effect.key} was called")


class Taker:
    """Answers each request with the next of these, the last for ever; keeps what it was sent."""

    def __init__(self, *answers: int | str) -> None:
        self.answers = list(answers) or [200]
        self.asked: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> Result:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status = answer if isinstance(answer, int) else None
        phase = "answered" if status else answer.partition(" ")[0] if isinstance(answer, str) else ""
        failure = "" if status else str(answer).partition(" ")[2]
        return {"phase": phase, "failure": failure, "status": status, "headers": [], "body": "", "ms": 1.0}

    async def close(self) -> None:
        """Nothing is open."""


class World:
    """A journal, and leads one after the other."""

    def __init__(
        self, plan: Plan, store: SqliteStore | None = None, clock: VirtualClock | None = None
    ) -> None:
        self.plan = plan
        self.clock = clock or VirtualClock(NOW)
        self.store = store or SqliteStore.memory(self.clock)
        self.store.add_plan(plan.name, description(plan))
        self.plans = Plans(self.store, {plan.name: plan})
        self.count = 0

    def lead(self, name: str = "Ana", **fields: Any) -> Ending:
        """One more lead, to its end."""
        self.count += 1
        test = bool(fields.pop("is_test", False))
        payload = {"first_name": name, "phone_1": "2125550123", **fields}
        [arrival] = arrivals_of_payload(self.plan, "web", payload, f"web/{self.count}", test=test)
        driver = DryDriver(arrival.lead, self.store, Nobody(), self.clock)
        return at_once(run_lead(self.plan, arrival, driver))

    def pass_(self, **time: float) -> None:
        self.clock.at += datetime.timedelta(**time)

    def send(self, outbound: Outbound) -> list[Done]:
        return asyncio.run(send_batches(self.store, self.plans, outbound, self.clock))

    def batches(self) -> list[Batch]:
        return self.store.ask(kept.known)

    def content(self, batch: str) -> str:
        found = self.store.ask(lambda connection: kept.content(connection, batch))
        assert found is not None
        return found

    def events(self, batch: str) -> list[str]:
        return [each.what for each in self.store.ask(lambda connection: kept.history(connection, batch))]

    def rebuild(self) -> None:
        self.store.rebuild(lambda lead, facts: writes_again(self.plan, lead, facts))
