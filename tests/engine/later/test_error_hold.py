"""``on error hold``: the lead waits for a look-up or a copy that failed, which is then tried again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import at_once
from leadflow_engine.plan import Plan
from leadflow_engine.runner import run_lead
from tests.engine.later.world import DELIVER, FLOW, Buyers, World, plan_of

LOOK_UPS = """\
enhance first {
  get "https://first.example"
  cost 0.10
  response json { accepted when "ok"  set good boolean "good" }
}
enhance needed {
  get "https://needed.example"
  cost 0.20
  on error hold
  response json {
    accepted when "ok"
    set good boolean "good"
  }
}
filter checked {
  accept when needed.good  else "not good"
}
deliver crm {
  post "https://crm.example"
  body json { n = name  f = first.good }
  on error hold
}
"""
GOOD = '{"ok": true, "good": true}'
SOLD = '{"is": "sold"}'


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    flow = FLOW.replace("route {{", LOOK_UPS.replace("{", "{{").replace("}", "}}") + "route {{")
    return plan_of(tmp_path_factory.mktemp("hold"), f"price 9.00\n{DELIVER}", flow=flow)


def test_the_lead_waits_for_the_look_up_and_others_are_not_asked_again(plan: Plan) -> None:
    world = World(plan, Buyers(first=[GOOD], needed=[500, None, GOOD], crm=[200], post=[SOLD]))
    lead = world.lead().lead
    assert world.outcome(lead) == ("held", [])
    assert world.store.work()[0].reason == "needed is asked again: status 500"
    assert world.work(seconds=50) == []
    world.work(seconds=15)
    assert world.outcome(lead) == ("held", [])
    world.work(minutes=5, seconds=1)
    assert world.outcome(lead) == ("sold", ["slow"])
    assert sum("first" in url for url in world.buyers.urls()) == 1
    assert [key for key in world.keys(lead) if key.startswith("enhance")] == [
        "enhance/first/1",
        "enhance/needed/1",
        "enhance/needed/2",
        "enhance/needed/3",
    ]
    assert world.store.query("SELECT sum(amount) FROM ledger WHERE kind = 'look_up'") == [(-700_000,)]
    assert world.holds_together()


def test_after_the_last_time_it_ends_in_error(plan: Plan) -> None:
    world = World(plan, Buyers(first=[GOOD], needed=[500]))
    lead = world.lead().lead
    for _ in range(10):
        world.work(days=1)
    assert world.outcome(lead) == ("error", [])
    assert world.summary(lead)["reason"] == "needed: status 500"
    assert sum("needed" in url for url in world.buyers.urls()) == 7
    assert world.holds_together()


def test_a_copy_that_must_arrive_is_waited_for(plan: Plan) -> None:
    world = World(plan, Buyers(first=[GOOD], needed=[GOOD], crm=[503, 200], post=[SOLD]))
    lead = world.lead().lead
    assert world.outcome(lead) == ("held", [])
    world.work(minutes=1, seconds=1)
    assert world.outcome(lead) == ("sold", ["slow"])
    assert '"f":true' in (world.buyers.asked[-2].body or "")  # what look-ups said is kept
    assert world.holds_together()


def test_what_says_no_is_no_error(plan: Plan, tmp_path: Path) -> None:
    world = World(plan, Buyers(first=[GOOD], needed=['{"ok": true, "good": false}']))
    assert world.lead().outcome == "refused"


UNSOLD_COPY = """\
deliver crm {
  post "https://crm.example"
  body json { n = name }
  on error hold
}
"""


def test_a_late_yes_while_a_copy_of_what_nobody_bought_is_waited_for(tmp_path: Path) -> None:
    flow = FLOW.replace(
        "route {{ waterfall slow, other }}", "route {{ waterfall slow  on unsold {{ deliver crm }} }}"
    )
    flow += UNSOLD_COPY.replace("{", "{{").replace("}", "}}")
    plan = plan_of(tmp_path, f'price 9.00\n{DELIVER}\non doubt next because "they do not mind"', flow=flow)
    world = World(plan, Buyers(crm=[503, 200], post=[None]))
    lead = world.lead().lead
    assert world.outcome(lead) == ("held", [])
    world.store.settle_delivery(lead, "slow", 1, "sold", "ann", "she called them")
    world.work(minutes=2)
    assert world.outcome(lead) == ("sold", ["slow"])
    assert sum("crm" in url for url in world.buyers.urls()) == 1  # it was bought: there is nothing to tell
    assert "ann said of slow: sold, because she called them" in world.story(lead)
    assert world.holds_together()


ON_DEMAND = """\
enhance needed on demand {{
  get "https://needed.example"
  on error hold
  response json {{
    accepted when "ok"
    set good boolean "good"
  }}
}}
buyer slow {{
  accept when needed.good
"""


def test_a_seller_that_only_asks_is_not_kept_waiting(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f"price 9.00\n{DELIVER}", flow=FLOW.replace("buyer slow {{\n", ON_DEMAND))
    world = World(plan, Buyers(needed=[500]))
    [arrival] = arrivals_of_payload(plan, "web", {"name": "Ana", "phone": "2125550123"}, "web/asks/1")
    driver = DryDriver(arrival.lead, world.store, world.buyers, world.clock)
    heard = at_once(run_lead(plan, replace(arrival, pinging=True), driver))
    assert heard.outcome == "unsold"
    assert heard.reason == "nobody would have it now: needed is asked again: status 500"
    assert world.store.work() == []


def test_the_trace_shows_who_is_waited_for(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f"price 9.00\n{DELIVER}", flow=FLOW.replace("buyer slow {{\n", ON_DEMAND))
    world = World(plan, Buyers(needed=[500, GOOD], post=[SOLD]))
    lead = world.lead().lead
    story = world.story(lead)
    assert "slow   held  needed is asked again: status 500" in story, story
    world.work(minutes=1, seconds=1)
    assert world.outcome(lead) == ("sold", ["slow"])
    assert "needed asked here: good true" in world.story(lead)
    assert world.holds_together()
