"""What flows of different zones count together has one calendar: that of the flow that claimed first."""

import datetime

import pytest

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.calendars import other_calendars
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.resume import at_once, writes_again
from leadflow_engine.runner import run_lead
from leadflow_engine.store.rebuild import contents

from .harness import dry, plan_of

FLOW = """
flow {name}
timezone "{zone}"
lead {{ phone_1 phone }}
buyer b {{ price 10.00  cap 2 per day {together}
  deliver {{ post "https://b.example/"  body json {{ p = phone_1 }}
    response json {{ accepted when "ok"  otherwise rejected }} }} }}
route {{ waterfall b }}
"""
ANSWERS = {"buyers": {"b": {"deliver": [{"body": {"ok": True}}]}}}


@pytest.mark.parametrize("together", ["shared pool", "by phone_1 across all"])
def test_one_calendar_for_one_pool(tmp_path, together):
    plans = {}
    for name, zone in (("east", "America/New_York"), ("west", "America/Los_Angeles")):
        (tmp_path / name).mkdir()
        plans[name] = plan_of(FLOW.format(name=name, zone=zone, together=together), tmp_path / name)
    run = dry(plans["east"], [], ANSWERS, "2026-11-21T04:30:00+00:00", tmp_path)
    run.store.add_plan(plans["west"].name, description(plans["west"]))
    number, of = iter(range(100)), {}

    def sells(name):
        lead = f"lead-{next(number):02}"
        of[lead] = plans[name]
        arrival = Arrival(lead, lead, "default", {"phone_1": "212 555 0147"})
        driver = DryDriver(lead, run.store, run.answers, run.clock)
        return at_once(run_lead(plans[name], arrival, driver)).outcome == "sold"

    assert [sells("east"), sells("west"), sells("west"), sells("east")] == [True, True, False, False]
    run.clock.at += datetime.timedelta(hours=1)  # midnight in the east, where the pool was claimed first
    assert [sells("west"), sells("east"), sells("west"), sells("east")] == [True, True, False, False]
    run.clock.at += datetime.timedelta(hours=3)  # midnight in the west
    assert [sells("west"), sells("east")] == [False, False]
    assert list(other_calendars(plans["east"], run.store)) == []
    (told,) = other_calendars(plans["west"], run.store)
    assert told.endswith("the clock of America/New_York in this journal, not of America/Los_Angeles")
    connection = run.store._core.connection
    before = contents(connection)
    run.store.rebuild(lambda lead, facts: writes_again(of[lead], lead, facts))
    assert contents(connection) == before
