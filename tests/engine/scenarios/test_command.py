"""``leadflow test`` as somebody gives it: what is printed, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.cli import main

from .conftest import write

Give = Callable[..., Result]

GOOD = "- {name: a good one, expect: {buyer: one}}\n"
FAILING = """
- name: at the first buyer
  expect: {sold: {one: 31.00}}
- name: at the second
  lead: {state: TX}
  given: {turns: {route.2: [three]}}
  expect: {buyer: three, reasons: {two: mobile only}}
- name: in the second part
  then:
    - after: 5m
      lead: {phone: 213-555-0102}
      expect:
        requests: {one: {deliver: {body: {who: Bob with a rather long name that no table of this width can hold}}}}
- name: nobody says what two answers
  lead: {state: TX}
  answers: {buyers: {two: {deliver: [{when: {who: Bob}, body: ok}]}}}
  expect: {outcome: unsold}
"""


@pytest.fixture
def give(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Give:
    """Give ``leadflow test`` in the market's folder; its exit code is checked."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def test(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["test", *arguments], prog_name="leadflow")
        assert result.exit_code == code, result.output
        return result

    return test


def test_a_failure_shows_the_trace_up_to_where_it_went_another_way(
    folder: Path, give: Give, snapshot: SnapshotAssertion
) -> None:
    write(folder, GOOD + FAILING)
    assert give("market.flow", code=1).output == snapshot


def test_what_passes_is_one_line_a_file(folder: Path, give: Give) -> None:
    write(folder, GOOD)
    assert give().output == "ok    market.scenarios.yaml  1 scenario\n\n1 scenario in 1 file\n"
    assert give("-v").output.splitlines()[0] == "  ok    a good one"


def test_only_some_and_only_until_the_first_failure(folder: Path, give: Give) -> None:
    write(folder, GOOD + FAILING)
    assert "1 scenario in 1 file" in give("--only", "GOOD").output
    assert "2 scenarios in 1 file, 1 failed" in give("--fail-fast", code=1).output
    assert "no scenario has `nobody of this name`" in give("--only", "nobody of this name", code=2).output


def test_json(folder: Path, give: Give) -> None:
    write(folder, GOOD + FAILING)
    told = json.loads(give("--format", "json", code=1).stdout)
    assert told["summary"] == {"scenarios": 5, "failed": 4, "files": 1, "not_run": 0}
    good, first, *_, last = told["files"][0]["scenarios"]
    assert good == {
        "name": "a good one", "line": 11, "passed": True, "differences": [], "not_given": [], "trouble": None
    }  # fmt: skip
    assert first["differences"] == [{"path": "sold.one", "expected": 31.0, "found": 30.0}]
    assert last["not_given"] == ["the deliver of two"]


def test_junit(folder: Path, give: Give) -> None:
    write(folder, GOOD + FAILING)
    root = ElementTree.fromstring(give("--format", "junit", code=1).stdout)
    [suite] = root
    assert (root.get("tests"), suite.get("failures")) == ("5", "4")
    assert [case.get("line") for case in suite][:2] == ["11", "13"]
    assert [case.find("failure") is None for case in suite] == [True, False, False, False, False]
    assert suite[1][0].get("message") == "sold.one: expected 31.00, found 30.00"


def test_a_flow_that_does_not_lint_is_told_and_not_run(folder: Path, give: Give) -> None:
    write(folder, GOOD)
    flow = folder / "market.flow"
    flow.write_text(flow.read_text(encoding="utf-8").replace("price 30.00", "price nothing_known"), "utf-8")
    output = give(code=1).output
    assert "FAIL  market.scenarios.yaml" in output
    assert "error[LF2" in output
    assert "nothing_known" in output
    assert "0 scenarios in 1 file, 1 file not run" in output


def test_a_form_that_is_not_built_is_named(folder: Path, give: Give) -> None:
    write(folder, GOOD)
    flow = folder / "market.flow"
    alert = '\nalert "quiet" when stats.sold(two, 1h) < 1 notify email "ops@market.example"\n'
    flow.write_text(flow.read_text(encoding="utf-8") + alert, encoding="utf-8")
    output = give(code=1).output
    assert "error[LF901]" in output
    assert "alert" in output


def test_a_file_that_cannot_be_used_ends_with_2_and_the_others_are_run(folder: Path, give: Give) -> None:
    write(folder, GOOD)
    (folder / "other.scenarios.yaml").write_text("flow: market.flow\nscenario: []\n", encoding="utf-8")
    output = give(code=2).output
    assert "other.scenarios.yaml:2:1: error: `scenario` is not known here" in output
    assert "did you mean `scenarios`?" in output
    assert "ok    market.scenarios.yaml" in output


def test_a_missing_flow_is_told(folder: Path, give: Give) -> None:
    (folder / "lonely.scenarios.yaml").write_text("scenarios: [{name: x}]\n", encoding="utf-8")
    assert "lonely.flow" in give("lonely.scenarios.yaml", code=1).output


def test_nothing_to_run_is_told(folder: Path, give: Give) -> None:
    assert "no scenarios (NAME.scenarios.yaml)" in give("market.flow", code=2).output


def test_update_writes_and_shows_what_changed(folder: Path, give: Give) -> None:
    file = write(folder, "- {name: x, expect: {price: 31.00}}")
    output = give("--update").output
    assert "-  - {name: x, expect: {price: 31.00}}" in output
    assert "+  - {name: x, expect: {price: 30.00}}" in output
    assert "{name: x, expect: {price: 30.00}}" in file.read_text(encoding="utf-8")
    assert give("--update").output == ""


def test_update_leads_an_editor_to_the_schema_that_the_project_keeps(folder: Path, give: Give) -> None:
    file = write(folder, GOOD)
    (folder / "scenarios.schema.json").write_text(give("--schema").stdout, encoding="utf-8")
    assert "+# yaml-language-server: $schema=scenarios.schema.json" in give("--update").output
    assert file.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=scenarios.schema.json\n"
    )
    assert give("--update").output == ""


def test_coverage_names_what_nobody_reaches(folder: Path, give: Give, snapshot: SnapshotAssertion) -> None:
    write(folder, GOOD)
    assert give("--coverage").output == snapshot


def test_the_schema_is_printed(give: Give) -> None:
    assert json.loads(give("--schema").stdout)["title"] == "Scenarios"
