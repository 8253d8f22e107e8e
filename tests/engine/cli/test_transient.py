"""What is transient is used in the run and kept nowhere: an ended lead's journal does not hold it, in any table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Leadflow = Callable[..., Result]

SSN = "078-05-1120"
FLOW = """\
flow loans
lead {
  mail  email  required
  ssn   ssn
  pin   text   transient
}
buyer bank {
  price 30.00
  deliver {
    post "https://bank.example/in"
    body json { mail = mail  last_four = ssn.last_four  pin = pin }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall bank }
"""
ANSWERS = """\
buyers:
  bank: {deliver: {url: bank.example/in, answers: [{when: {last_four: "1120"}, body: {ok: true}}, {body: {ok: false}}]}}
"""


@pytest.fixture
def loans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "loans.flow").write_text(FLOW)
    (tmp_path / "answers.yaml").write_text(ANSWERS)
    leads = [
        {"mail": "ann@example.com", "ssn": SSN, "pin": "tulip-77"},
        {"mail": "bob@example.com"},
    ]
    (tmp_path / "leads.jsonl").write_text("".join(json.dumps(lead) + "\n" for lead in leads))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_sent_and_then_gone(loans: Path, leadflow: Leadflow, buyers_of: Callable[..., Any]) -> None:
    with buyers_of("answers.yaml"):
        leadflow("run", "loans.flow", "leads.jsonl", "--db", "loans.db")
    journal = sqlite3.connect("loans.db")
    dump = "\n".join(journal.iterdump())
    assert "tulip-77" not in dump
    assert SSN not in dump and SSN.replace("-", "") not in dump
    ((sold,), (other,)) = journal.execute("SELECT id FROM lead ORDER BY outcome").fetchall()
    journal.close()
    assert "sold to bank" in leadflow("trace", sold, "--db", "loans.db").output
    printed = leadflow("trace", sold, "--db", "loans.db", "--replay", code=1).output
    assert "what came with the lead was removed" in printed
    assert "replay equal" in leadflow("trace", other, "--db", "loans.db", "--replay").output


def test_the_same_file_again_knows_the_lead(
    loans: Path, leadflow: Leadflow, buyers_of: Callable[..., Any]
) -> None:
    with buyers_of("answers.yaml") as buyers:
        for _ in range(2):
            leadflow("run", "loans.flow", "leads.jsonl", "--db", "loans.db", "--key", "mail")
        assert buyers.posts("bank") == 2
