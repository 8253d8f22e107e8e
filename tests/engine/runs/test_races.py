"""Room that goes between judging and the intent: what a buyer with several prices is asked then, and what is told."""

import pytest

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.resume import at_once, replay
from leadflow_engine.runner import run_lead

from .harness import dry, plan_of

FLOW = """
flow races
lead {{ state state }}
buyer b {{
  offer 30.00, 20.00, 10.00
  {limit}
  deliver {{ post "https://b.example/"  body json {{ ask = offer.price }}
    response json {{ accepted when "ok"  otherwise rejected }} }} }}
route {{ {stage} b }}
"""
ANSWERS = {"buyers": {"b": {"deliver": [{"body": {"ok": True}}]}}}


class Overtaken(DryDriver):
    """Another lead takes its way just before this one's first intent."""

    other = None

    def perform(self, effect, write):
        if effect.key == "intent/b/1" and self.other is not None:
            other, self.other = self.other, None
            other()
        super().perform(effect, write)


def race(root, limit, stage):
    """What became of two leads of which the first overtakes the second."""
    plan = plan_of(FLOW.format(limit=limit, stage=stage), root)
    run = dry(plan, [], ANSWERS, "2026-11-20T15:00:00+00:00", root)

    def comes(number, other=None):
        lead = f"lead-{number}"
        driver = Overtaken(lead, run.store, run.answers, run.clock)
        driver.other = other
        return at_once(run_lead(plan, Arrival(lead, str(number), "default", {"state": "CA"}), driver))

    last = comes(2, lambda: comes(1))
    for lead in ("lead-1", "lead-2"):
        at_once(replay(plan, lead, run.store.facts(lead)))
    (row,) = run.store.lead_summary("lead-2")["distribution"]
    keys = [fact.key for fact in last.facts if fact.kind == "intent"]
    return last.effect.data, row, keys


@pytest.mark.parametrize("stage", ["waterfall", "auction"])
def test_a_cap_that_is_full_is_as_full_for_less(tmp_path, stage):
    end, row, intents = race(tmp_path, "cap 1 per day", stage)
    assert (end.outcome, end.reason) == ("unsold", "caps full")
    assert (row["outcome"], row["reason"]) == ("capped", "cap 1 per day is full until 00:00")
    assert intents == ["intent/b/1"]


@pytest.mark.parametrize("stage", ["waterfall", "auction"])
def test_what_is_left_of_a_budget_may_do_for_less(tmp_path, stage):
    end, row, intents = race(tmp_path, "budget 45.00 per day", stage)
    full = "budget 45.00 per day is full until 00:00"
    assert (end.outcome, str(row["price"])) == ("sold", "10.00")
    assert row["note"] == f"not 30.00 ({full}), then not 20.00 ({full}), then asked 10.00"
    assert intents == ["intent/b/1", "intent/b/2", "intent/b/3"]
