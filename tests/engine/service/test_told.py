"""What a source hears of a lead whose Run has just ended: see also ``runs/test_cases.py``."""

from __future__ import annotations

from pathlib import Path

from leadflow_engine.service.answers import reply_to
from tests.engine.runs.harness import dry, plan_of

NAMED = """flow named
lead { state state required }
buyer ace {
  price 9.00
  deliver { post "https://ace.example"  body json { s = state }
    response json { pending when "wait"  otherwise rejected } }
}
route { waterfall ace }
"""


def test_a_buyer_that_the_reason_names_is_not_told(tmp_path: Path) -> None:
    plan = plan_of(NAMED, tmp_path)
    answers = {"buyers": {"ace": {"deliver": [{"body": {"wait": True}}]}}}
    run = dry(plan, [{"state": "CA"}], answers, "2026-11-20T15:00:00+00:00", tmp_path)
    ending = next(run.leads()).ending
    assert ending is not None
    assert "ace" in ending.reason
    assert "ace" not in reply_to(plan, run.store, ending).body
