"""Rename: everywhere or not at all, and why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from dsl.language_server.project import write_project

from leadflow_dsl import check
from leadflow_dsl.fixing import apply
from leadflow_dsl.language_server.analysis import Analysis, analyse
from leadflow_dsl.language_server.rename import Refused, rename, renamed_at
from leadflow_dsl.language_server.scenario_names import scenario_names

FLOW = "flows/demo.flow"
SCENARIOS = """\
scenarios:
  - name: the bill decides
    lead: {state: CA, electric_bill: 300, note: electric_bill}
    given: {buyers: {sunpath: {sold: {day: 50}}}}
    answers:
      buyers: {sunpath: {deliver: [{body: {result: sold, state: x}}]}}
      services: {carrier: [{body: {type: mobile}}]}
    each:
      - {lead.electric_bill: 20, expect.outcome: unsold}
    expect:
      buyer: sunpath
      steps: {carrier: {outcome: success, set: {line_type: mobile}}}
      look_ups: [carrier]
      requests: {sunpath: {deliver: {body: {electric_bill: 300}}}}
"""


def at(analysis: Analysis, text: str) -> int:
    return analysis.text(FLOW).index(text) + 1


def renamed(flow: Path, text: str, new: str, scenarios: str = "") -> dict[str, str] | str:
    """The files as they are after a rename, by name; or why there is none."""
    analysis = analyse(flow, {})
    found = renamed_at(analysis, FLOW, at(analysis, text))
    if isinstance(found, Refused):
        return found.why
    beside = {flow.with_suffix(".scenarios.yaml"): scenarios} if scenarios else {}
    made = rename((analysis,), analysis, found[0], new, beside)
    if isinstance(made, Refused):
        return made.why
    texts = {path: beside[path] if path in beside else path.read_text("utf-8") for path in made}
    return {path.name: apply(texts[path], edits) for path, edits in made.items()}


@pytest.mark.parametrize(
    ("text", "new", "files"),
    [
        ("electric_bill  money", "monthly_bill", {"demo.flow", "sunpath.json.j2"}),
        ("electric_bill >= 250", "monthly_bill", {"demo.flow", "sunpath.json.j2"}),
        ("sunpath\n}", "sun_path", {"demo.flow"}),
        ("carrier.line_type ==", "phone_check", {"demo.flow"}),
        ("line_type  enum", "kind", {"demo.flow"}),
        ("west\n  accept", "east", {"demo.flow"}),
        ("blocked [", "bad_zips", {"demo.flow"}),
        ("people\n", "persons", {"demo.flow", "people.flow"}),
        ("state          state", "us_state", {"demo.flow", "sunpath.json.j2"}),
    ],
)
def test_a_renamed_flow_checks_as_before(tmp_path: Path, text: str, new: str, files: set[str]) -> None:
    flow = write_project(tmp_path)
    before = [(one.code, one.span.line) for one in check(flow).diagnostics]
    made = renamed(flow, text, new)
    assert isinstance(made, dict), made
    assert set(made) == files
    for path in [path for path in tmp_path.rglob("*") if path.name in made]:
        assert new in made[path.name]
        path.write_text(made[path.name], encoding="utf-8")
    assert [(one.code, one.span.line) for one in check(flow).diagnostics] == before


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Bill", "names are in lower case"),
        ("2nd", "names are in lower case"),
        ("state", "declared already, in flows/demo.flow:6, as field"),
        ("carrier", "as enhance"),
        ("random", "a word of the language"),
        ("between", "a word of the language"),
        ("required", "a word of the language"),
        ("status", "a word of the language"),
    ],
)
def test_a_name_that_cannot_be(tmp_path: Path, new: str, why: str) -> None:
    made = renamed(write_project(tmp_path), "electric_bill  money", new)
    assert isinstance(made, str) and why in made


def test_what_comes_with_leadflow_is_not_changed(tmp_path: Path) -> None:
    flow = write_project(tmp_path)
    text = flow.read_text().replace("calendar holidays { 2026-12-25 }", 'import "library/calendars.flow"')
    flow.write_text(text.replace("  tag west\n", "  tag west\n  closed on us_federal_holidays\n"))
    assert "comes with leadflow" in str(renamed(flow, "us_federal_holidays", "days_off"))


def test_a_file_that_does_not_parse_may_hide_a_place(tmp_path: Path) -> None:
    flow = write_project(tmp_path)
    flow.write_text(flow.read_text().replace("cap 50 per day", "cap 50 a day"))
    assert "mend it first" in str(renamed(flow, "electric_bill  money", "monthly_bill"))


def test_a_broken_template_may_hide_a_place(tmp_path: Path) -> None:
    flow = write_project(tmp_path)
    (tmp_path / "mappings/sunpath.json.j2").write_text("{{ electric_bill ")
    assert "does not parse" in str(renamed(flow, "electric_bill  money", "monthly_bill"))


def test_words_that_are_no_names(tmp_path: Path) -> None:
    assert "no name here" in str(renamed(write_project(tmp_path), "per day", "x"))


def test_a_field_in_scenarios(tmp_path: Path) -> None:
    made = renamed(write_project(tmp_path), "electric_bill  money", "bill_usd", SCENARIOS)
    assert isinstance(made, dict), made
    after = made["demo.scenarios.yaml"]
    assert "lead: {state: CA, bill_usd: 300, note: electric_bill}" in after
    assert "{lead.bill_usd: 20," in after
    assert "body: {electric_bill: 300}" in after, "the key of a body is the buyer's"


def test_a_buyer_and_a_step_in_scenarios() -> None:
    path = Path("x.scenarios.yaml")
    assert len(scenario_names(path, SCENARIOS, "buyer", "sunpath").spans) == 4
    assert len(scenario_names(path, SCENARIOS, "enhance", "carrier").spans) == 3
    assert len(scenario_names(path, SCENARIOS, "result", "carrier.line_type").spans) == 1
    for kind, name in (("buyer", "sunpath"), ("enhance", "carrier"), ("field", "state")):
        for span in scenario_names(path, SCENARIOS, kind, name).spans:
            assert SCENARIOS[span.start : span.end] == name


def test_a_name_within_a_key_of_several() -> None:
    text = "a:\n  - answers.buyers.west.ping: 1\n    expect.postings.west.ping: 2\n    lead.west: 3\n"
    spans = scenario_names(Path("x.scenarios.yaml"), text, "buyer", "west").spans
    assert [(one.line, one.column) for one in spans] == [(2, 20), (3, 21)]
    assert all(text[one.start : one.end] == "west" for one in spans)


def test_a_source_that_fetches_is_a_service() -> None:
    text = "a: {sources: {ads: {}}, services: {ads: []}, called: {ads: 2}, buyers: {ads: {}}}\n"
    assert len(scenario_names(Path("x.scenarios.yaml"), text, "source", "ads").spans) == 3


def test_a_field_in_a_raw_payload_is_not_certain(tmp_path: Path) -> None:
    raw = "scenarios:\n  - name: a\n    raw:\n      content_type: text/plain\n      body: electric_bill=3\n"
    made = renamed(write_project(tmp_path), "electric_bill  money", "bill_usd", raw)
    assert made == "demo.scenarios.yaml:5 may say `electric_bill` in a text; change it there first"
