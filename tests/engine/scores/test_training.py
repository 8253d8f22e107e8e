"""Training from a journal: what is looked at, how good it is told to be, and when nothing is made of it."""

from __future__ import annotations

import datetime
import json
import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from leadflow_dsl import check
from leadflow_engine.answers import Simulator, parse_answers
from leadflow_engine.cli import main
from leadflow_engine.drivers.answers import SimulatedAnswers
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.operations.comparing_scores import compare
from leadflow_engine.operations.dry import DryRun
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.training import Report, TooFew, Wanted, train
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.reports.trained import compared_lines, trained_lines
from leadflow_engine.store import SqliteStore, StoreError

FLOW = """\
flow loans
timezone "America/New_York"
dimension campaign
lead {
  first_name    first_name
  email         email
  phone_1       phone
  postal_code   postal_code
  state         state
  birth_date    dob
  age           number  = birth_date.age
  race          text
  campaign      text
  comments      text
  credit_score  number
  owner         boolean
  owed          money
  share         number  = owed / 1000
  ratio         number  = owed / age
}
enhance grade on demand {
  post "https://grade.example/"
  body json { mail = email }
  response json { accepted when "ok"  otherwise rejected  set letter enum(a, b)  "letter" }
}
score points { start 50  add 20 when credit_score >= 700 }
score luck { start 0  add 1 when random <= 50  shadow }
buyer ace {
  accept when points >= 0
  price 20.00
  deliver {
    post "https://ace.example/"
    body json { credit = credit_score  owed = owed }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall ace }
"""
ANSWERS = {
    "seed": 3,
    "buyers": {
        "ace": {
            "deliver": {
                "url": "https://ace.example/",
                "answers": [{"when": {"credit": {"below": 640}}, "chance": "85%", "body": {"ok": False}}],
                "accept": "85%",
                "accepted": {"body": {"ok": True}},
                "rejected": {"body": {"ok": False}},
            }
        }
    },
}
START = datetime.datetime(2024, 9, 1, 12, tzinfo=datetime.UTC)


def leads(number: int) -> Iterator[Mapping[str, Any]]:
    """Leads of every kind; what they owe comes as often as not."""
    dice = random.Random(11)
    for count in range(number):
        yield {
            "first_name": f"Ann{count}",
            "email": f"ann{count}@{dice.choice(['gmail.com', 'work.example'])}",
            "phone_1": f"212555{count % 10000:04}",
            "postal_code": "10001",
            "state": dice.choice(["NY", "CA", "TX"]),
            "birth_date": f"{dice.randint(1950, 2000)}-05-05",
            "race": dice.choice(["x", "y"]),
            "campaign": dice.choice(["spring", "Spring", "fall"]),
            "comments": f"note {count}",
            "credit_score": dice.randint(500, 800),
            "owner": dice.choice(["yes", "no"]),
            **({"owed": dice.randint(100, 9000)} if dice.random() < 0.7 else {}),
        }


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, SqliteStore]:
    """A plan and a journal of 1,200 of its leads, of five days."""
    root = tmp_path_factory.mktemp("loans")
    checked = check(root / "loans.flow", FLOW)
    assert checked.flow is not None, checked.diagnostics
    plan, clock = make_plan(checked.flow), VirtualClock(START)
    (root / "leadflow.toml").touch()
    (root / "loans.flow").write_text(FLOW, encoding="utf-8")
    store = SqliteStore.memory(clock)
    store.add_plan(plan.name, description(plan))
    answers = SimulatedAnswers(Simulator(parse_answers(yaml.safe_dump(ANSWERS)), clock.now))
    lines = [json.dumps(lead) + "\n" for lead in leads(1_200)]
    for number in range(24):
        clock.at = START + number * datetime.timedelta(hours=5)
        file = root / f"leads_{number}.jsonl"
        file.write_text("".join(lines[number * 50 : number * 50 + 50]), encoding="utf-8")
        assert len(list(DryRun(plan, "default", file, store, clock, answers, "").leads())) == 50
    return plan, store


def wanted(**said: Any) -> Wanted:
    usual = {
        "target": "sold",
        "kind": "logistic",
        "since": START - datetime.timedelta(days=1),
        "now": START + datetime.timedelta(days=60),
        "ripe": datetime.timedelta(days=30),
    }
    return Wanted(**{**usual, **said})


@pytest.fixture(scope="module")
def report(journal: tuple[Plan, SqliteStore]) -> Report:
    """A logistic model of what is sold."""
    plan, store = journal
    return train(store, plan, wanted())


@pytest.mark.parametrize("kind", ["logistic", "trees"])
def test_a_model_is_made_and_told_how_good_it_is(journal: tuple[Plan, SqliteStore], kind: str) -> None:
    plan, store = journal
    report = train(store, plan, wanted(kind=kind))
    assert (report.leads, report.shown, report.unread) == (1_200, 900, 0)
    assert 0.7 < report.auc < 0.95
    assert report.weights[0].feature == "credit_score"
    assert sum(group.leads for group in report.groups) == 300
    assert report.groups[0].came_true > 0.7 > 0.5 > report.groups[-1].came_true
    text = "\n".join(line.plain for line in trained_lines(report, "sold", 100))
    assert f"AUC {report.auc:.3f}" in text
    assert "1200 leads" in text and "tried on the 300" in text


def test_what_is_made_runs_in_the_flow(journal: tuple[Plan, SqliteStore], report: Report) -> None:
    plan, _ = journal
    flow = FLOW.replace("score luck {", 'score trained { model "models/sold.json"  shadow }\nscore luck {')
    checked = check(Path(plan.flow.root) / "loans.flow", flow, {"models/sold.json": report.text})
    assert checked.flow is not None and not checked.errors, checked.diagnostics
    (step,) = [step for step in checked.flow.steps if step.name == "trained"]
    assert step.trained.version == report.model.version  # type: ignore[union-attr]
    assert make_plan(checked.flow).name != plan.name


def test_nobody_is_looked_at_for_who_they_are(report: Report) -> None:
    fields = {feature.read.name for feature in report.model.features}
    assert fields == {
        "credit_score",
        "owner",
        "owed",
        "share",
        "state",
        "campaign",
        "email",
        "received_at",
        "fields_present",
    }
    assert {one.field: one.why for one in report.choice.left_out} == {
        "first_name": "says who somebody is",
        "postal_code": "is a place finer than a state, a proxy for origin and income",
        "birth_date": "is protected, or stands for what is",
        "age": "is protected, or stands for what is",
        "race": "is protected, or stands for what is",
        "comments": "is free text",
        "ratio": "is made of age, which is protected, or stands for what is",
        "grade.letter": "is not known of every lead when it comes in",
    }


def test_words_of_a_field_are_one_whatever_their_case(journal: tuple[Plan, SqliteStore]) -> None:
    plan, store = journal
    report = train(store, plan, wanted(without=frozenset({"state", "email"})))
    names = [feature.name for feature in report.model.features]
    assert [name for name in names if name.startswith("campaign")] == [
        "campaign is fall",
        "campaign is spring",
    ]
    assert "owed missing" in names and not any(name.startswith(("state", "email")) for name in names)


def test_too_few_leads_make_no_model(journal: tuple[Plan, SqliteStore]) -> None:
    plan, store = journal
    with pytest.raises(TooFew, match=r"too few leads to train on: \d+ sold and \d+ not, where 200 of each"):
        train(store, plan, wanted(since=START + datetime.timedelta(days=4)))


def test_an_event_that_nobody_told_of_is_no_target(journal: tuple[Plan, SqliteStore]) -> None:
    plan, store = journal
    with pytest.raises(StoreError, match="nobody has told `converted` of a sold lead of loans in that time"):
        train(store, plan, wanted(target="converted"))


def test_scores_are_held_against_what_became_of_leads(journal: tuple[Plan, SqliteStore]) -> None:
    _, store = journal
    now = START + datetime.timedelta(days=60)
    found = compare(store, "loans", "sold", START, now, datetime.timedelta())
    assert list(found) == ["luck", "points"]
    assert found["points"][0] == 1_200
    assert (found["points"][1] or 0) > 0.6 > (found["luck"][1] or 1)
    assert compared_lines(found, "sold")[1].plain.startswith("luck")


def test_the_command_writes_a_model_that_lint_takes(
    journal: tuple[Plan, SqliteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, store = journal
    root = Path(plan.flow.root)
    monkeypatch.chdir(root)
    with closing(sqlite3.connect(root / "loans.db")) as file:
        store.ask(lambda connection: connection.backup(file))
    words = ["--target", "sold", "--out", "models/sold.json", "--without", "state", "--db", "loans.db"]
    done = CliRunner().invoke(main, ["train", "loans.flow", *words], prog_name="leadflow")
    assert done.exit_code == 0, done.output
    assert "logistic model sold-" in done.output and "AUC 0." in done.output
    assert 'score next { model "models/sold.json"  shadow }' in done.output
    flow = FLOW.replace("score luck {", 'score trained { model "models/sold.json" }\nscore luck {')
    (root / "next.flow").write_text(flow.replace("points >= 0", "trained >= 0"), encoding="utf-8")
    linted = CliRunner().invoke(main, ["lint", "next.flow", "--format", "concise"])
    assert "LF56" not in linted.output
    scored = CliRunner().invoke(main, ["scores", "loans", "--db", "loans.db"])
    assert [line.split()[0] for line in scored.output.splitlines()] == ["score", "luck", "points"]
