"""Buyers behind the one that took the lead: told by the digits alone in a line as written, by records where those would
not tell all of it. A condition reads the same of them either way."""

import pytest

from leadflow_engine.records import Considered

from .harness import dry, plan_of

FLOW = """
flow line
lead { state state }
buyer a { price 10.00  deliver { post "https://a.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer b like a { priority 1  deliver { post "https://b.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer d like a { at least 5 per day  deliver { post "https://d.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer e like a { at least 5 per day  deliver { post "https://e.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer c like a { priority 1  deliver { post "https://c.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
route { ROUTE }
score told { start 0  add 1 when buyer.c.outcome == not_asked }
"""


@pytest.mark.parametrize(
    ("route", "unreached", "by_record"),
    [
        ("waterfall a, b, c", {"b": None, "c": None}, set()),
        ("waterfall a, b, c { order by priority }", {"c": 2, "a": 3}, {"c", "a"}),
        ("if state == CA { waterfall a, b, c }", {"b": 2, "c": 3}, {"b", "c"}),
        ("waterfall d, e, c", {"e": 2, "c": 3}, {"e", "c"}),  # what is said beside a promise is not lost
    ],
)
def test_their_turn_did_not_come(route, unreached, by_record, tmp_path):
    plan = plan_of(FLOW.replace("ROUTE", route), tmp_path)
    answers = {"buyers": {name: {"deliver": [{"body": {"ok": True}}]} for name in "abcde"}}
    run = dry(plan, [{"state": "CA"}], answers, "2026-11-20T15:00:00+00:00", tmp_path)
    done = next(run.leads())
    summary = run.store.lead_summary(done.lead)
    rows = [row for row in summary["distribution"] if row["outcome"] == "not_asked"]
    assert {row["buyer"]: row["position"] for row in rows} == unreached
    assert {row["reason"] for row in rows} == {"its turn did not come"}
    assert next(step["was_set"] for step in summary["steps"] if step["name"] == "told") == {"told": "1"}
    noted = [each for each in done.ending.records if isinstance(each, Considered)]
    assert {each.buyer for each in noted if each.outcome == "not_asked"} == by_record
