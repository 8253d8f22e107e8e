"""``leadflow forget`` and ``retain``: a person's leads, and leads whose time is over, on a journal of real runs."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

FLOW = """flow shop "Shop"
{retain}
lead {{
  mail   email  required
  phone  phone
}}
source web {{}}
enhance check {{
  post "https://check.example/v1"
  body json {{ mail = mail }}
  response json {{ accepted when "ok"  otherwise rejected }}
}}
buyer ace "Ace" {{
  legal_name "Ace Roofing, Inc."
  price 12.00
  deliver {{
    post "https://ace.example/leads"
    body json {{ mail = mail  phone = phone }}
    response json {{ accepted when "ok"  otherwise rejected }}
  }}
}}
route {{ waterfall ace }}
"""
ANSWERS = """
buyers:
  ace: {deliver: {url: ace.example/leads, answers: [{body: {ok: true}}]}}
services:
  check: {url: check.example/v1, answers: [{body: {ok: true}}]}
"""
LEADS = [
    {"mail": "Ann.Canary@shop.example", "phone": "512-555-0147"},
    {"mail": "bob@shop.example", "phone": "(512) 555 0147"},
    {"mail": "cyd@shop.example", "phone": "512-555-0199"},
]


@pytest.fixture
def sold(market: Path, buyers_of: Any, leadflow: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal in which three leads are sold."""
    (market / "shop.flow").write_text(FLOW.format(retain=""))
    (market / "shop.answers.yaml").write_text(ANSWERS)
    (market / "shop.jsonl").write_text("".join(json.dumps(lead) + "\n" for lead in LEADS))
    with buyers_of("shop.answers.yaml"):
        leadflow("run", "shop.flow", "shop.jsonl", "--db", "shop.db")
    return market / "shop.db"


def rows(journal: Path, sql: str) -> list[Any]:
    with sqlite3.connect(journal) as connection:
        return connection.execute(sql).fetchall()


def test_all_leads_of_a_phone_in_any_spelling(sold: Path, leadflow: Any) -> None:
    came = json.loads(
        leadflow(
            "forget", "--phone", "+1 512 555 0147", "--because", "asked to", "--db", sold, "--format", "json"
        ).output
    )
    assert len(came["leads"]) == 2 and came["left"] == {}
    assert {(one["kind"], one["name"], one["legal_name"], one["has"]) for one in came["had"]} == {
        ("source", "web", "", True),
        ("service", "check", "", False),
        ("buyer", "ace", "Ace Roofing, Inc.", True),
    }
    assert rows(sold, "SELECT count(*) FROM fact WHERE content IS NOT NULL") == [(3,)]
    assert b"canary" not in sold.read_bytes().lower()
    checked = leadflow("audit", "verify", "--rebuild", "--db", sold)
    assert checked.output == "3 leads, 24 facts: all holds\n"
    assert (
        "no lead of this journal"
        in leadflow("forget", "--phone", "5125550147", "--because", "again", "--db", sold, code=2).output
    )


def test_a_forgotten_lead_is_shown_as_far_as_it_is_there(sold: Path, leadflow: Any) -> None:
    leadflow("forget", "--email", "ann.canary@shop.example", "--because", "asked to", "--db", sold)
    (lead,) = rows(sold, "SELECT lead FROM forgotten")[0]
    assert "sold to ace for $12.00" in leadflow("trace", lead, "--db", sold).output
    assert "was removed" in leadflow("trace", lead, "--replay", "--db", sold, code=1).output


def test_as_a_table_for_letters(sold: Path, leadflow: Any) -> None:
    out = leadflow(
        "forget", "--email", "cyd@shop.example", "--because", "x", "--db", sold, "--format", "csv"
    ).output
    assert out.splitlines()[0] == "lead,kind,name,legal_name,has,at"
    assert any('buyer,ace,"Ace Roofing, Inc.",True,' in line for line in out.splitlines())


def test_somebody_must_be_named_and_a_reason(sold: Path, leadflow: Any) -> None:
    assert "say whom" in leadflow("forget", "--because", "x", "--db", sold, code=2).output
    assert "must say why" in leadflow("forget", "--lead", "A", "--because", " ", "--db", sold, code=2).output


def test_retain_forgets_what_ended_so_long_ago(
    market: Path, buyers_of: Any, leadflow: Any, sold: Path
) -> None:
    (market / "shop.flow").write_text(FLOW.format(retain="retain 30d"))
    late = [{"mail": "dee@shop.example"}]
    (market / "late.jsonl").write_text(json.dumps(late[0]) + "\n")
    with buyers_of("shop.answers.yaml"):
        leadflow("run", "shop.flow", "late.jsonl", "--db", sold)
        with sqlite3.connect(sold) as connection:
            (first,) = connection.execute("SELECT min(ended_at) FROM lead").fetchone()
            connection.execute(
                "UPDATE lead SET ended_at = '2026-01-01T00:00:00.000000Z' WHERE ended_at = ?", (first,)
            )
        connection.close()
        said = leadflow("work", "--drain", "--db", sold).output
    assert "shop  1 lead forgotten, as `retain` says" in said
    assert rows(sold, 'SELECT "by", because FROM forgotten') == [("retain", "retain 30d")]
