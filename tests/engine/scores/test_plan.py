"""A model is part of its plan: another model is another plan, and a journal's plan brings its model with it."""

from __future__ import annotations

from pathlib import Path

from leadflow_dsl import check
from leadflow_dsl.model import Score
from leadflow_engine.operations.loading import description, plan_of_files
from leadflow_engine.plan import Plan, make_plan

FLOW = """\
flow f
lead {
  bill  number
}
score quality { model "models/x.json" }
buyer b {
  price 1.00 when quality > 5
  deliver { post "https://b.example"  response { accepted when status 2xx  otherwise error } }
}
route { waterfall b }
"""
MODEL = """\
{"format": "leadflow score model 1", "kind": "logistic", "version": "1", "base": 0,
 "features": [{"field": "bill", "as": "number"}], "weights": [0.01]}
"""


def plan_with(model: str, folder: Path) -> Plan:
    """The plan of the flow beside a model."""
    checked = check(folder / "f.flow", FLOW, {"models/x.json": model})
    assert checked.flow is not None and not checked.diagnostics, checked.diagnostics
    return make_plan(checked.flow)


def test_another_model_is_another_plan(tmp_path: Path) -> None:
    assert plan_with(MODEL, tmp_path).name == plan_with(MODEL, tmp_path).name
    assert plan_with(MODEL.replace("0.01", "0.02"), tmp_path).name != plan_with(MODEL, tmp_path).name


def test_a_plan_of_a_journal_has_the_model_of_its_day(tmp_path: Path) -> None:
    plan = plan_with(MODEL, tmp_path)
    kept = description(plan)
    again = plan_of_files(kept["files"], kept["main"])
    assert again.name == plan.name
    (step,) = [step for step in again.flow.steps if isinstance(step, Score)]
    assert step.trained is not None and step.trained.version == "1"
