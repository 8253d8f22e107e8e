"""Money in scenarios: what a buyer has left, and what a source is told that it is paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.operations.loading import load
from leadflow_engine.scenarios import names
from leadflow_engine.scenarios.load import parse_scenarios
from leadflow_engine.scenarios.play import play

FLOW = """\
flow money
lead { state state }
source web { cost 70% of revenue }
buyer prepaid {
  price 20.00
  balance prepaid credit 5.00
  deliver { post "https://prepaid.example/"  response { accepted when status 2xx  otherwise error } }
}
buyer other {
  price 10.00
  deliver { post "https://other.example/"  response { accepted when status 2xx  otherwise error } }
}
route { waterfall prepaid, other }
"""
FILE = """\
flow: money.flow
defaults:
  lead: {state: CA}
  answers: {buyers: {prepaid: {deliver: [{status: 200}]}, other: {deliver: [{status: 200}]}}}
scenarios:
"""


def differences(folder: Path, scenario: str) -> list[str]:
    (folder / "leadflow.toml").touch()
    (folder / "money.flow").write_text(FLOW, encoding="utf-8")
    file = parse_scenarios(FILE + scenario, str(folder / "money.scenarios.yaml"))
    plan = load(file.flow).plan
    found = [problem.message for problem in names.problems(plan, file)]
    outcomes = [each for one in file.scenarios for each in play(plan, file, one).outcomes]
    return found + [str(each.differences or each.missing) for each in outcomes if not each.passed]


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("{}", "{buyer: prepaid, price: 20.00, revenue: 20.00, cost: 14.00, margin: 6.00}"),
        ("{buyers: {prepaid: {balance: 15.00}}}", "{buyer: prepaid}"),
        ("{buyers: {prepaid: {balance: 14.99}}}", "{buyer: other, reasons: {prepaid: has 19.99 of 20.00}}"),
        ("{buyers: {prepaid: {balance: -10}}}", "{buyer: other, reasons: {prepaid: has -5.00 of 20.00}}"),
        ("{earlier: [{ago: 2d, sold: {prepaid: 20}}], buyers: {prepaid: {balance: 15}}}", "{buyer: prepaid}"),
        ("{}", "{reply: {body: {outcome: sold, reason: null, lead: {id: ~present}, price: 14.00}}}"),
    ],
)
def test_what_a_buyer_has_left_decides(tmp_path: Path, given: str, expect: str) -> None:
    assert differences(tmp_path, f"  - {{name: it, given: {given}, expect: {expect}}}\n") == []


def test_who_does_not_pay_beforehand_has_no_balance(tmp_path: Path) -> None:
    scenario = "  - {name: it, given: {buyers: {other: {balance: 3}}}, expect: {outcome: sold}}\n"
    assert differences(tmp_path, scenario) == ["other does not pay beforehand"]
