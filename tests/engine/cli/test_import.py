"""``leadflow import``: what another system sold is not sold again, and is counted where windows are open."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.operations.dry import dry_run
from leadflow_engine.operations.loading import load
from leadflow_engine.store import SqliteStore, rebuild

Leadflow = Callable[..., Result]

FLOW = """\
flow pools "Pools"
timezone "America/Chicago"
lead {
  email  email
  phone  phone
  state  state
}
source web {
  map { email "contact.mail"  phone "contact.phone"  state "state" }
  dedupe on email within 3650d  else "known"
}
buyer ace "Ace Pools" {
  price 20.00
  cap 3 per total when state == TX
  cap 500 per month
  budget 900.00 per total
  dedupe on phone within 3650d  else "bought before"
  deliver {
    post "https://ace.example/"
    body json { p = phone.e164 }
    response json { accepted when "ok"  otherwise rejected }
  }
}
buyer bee "Bee Pools" like ace { priority 5 }
route { waterfall ace, bee { order by round_robin } }
"""
HISTORY = """\
Mail,Telefon,State,Sold to,When,Paid
Ann@Mail.example,(212) 555-0101,Texas,ACE POOLS,2026-01-03 10:00,"$20.00"
bob@mail.example,2125550102,TX,bee inc,2026-01-04 10:00,20
bob@mail.example,2125550102,TX,bee inc,2026-01-04 10:00,20
cid@mail.example,no phone,TX,ace,2026-01-05 10:00,20
dan@mail.example,2125550104,TX,nobody,2026-01-05 10:00,20
eve@mail.example,2125550105,CA,ace,soon,20
fay@mail.example,2125550106,CA,ace,2999-01-01 10:00,20
"""
OPTIONS = (
    *("--flow", "pools.flow", "--at-column", "When", "--buyer-column", "Sold to", "--price-column", "Paid"),
    *("--map", "email=Mail", "--map", "phone=Telefon", "--map", "state=State", "--buyer", "Bee Inc=bee"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "pools.flow").write_text(FLOW, encoding="utf-8")
    (tmp_path / "history.csv").write_text(HISTORY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bring(leadflow: Leadflow, *more: str, code: int = 1) -> str:
    return leadflow("import", "history.csv", *OPTIONS, *more, "--db", "j.db", code=code).output


def journal() -> SqliteStore:
    return SqliteStore.read_only(
        "j.db", VirtualClock(datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC))
    )


def rows(sql: str) -> list[tuple[object, ...]]:
    store = journal()
    try:
        return store.query(sql)
    finally:
        store.close_now()


def became(lead: dict[str, object]) -> tuple[str, str]:
    """What would become of a lead beside what was brought."""
    file = Path("lead.jsonl")
    file.write_text(json.dumps(lead), encoding="utf-8")
    at = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)
    run = dry_run(load("pools.flow").plan, "pools.flow", "web", file, at, db="j.db")
    (done,) = run.leads()
    assert done.ending is not None
    return done.ending.outcome, done.ending.reason


def test_what_was_sold_is_brought_and_what_cannot_be_read_is_told_by_its_line(
    folder: Path, leadflow: Leadflow
) -> None:
    assert bring(leadflow) == (
        "history.csv: 3 sold leads brought, 0 known before, 4 not read\n"
        "  6 dedupe keys, 6 counts in windows that are open\n"
        "line 5: phone is not a valid phone\n"
        "line 6: Sold to names no buyer of the flow; say --buyer THEIRS=OURS\n"
        "line 7: When is not a date and a time\n"
        "line 8: When is still to come\n"
    )
    ace, bee = "pools/buyer/ace", "pools/buyer/bee"
    counted = rows('SELECT "limit", counted FROM cap ORDER BY 1')
    assert [(str(limit).partition("/when")[0], count) for limit, count in counted] == [
        (f"{ace}/budget/total", 20_000_000),
        (f"{ace}/cap/total", 1),
        (f"{bee}/budget/total", 40_000_000),
        (f"{bee}/cap/total", 2),
    ]


def test_the_same_file_again_changes_nothing(folder: Path, leadflow: Leadflow) -> None:
    bring(leadflow)
    before = rows("SELECT * FROM cap"), rows("SELECT * FROM imported_key"), rows("SELECT * FROM imported")
    assert bring(leadflow).startswith("history.csv: 0 sold leads brought, 3 known before, 4 not read\n")
    assert (
        rows("SELECT * FROM cap"),
        rows("SELECT * FROM imported_key"),
        rows("SELECT * FROM imported"),
    ) == before


def test_day_one_sells_nothing_again(folder: Path, leadflow: Leadflow) -> None:
    bring(leadflow)
    assert became({"contact": {"mail": "ANN@mail.example", "phone": "2125559999"}, "state": "TX"}) == (
        "refused",
        "known",
    )
    # ace bought this phone, so bee has it
    lead = {"contact": {"mail": "new@mail.example", "phone": "212-555-0101"}, "state": "TX"}
    assert became(lead) == ("sold", "sold to bee")
    # ace had its turn before bee
    lead = {"contact": {"mail": "new@mail.example", "phone": "212-555-0199"}, "state": "CA"}
    assert became(lead) == ("sold", "sold to ace")


def test_a_line_with_an_id_counts_once_whatever_else_it_says(folder: Path, leadflow: Leadflow) -> None:
    (folder / "accepted.csv").write_text(
        "no,email,at\n1,ann@mail.example,2026-01-03 10:00\n", encoding="utf-8"
    )
    (folder / "again.csv").write_text(
        "no,email,at,note\n1,ann@mail.example,2026-01-03 10:00,x\n2,,2026-01-03 11:00,y\n", encoding="utf-8"
    )
    words = ("--as", "accepted", "--flow", "pools.flow", "--id-column", "no", "--db", "j.db")
    assert leadflow("import", "accepted.csv", *words).output.startswith(
        "accepted.csv: 1 accepted leads brought"
    )
    said = leadflow("import", "again.csv", *words).output
    assert said.startswith("again.csv: 1 accepted leads brought, 1 known before, 0 not read\n  0 dedupe keys")
    assert "1 have no dedupe key" in said
    assert became({"contact": {"mail": "ann@mail.example", "phone": "2125550101"}})[0] == "refused"


def test_a_rebuild_keeps_what_was_brought(folder: Path, leadflow: Leadflow) -> None:
    bring(leadflow)
    store = SqliteStore.open("j.db", VirtualClock(datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)))
    before = store.ask(rebuild.contents)
    store.rebuild(lambda lead, facts: [])
    assert store.ask(rebuild.contents) == before
    assert before["cap"] and before["turn"]
    store.close_now()


def test_undoing_takes_all_of_it_back(folder: Path, leadflow: Leadflow) -> None:
    bring(leadflow)
    said = leadflow("import", "history.csv", "--undo", "--because", "wrong file", "--db", "j.db").output
    assert said == "history.csv: 3 lines taken back\n"
    assert rows("SELECT * FROM cap") == rows("SELECT * FROM turn") == rows("SELECT * FROM imported_key") == []
    assert rows("SELECT lines, undone_because FROM imported") == [(3, "wrong file")]
    again = leadflow("import", "history.csv", "--undo", "--db", "j.db", code=2).output
    assert "nothing of this file is in the journal" in again
    assert bring(leadflow).startswith("history.csv: 3 sold leads brought, 0 known before")


def test_a_dry_run_brings_nothing(folder: Path, leadflow: Leadflow) -> None:
    said = leadflow("import", "history.csv", *OPTIONS, "--dry-run", code=1).output
    assert said.startswith("history.csv: 3 sold leads to bring, with 6 dedupe keys; nothing is brought\n")
    assert not (folder / "j.db").exists()


def test_nothing_personal_is_kept(folder: Path, leadflow: Leadflow) -> None:
    bring(leadflow)
    kept = (folder / "j.db").read_bytes()
    assert not any(text in kept for text in (b"ann@mail", b"Ann@Mail", b"2125550101", b"555-0101"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--flow", "pools.flow"), "has no column `at` (--at-column)"),
        (("--flow", "pools.flow", "--at-column", "When"), "which buyer bought each lead"),
        (("--flow", "pools.flow", "--at-column", "When", "--map", "mail=Mail"), "has no field `mail`"),
        ((), "which flow goes on with it?"),
    ],
)
def test_what_is_not_clear_is_asked(
    folder: Path, leadflow: Leadflow, options: tuple[str, ...], said: str
) -> None:
    result = leadflow("import", "history.csv", *options, "--db", "j.db", code=2)
    assert said in result.output
