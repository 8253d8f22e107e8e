"""A trace shows stages in the order in which they came, the tenth after the ninth."""

from leadflow_engine.reports.setting import setting_of
from leadflow_engine.reports.story import story

from .harness import dry, plan_of

FLOW = """
flow many
lead { state state }
buyer a { price 10.00  deliver { post "https://a.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
buyer f like a { deliver { post "https://f.example/"  body json { s = state }
  response json { accepted when "ok"  otherwise rejected } } }
route { STAGES
  waterfall a  fallback f }
""".replace("STAGES", "if state == NY { waterfall a } " * 8)


def test_the_tenth_stage_comes_after_the_ninth(tmp_path):
    answers = {"buyers": {"a": {"deliver": [{"body": {}}]}, "f": {"deliver": [{"body": {"ok": True}}]}}}
    run = dry(plan_of(FLOW, tmp_path), [{"state": "CA"}], answers, "2026-11-20T15:00:00+00:00", tmp_path)
    summary = run.store.lead_summary(next(run.leads()).lead)
    assert [row["buyer"] for row in summary["distribution"]] == ["a", "f"]
    lines = [line.plain for line in story(summary, setting_of(run.plan), 100) if not isinstance(line, str)]
    told = "\n".join(lines)
    assert told.index("waterfall a") < told.index("fallback f")
