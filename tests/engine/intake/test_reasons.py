"""What a source hears of why: never who a buyer is."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.intake.replies import as_it_stands, told_reason
from leadflow_engine.operations.loading import load
from leadflow_engine.scenarios.load import parse_scenarios
from leadflow_engine.scenarios.play import play

FLOW = """\
flow told
lead { city text }
source web { reply json { what = outcome  why = reason } }
source plain { }
buyer kinfolk {
  price 5.00
  deliver {
    post "https://kinfolk.example/" body json { c = city }
    response json { accepted when "ok"  pending when "wait"  otherwise rejected }
  }
  inquire { every 1m up to 1h get "https://kinfolk.example/i" response json { accepted when "ok" otherwise rejected } }
}
route { waterfall kinfolk }
"""
SCENARIO = """\
flow: told.flow
scenarios:
  - name: it
    source: SOURCE
    lead: {city: Austin}
    answers: {buyers: {kinfolk: {deliver: [{ANSWER}]}}}
    expect: {reply: {body: {WORD: ~present}}}
"""


@pytest.mark.parametrize("source", ["web", "plain"])
@pytest.mark.parametrize("answer", ["body: {wait: true}", "status: 500", "body: {ok: false}"])
def test_a_source_does_not_hear_who_buys(tmp_path: Path, source: str, answer: str) -> None:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "told.flow").write_text(FLOW, encoding="utf-8")
    word = "why" if source == "web" else "reason"
    text = SCENARIO.replace("SOURCE", source).replace("ANSWER", answer).replace("WORD", word)
    file = parse_scenarios(text, str(tmp_path / "told.scenarios.yaml"))
    plan = load(file.flow).plan
    [each] = [each for one in file.scenarios for each in play(plan, file, one).outcomes]
    assert each.passed, each.differences
    heard = str(each.found["reply"])
    assert word in heard and "kinfolk" not in heard


@pytest.mark.parametrize(
    ("reason", "outcome", "told"),
    [
        ("kinfolk has not decided yet", "pending", "not decided yet"),
        ("nobody would have it now: kinfolk has not decided yet", "unsold", "nobody took the lead"),
        ("declined by all who were asked", "unsold", "declined by all who were asked"),
        ("kinfolks gather", "unsold", "kinfolks gather"),
    ],
)
def test_a_reason_without_names(reason: str, outcome: str, told: str) -> None:
    assert told_reason(reason, ["kinfolk"], outcome) == told
    rows = {"distribution": [{"buyer": "kinfolk"}], "deliveries": [], "sales": [], "outcome": outcome}
    lead = {"id": "L1", "cost": 0, "cost_on": "sale", "test": False}
    assert told in as_it_stands({**rows, "reason": reason, "lead": lead}).body
