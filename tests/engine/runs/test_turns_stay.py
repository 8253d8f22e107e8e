"""Turns and shares are the journal's: they go on where a process has ended."""

import datetime

import pytest
import yaml

from leadflow_engine.answers import Simulator, parse_answers
from leadflow_engine.drivers.answers import SimulatedAnswers
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.resume import at_once
from leadflow_engine.runner import run_lead
from leadflow_engine.store import SqliteStore

from .harness import plan_of

FLOW = """
flow turns
lead {{ state state required }}
buyer a {{ price 9.00  weight 2
  deliver {{ post "https://a.example/"  body json {{ s = state }}
    response json {{ accepted when "ok" otherwise rejected }} }} }}
buyer b like a {{ weight 1 }}
route {{ waterfall a, b {{ order by {order} }} }}
"""
ANSWERS = {"buyers": {name: {"deliver": [{"body": {"ok": True}}]} for name in "ab"}}


@pytest.mark.parametrize(("order", "sold"), [("round_robin", "ababab"), ("weight", "abaaba")])
def test_turns_stay_where_each_lead_is_routed_by_a_process_of_its_own(tmp_path, order, sold):
    plan = plan_of(FLOW.format(order=order), tmp_path)
    clock = VirtualClock(datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC))
    answers = SimulatedAnswers(Simulator(parse_answers(yaml.safe_dump(ANSWERS)), clock.now))
    found = ""
    for number in range(len(sold)):
        store = SqliteStore.open(tmp_path / "journal.db", clock)
        store.add_plan(plan.name, description(plan))
        lead = f"lead-{number}"
        arrival = Arrival(lead, lead, "default", {"state": "CA"})
        at_once(run_lead(plan, arrival, DryDriver(lead, store, answers, clock)))
        found += store.lead_summary(lead)["sales"][0]["buyer"]
        store.close_now()
    assert found == sold
