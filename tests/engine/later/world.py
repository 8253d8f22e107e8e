"""Leads whose buyers answer later: a journal in memory, buyers that answer by script, a clock that is moved."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leadflow_dsl.checking import check
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result
from leadflow_engine.operations import chores
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import Plans, at_once, replay, writes_again
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.reports import between
from leadflow_engine.reports.setting import setting_of
from leadflow_engine.reports.story import story
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.rebuild import contents

NOW = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)

FLOW = """\
flow later
lead {{
  phone phone
  name text
}}
source web {{ {source} }}
buyer slow {{
  {slow}
}}
buyer other {{
  price 5.00
  deliver {{
    post "https://other.example"
    body json {{ p = phone }}
    response json {{
      accepted when "ok"
      otherwise rejected
    }}
  }}
}}
route {{ waterfall slow, other }}
"""
DELIVER = """
  deliver {
    post "https://slow.example/post"
    body json { p = phone  k = delivery.key }
    response json {
      accepted  when "is" == "sold"
      duplicate when "is" == "duplicate"
      pending   when "is" == "pending"
      otherwise rejected
      reference "id"
      price     "pays"
    }
  }
"""


def plan_of(root: Path, slow: str, source: str = "", flow: str = FLOW) -> Plan:
    """The plan of a flow whose buyer ``slow`` says this."""
    (root / "leadflow.toml").touch()
    checked = check(root / "later.flow", text=flow.format(slow=slow, source=source))
    assert checked.flow is not None, "\n".join(f"{d.span.line}: {d.code} {d.message}" for d in checked.errors)
    assert not checked.flow.unbuilt, checked.flow.unbuilt
    return make_plan(checked.flow)


class Buyers:
    """Answers by what the url ends with: each time the next body, the last for ever; None is a time-out, a number a
    status. Both sides of the engine ask it: a Run's driver, and what sends outside of Runs."""

    def __init__(self, **said: list[str | int | None]) -> None:
        self.said = {name: list(bodies) for name, bodies in said.items()}
        self.asked: list[HttpRequest] = []

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        return self._next(data.request)

    async def send(self, request: HttpRequest) -> Result:
        return self._next(request)

    async def close(self) -> None:
        """Nothing is open."""

    def urls(self) -> list[str]:
        """What was asked, in order."""
        return [request.url.removeprefix("https://") for request in self.asked]

    def _next(self, request: HttpRequest) -> Result:
        self.asked.append(request)
        name = next(name for name in self.said if f"/{name}" in request.url or f"//{name}" in request.url)
        bodies = self.said[name]
        said = bodies.pop(0) if len(bodies) > 1 else bodies[0]
        if said is None:
            lost = {"phase": "sent", "failure": "timeout", "status": None}
            return {**lost, "headers": [], "body": "", "ms": 5.0}
        status, body = (said, "") if isinstance(said, int) else (200, said)
        whole = {"phase": "answered", "failure": "", "status": status, "headers": []}
        return {**whole, "body": body, "ms": 5.0}


class World:
    """Leads of one plan. ``work`` does every chore once, as ``leadflow work`` does."""

    def __init__(self, plan: Plan, buyers: Buyers) -> None:
        self.plan, self.buyers = plan, buyers
        self.clock = VirtualClock(NOW)
        self.store = SqliteStore.memory(self.clock)
        self.store.add_plan(plan.name, description(plan))
        self.plans = Plans(self.store, {plan.name: plan})
        self.said: list[str] = []

    def lead(self, name: str = "Ana", phone: str = "2125550123", **more: Any) -> Ending:
        """Route a lead until it ends or waits."""
        payload = {"name": name, "phone": phone}
        [arrival] = arrivals_of_payload(self.plan, "web", payload, f"web/test/{name}", **more)
        return at_once(
            run_lead(self.plan, arrival, DryDriver(arrival.lead, self.store, self.buyers, self.clock))
        )

    def pass_(self, **more: float) -> None:
        """Let time go by."""
        self.clock.at += datetime.timedelta(**more)

    def work(self, **after: float) -> list[str]:
        """Let time go by, then do every chore once; gives what they said."""
        self.pass_(**after)
        said: list[str] = []

        def tell(did: chores.Did) -> None:
            said.append(did.line)

        hands = chores.Hands(self.store, self.plans, self.buyers, self.clock)
        asyncio.run(chores.do_all(hands, tell))
        return [line for line in said if line]

    def summary(self, lead: str) -> Mapping[str, Any]:
        """The journal's object of a lead."""
        found = self.store.lead_summary(lead)
        assert found is not None
        return found

    def outcome(self, lead: str) -> tuple[str, list[str]]:
        """What became of a lead, and who has it."""
        found = self.summary(lead)
        return str(found["outcome"]), [sale["buyer"] for sale in found["sales"]]

    def story(self, lead: str) -> str:
        """What ``leadflow trace`` shows of a lead."""
        told = between.pauses(self.store.facts(lead))
        return "\n".join(
            line.plain for line in story(self.summary(lead), setting_of(self.plan), 120, "", told)
        )

    def keys(self, lead: str) -> list[str]:
        """The keys of a lead's facts."""
        return [fact.key for fact in self.store.facts(lead)]

    def holds_together(self) -> bool:
        """Do all facts chain, does every lead replay, and is every projection made again the same?"""
        connection = self.store._core.connection  # type: ignore[union-attr]
        before = contents(connection)
        self.store.rebuild(lambda lead, facts: writes_again(self.plans.of(lead, facts), lead, facts))
        for (lead,) in self.store.query("SELECT id FROM lead"):
            facts = self.store.facts(lead)
            assert at_once(replay(self.plans.of(lead, facts), lead, facts))
        after = contents(connection)
        assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
        return self.store.verify() == []
