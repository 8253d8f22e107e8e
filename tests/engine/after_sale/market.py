"""A market whose leads are sold, so that something can come after it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from leadflow_engine.operations.dry import DryRun
from leadflow_engine.operations.resume import Plans, writes_again
from leadflow_engine.operations.returning import Return, return_lead
from leadflow_engine.plan import Plan
from leadflow_engine.store.payments import Payment, pay
from leadflow_engine.store.rebuild import contents
from leadflow_engine.store.returns import Outcome
from tests.engine.runs.harness import dry, plan_of

FLOW = """\
flow solar
lead {
  name text
  phone phone
  email email
  bill money
  trial boolean
}
source web {
  cost 18.00 back on return
  test when "trial"
  postback on sold, returned {
    get "https://partner.example/{{ lead.id }}"
    query { what = outcome  why = return.reason  at = return.at }
  }
  postback on converted { get "https://partner.example/c/{{ lead.id }}?worth={{ conversion.value }}" }
}
buyer sun {
  timezone "America/New_York"
  price 50.00
  cap 3 per day
  cap 9 per day counting attempts
  dedupe on phone within 90d
  returns within 14d for "bad phone", "duplicate"
  returns within 60d for "fraud" resubmit when bill > 100
  test { field "test" = 1 }
  deliver {
    post "https://sun.example/"
    body json { name = name }
    response json { accepted when "ok"  otherwise rejected  reference "id" }
  }
}
buyer moon {
  price 20.00
  returns within 7d
  returns at most 50% per month
  deliver { post "https://moon.example/"  body json { name = name }
    response json { accepted when "ok"  otherwise rejected } }
}
buyer star {
  price 10.00
  deliver { post "https://star.example/"  body json { name = name }
    response json { accepted when "ok"  otherwise rejected } }
}
route { ROUTE }
"""
ANSWERS = {
    "buyers": {
        "sun": {"deliver": [{"body": {"ok": True, "id": "{{ id }}"}}]},
        "moon": {"deliver": [{"when": {"name": "Dot"}, "hang": True, "body": {}}, {"body": {"ok": True}}]},
        "star": {"deliver": [{"body": {"ok": True}}]},
    }
}
SOLD_AT = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
PLANS: dict[str, Plan] = {}
"""Each flow of these tests is planned once."""


@dataclass
class Market:
    """A journal in memory whose clock is set by hand, with the leads that were sold in it by their names."""

    root: Path
    route: str = "waterfall sun, moon, star"
    flow: str = FLOW
    leads: dict[str, str] = field(default_factory=dict)
    run: DryRun = field(init=False)

    def __post_init__(self) -> None:
        text = self.flow.replace("ROUTE", self.route)
        plan = PLANS[text] = PLANS.get(text) or plan_of(text, self.root)
        self.run = dry(plan, [], ANSWERS, SOLD_AT.isoformat(), self.root)
        self.plans = Plans(self.run.store, {plan.name: plan})

    @property
    def store(self) -> Any:
        return self.run.store

    def sell(self, *names: str, **fields: Any) -> str:
        """Leads of these names, each with a phone and an e-mail of its own. Gives the last one's id."""
        for name in names:
            number = len(self.leads) + 147
            known = {"name": name, "phone": f"512-236-{number:04}", "email": f"{name.lower()}@corp.example"}
            file = self.root / f"{name}.jsonl"
            file.write_text(json.dumps({**known, "bill": 240, **fields}) + "\n", encoding="utf-8")
            [done] = list(replace(self.run, file=file).leads())
            self.leads[name] = done.lead
        return self.leads[names[-1]]

    def pay(self, buyer: str, amount: int) -> None:
        """A buyer pays in."""
        paid = Payment(f"buyer/{buyer}", Decimal(amount), self.run.clock.at, "ann", "paid")
        self.store.transact(lambda core: pay(core, paid))

    def back(self, name: str, buyer: str = "sun", reason: str = "bad phone", **more: Any) -> Outcome:
        """The buyer returns a lead."""
        said = Return(self.leads[name], buyer, reason, "ann", **more)
        return return_lead(self.store, self.plans, said, self.run.clock.now())

    def summary(self, name: str) -> Mapping[str, Any]:
        return self.store.lead_summary(self.leads[name])

    def state(self, name: str, buyer: str = "sun") -> str:
        return next(row["state"] for row in self.summary(name)["deliveries"] if row["buyer"] == buyer)

    def reference(self, name: str) -> str:
        """What a lead's buyer calls it."""
        return str(self.summary(name)["sales"][0]["reference"])

    def money(self, name: str) -> dict[str, float]:
        """What each kind of entry of a lead's ledger comes to."""
        kinds: dict[str, float] = {}
        for row in self.summary(name)["ledger"]:
            kinds[row["kind"]] = kinds.get(row["kind"], 0.0) + float(row["amount"])
        return kinds

    def rebuilt(self) -> bool:
        """Are all projections made again as they are?"""
        connection = self.store._core.connection
        before = contents(connection)
        self.store.rebuild(lambda lead, facts: writes_again(self.run.plan, lead, facts))
        return contents(connection) == before
