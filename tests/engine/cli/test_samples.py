"""lint tries bodies that say what they conform to with the leads of scenarios, and of a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from leadflow_dsl.rules.example import complete
from leadflow_dsl.rules.schemas import MISFIT

Leadflow = Callable[..., Result]
SCHEMA = {
    "type": "object",
    "required": ["mail"],
    "properties": {
        "amount": {"type": "number", "maximum": 10_000},
        "where": {"required": ["zip"], "properties": {"zip": {"minLength": 5}}},
    },
}
FLOW = """\
flow f
lead {
  mail   email  required
  zip    postal_code
  money  money
}
buyer pairs {
  accept when money > 100
  price 2.00
  deliver {
    post "https://pairs.example/"
    body json { mail = mail  where.zip = zip  amount = money } conforms to "schema.json"
    response json { accepted when "ok"  otherwise rejected }
  }
}
buyer template {
  price 1.00
  ping { post "https://t.example/ping"  body json { zip = zip }
    response json { accepted when "yes"  otherwise rejected } }
  deliver {
    post "https://t.example/"
    body json from "mappings/t.json.j2" conforms to "schema.json"
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall pairs, template }
"""
TEMPLATE = '{\n  "mail": "{{ mail }}",\n  "amount": "{{ money }}"\n}\n'
SCENARIOS = """\
scenarios:
  - name: a large one
    lead: {{mail: ana@mail.example, zip: 94110, money: {money}}}
    answers: {{buyers: {{pairs: {{deliver: [{{body: {{ok: true}}}}]}}, template: {{ping: [{{body: {{{ping}}}}}]}}}}}}
    expect: {expect}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a buyer by pairs and a buyer by a template, both with the same schema."""
    (tmp_path / "mappings").mkdir()
    for name, text in {
        "leadflow.toml": "",
        "f.flow": FLOW,
        "schema.json": json.dumps(SCHEMA),
        "mappings/t.json.j2": TEMPLATE,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scenario(project: Path, money: str, ping: str = "yes: false", expect: str = "{outcome: sold}") -> None:
    text = SCENARIOS.format(money=money, ping=ping, expect=expect)
    (project / "f.scenarios.yaml").write_text(text, encoding="utf-8")


def found(leadflow: Leadflow, *arguments: str, code: int = 1) -> list[tuple[str, int, str]]:
    """The findings on samples: file, line, message."""
    lines = leadflow("lint", ".", "--format", "jsonl", *arguments, code=code).stdout.splitlines()
    told = [json.loads(line) for line in lines]
    return [
        (each["span"]["file"], each["span"]["start"]["line"], each["message"].split("conform: ")[1])
        for each in told
        if each["code"] == "LF423"
    ]


def test_a_pair_is_pointed_at(project: Path, leadflow: Leadflow) -> None:
    scenario(project, "12000")
    assert found(leadflow) == [("f.flow", 12, "amount: `maximum` is 10000")]


def test_what_is_required_and_blank_is_told_at_the_pair_that_would_have_written_it(
    project: Path, leadflow: Leadflow
) -> None:
    flow = FLOW.replace("where.zip = zip", 'where.zip = zip  where.country = "US"')
    (project / "f.flow").write_text(flow.replace("  where.country", "\n    where.country"), encoding="utf-8")
    text = SCENARIOS.format(money=500, ping="yes: false", expect="{outcome: sold}").replace("94110", '""')
    (project / "f.scenarios.yaml").write_text(text, encoding="utf-8")
    assert found(leadflow) == [("f.flow", 12, "where: it lacks `zip`")]


def test_the_line_of_a_template(project: Path, leadflow: Leadflow) -> None:
    scenario(project, "50", "yes: true")
    assert found(leadflow) == [("mappings/t.json.j2", 3, 'amount: `type` is "number"')]


@pytest.mark.parametrize(("money", "ping"), [("9000", "yes: false"), ("50", "yes: false")])
def test_who_is_not_posted_to_says_nothing(project: Path, leadflow: Leadflow, money: str, ping: str) -> None:
    """The buyer's criteria keep the lead out, or the answer to its ping does."""
    scenario(project, money, ping)
    assert found(leadflow, code=0) == []


def test_a_scenario_that_expects_it_is_no_sample(project: Path, leadflow: Leadflow) -> None:
    reasons = "{reasons: {pairs: {contains: the body does not conform}}}"
    scenario(project, "12000", expect=reasons)
    assert found(leadflow, code=0) == []


def test_leads_of_a_file(project: Path, leadflow: Leadflow) -> None:
    (project / "leads.csv").write_text(
        "mail,money,zip\na@b.example,20000,94110\nb@b.example,30000,94110\n", encoding="utf-8"
    )
    assert found(leadflow, code=0) == []
    assert found(leadflow, "--leads", "leads.csv")[0] == ("f.flow", 12, "amount: `maximum` is 10000")
    said = leadflow("lint", ".", "--leads", "leads.csv", code=1).stdout
    assert "the lead of record 1 of leads.csv and 1 other" in said
    assert "20000" not in said


def test_scenarios_that_cannot_be_read_are_a_remark(project: Path, leadflow: Leadflow) -> None:
    (project / "f.scenarios.yaml").write_text("scenarios: 5\n", encoding="utf-8")
    assert "sample leads: " in leadflow("lint", ".", code=0).stderr


@pytest.mark.parametrize("side", ["wrong", "right"])
def test_the_rules_own_examples(side: str, tmp_path: Path, leadflow: Leadflow) -> None:
    for name, text in dict(MISFIT.files).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    example = MISFIT.wrong if side == "wrong" else MISFIT.right
    (tmp_path / "example.flow").write_text(complete(example), encoding="utf-8")
    said = leadflow(
        "lint", tmp_path / "example.flow", "--format", "concise", code=1 if side == "wrong" else 0
    )
    assert ("LF423" in said.stdout) is (side == "wrong")
    assert not said.stderr


def test_a_file_of_leads_that_cannot_be_looked_at_is_a_mistake(project: Path, leadflow: Leadflow) -> None:
    with (project / "f.flow").open("a", encoding="utf-8") as flow:
        flow.write("\nsource web { }\nsource other { }\n")
    (project / "leads.csv").write_text("mail,money,zip\na@b.example,20000,94110\n", encoding="utf-8")
    assert "sample leads: " in leadflow("lint", ".", "--leads", "leads.csv", code=2).stderr
    assert leadflow("lint", ".", "--leads", "leads.csv", "--source", "web", code=1).stdout
