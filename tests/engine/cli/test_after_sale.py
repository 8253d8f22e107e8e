"""`return`, `feedback` and `reconcile` as somebody gives them: what is printed, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import Result

from tests.engine.after_sale.market import FLOW

Leadflow = Callable[..., Result]

ANSWERS = """\
buyers:
  sun: {deliver: {url: "https://sun.example/", answers: [{body: {ok: true, id: "S-1"}}]}}
  moon: {deliver: {url: "https://moon.example/", answers: [{body: {ok: true}}]}}
  star: {deliver: {url: "https://star.example/", answers: [{body: {ok: true}}]}}
"""


@pytest.fixture
def lead(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    leadflow: Leadflow,
    buyers_of: Callable[..., AbstractContextManager[object]],
) -> Iterator[str]:
    """The id of a lead that was sold to sun, in the only journal of the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "solar.flow").write_text(FLOW.replace("ROUTE", "waterfall sun, moon"), encoding="utf-8")
    (tmp_path / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    (tmp_path / "leads.jsonl").write_text('{"name": "Ana", "phone": "5122360147"}\n', encoding="utf-8")
    with buyers_of("answers.yaml"):
        leadflow("run", "solar.flow", "leads.jsonl", "--db", ".leadflow/solar.db")
    told = leadflow("trace", "--last", "--format", "json").output
    yield json.loads(told)["lead"]["id"]


def test_a_return_and_its_second_time(leadflow: Leadflow, lead: str) -> None:
    first = leadflow("return", lead[:6].lower(), "sun", "--reason", "bad phone").output
    assert first == f"{lead}  sun  returned: credited $50.00; the source gives back $18.00\n"
    assert "nothing new: returned before" in leadflow("return", lead, "sun", "--reason", "fraud").output
    assert "returned: bad phone" in leadflow("trace", lead).output
    assert leadflow("trace", lead, "--replay").output.startswith("replay equal")


def test_a_denied_return_ends_with_1_and_force_needs_a_reason(leadflow: Leadflow, lead: str) -> None:
    assert (
        "denied: `no` is none of the reasons"
        in leadflow("return", lead, "sun", "--reason", "no", code=1).output
    )
    assert "needs --because" in leadflow("return", lead, "sun", "--reason", "no", "--force", code=2).output
    forced = leadflow("return", lead, "sun", "--reason", "no", "--force", "--because", "a friend").output
    assert "taken back although `no` is none of the reasons" in forced


WRONG = [
    (["return", "sun", "--from", "leads.csv"], "with --from say the buyer as --buyer NAME"),
    (["return"], "say which LEAD, which BUYER and its --reason"),
    (["return", "LEAD", "sun", "--reason", "x", "--at", "soon"], "`soon` is no date or time"),
    (["return", "--from", "leads.csv", "--buyer", "son"], "no flow of this journal has a buyer `son`"),
    (["feedback", "LEAD"], "say which LEAD and which --event"),
    (["feedback", "LEAD", "--event", "converted", "--value", "much"], "`much` is no amount"),
    (["reconcile", "sun", "leads.csv", "--settle"], "need --because"),
    (["reconcile", "sun", "leads.csv", "--since", "2026-11-01"], "say --since and --until together"),
    (["reconcile", "sun", "leads.csv"], "no column names a lead"),
    (["reconcile", "sun", "leads.csv", "--map", "x"], "`x` is no NAME=COLUMN"),
]
"""Commands that cannot be carried out, and what each says."""


def test_what_is_not_said_rightly(leadflow: Leadflow, lead: str) -> None:
    Path("leads.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for arguments, said in WRONG:
        given = (lead if word == "LEAD" else word for word in arguments)
        assert said in leadflow(*given, code=2).output


def test_files_are_matched_by_reference_and_phone(leadflow: Leadflow, lead: str) -> None:
    Path("crm.csv").write_text("Transaction ID,Status,Revenue\nS-1,Won,$900\nS-2,Won,\n", encoding="utf-8")
    told = leadflow("feedback", "--from", "crm.csv", "--buyer", "sun", "--as", "won=converted", code=1).output
    assert told.splitlines()[0] == f"{lead}  sun  converted noted" and "line 3: no lead is called so" in told
    Path("back.csv").write_text("Phone;Return Reason\n(512) 236-0147;Duplicate\n", encoding="utf-8")
    told = leadflow("return", "--from", "back.csv", "--buyer", "sun", "--format", "json").output
    assert [(came["lead"], came["state"]) for came in json.loads(told)] == [(lead, "returned")]
    story = json.loads(leadflow("trace", lead, "--format", "json").output)
    assert (story["returns"][0]["reason"], story["feedback"][0]["value"]) == ("duplicate", 900.0)


@pytest.mark.parametrize(
    "head",
    ["returned on", "Date Returned", "RETURN_DATE", "Returned-At", "Date of return", "Return date (EST)"],
)
def test_the_day_of_a_return_has_many_names(leadflow: Leadflow, lead: str, head: str) -> None:
    Path("back.csv").write_text(f"Reference,{head},Reason,Rep\nS-1,2020-01-01,duplicate,Joe\n,,,\n", "utf-8")
    told = leadflow("return", "--from", "back.csv", "--buyer", "sun", code=1).output
    assert "not possible: 2020-01-01 05:00 UTC is before the sale" in told
    assert "not read: column `Rep`; --map NAME=COLUMN says what one is" in told
    assert "line 3" not in told


def test_what_a_file_lacks_is_told_once(leadflow: Leadflow, lead: str) -> None:
    Path("back.csv").write_text("Reference,Rep\nS-1,Joe\nS-2,Joe\n", encoding="utf-8")
    told = leadflow("return", "--from", "back.csv", "--buyer", "sun", code=2).output
    assert told.count("no column is a reason; it has Reference, Rep. Say --map reason=COLUMN") == 1
    assert (
        "returned: credited"
        in leadflow("return", "--from", "back.csv", "--buyer", "sun", "--reason", "duplicate", code=1).output
    )


def test_days_the_wrong_way_round_are_told(leadflow: Leadflow, lead: str) -> None:
    Path("list.csv").write_text("Reference,Price\nS-1,50\n", encoding="utf-8")
    turned = ("--since", "2026-11-02", "--until", "2026-11-01")
    told = leadflow("reconcile", "sun", "list.csv", *turned, code=2).output
    assert "--since 2026-11-02 is after --until 2026-11-01" in told


def test_a_statement_that_agrees_ends_with_0(leadflow: Leadflow, lead: str) -> None:
    Path("list.csv").write_text("Reference,Price\nS-1,50\n", encoding="utf-8")
    assert " both have it             1  $50.00  $50.00" in leadflow("reconcile", "sun", "list.csv").output
    Path("list.csv").write_text("Reference,Price\nS-1,45\n", encoding="utf-8")
    done = leadflow("reconcile", "sun", "list.csv", "--adjust", "--because", "agreed", code=1).output
    assert done.splitlines()[-1] == f"{lead}  sun/1 pays 45.00 now"
    assert leadflow("reconcile", "sun", "list.csv", "--format", "csv").output.startswith("kind,line,lead")
