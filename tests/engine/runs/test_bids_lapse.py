"""A bid stands as long as it says: a Run that comes late, after a crash, posts to nobody whose bid has ended."""

import datetime

import pytest

from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.resume import at_once, go_on
from leadflow_engine.runner import run_lead

from .harness import dry, plan_of

FLOW = """
flow bids
lead { state state required }
on doubt next because "bids end soon"
buyer high { price from bid
  ping { post "https://high.example/ping"  body json { s = state }
    response json { accepted when "bid" is present  otherwise rejected  bid "bid"  expires "ttl" } }
  deliver { post "https://high.example/"  body json { s = state }
    response json { accepted when "ok" otherwise rejected } } }
buyer low like high {
  ping { post "https://low.example/ping"  body json { s = state }
    response json { accepted when "bid" is present  otherwise rejected  bid "bid"  expires "ttl" } }
  deliver { post "https://low.example/"  body json { s = state }
    response json { accepted when "ok" otherwise rejected } } }
route { auction high, low }
"""
ANSWERS = {
    "buyers": {
        name: {"ping": [{"body": {"bid": bid, "ttl": 60}}], "deliver": [{"body": {"ok": True}}]}
        for name, bid in (("high", 20), ("low", 10))
    }
}


class Crash(Exception):
    """The process dies."""


class DiesAtPost:
    """Answers, up to the first post: its intent is stored, and nobody hears what came of it."""

    def __init__(self, answers):
        self.answers = answers

    def answer(self, lead, effect, data):
        if data.leg == "post":
            raise Crash
        return self.answers.answer(lead, effect, data)


@pytest.mark.parametrize(
    ("later", "outcome", "low"),
    [(20, "sold", "sold"), (60, "in_doubt", "late"), (86_400, "in_doubt", "late")],
)
def test_after_a_crash_a_bid_that_ended_is_not_posted_to(tmp_path, later, outcome, low):
    plan = plan_of(FLOW, tmp_path)
    run = dry(plan, [], ANSWERS, "2026-11-20T15:00:00+00:00", tmp_path)
    arrival = Arrival("lead-1", "1", "default", {"state": "CA"})
    with pytest.raises(Crash):
        at_once(run_lead(plan, arrival, DryDriver("lead-1", run.store, DiesAtPost(run.answers), run.clock)))
    run.clock.at += datetime.timedelta(seconds=later)
    driver = DryDriver("lead-1", run.store, run.answers, run.clock)
    assert at_once(go_on(plan, "lead-1", run.store.facts("lead-1"), driver)).outcome == outcome
    words = {row["buyer"]: row["outcome"] for row in run.store.lead_summary("lead-1")["distribution"]}
    assert words == {"high": "in_doubt", "low": low}
