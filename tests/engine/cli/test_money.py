"""Payments, balances, invoices and statements as somebody asks for them, on a journal of three days in November."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.answers import Simulator, parse_answers
from leadflow_engine.drivers.answers import SimulatedAnswers
from leadflow_engine.drivers.clock import RealClock, VirtualClock
from leadflow_engine.operations.dry import DryRun
from leadflow_engine.operations.loading import description, load
from leadflow_engine.store import SqliteStore

FLOW = """\
flow night
timezone "America/New_York"
lead { state state }
source web { cost 50% of revenue }
buyer acme {
  legal_name "Acme Loans LLC"
  accept when state == CA
  price 10.00
  terms net 30
  deliver { post "https://acme.example/"
    response json { accepted when "ok"  otherwise rejected  reference "id" } }
}
buyer prepaid {
  price 20.00
  balance prepaid credit 5.00
  deliver { post "https://prepaid.example/"
    response json { accepted when "ok"  otherwise rejected  reference "id" } }
}
route { waterfall acme, prepaid }
"""
ANSWERS = """\
buyers:
  acme: {deliver: [{body: {ok: true, id: "=HYPERLINK(1)"}}]}
  prepaid: {deliver: [{body: {ok: true, id: P-1}}]}
"""
NOVEMBER = datetime.datetime(2026, 11, 18, 15, tzinfo=datetime.UTC)
DECEMBER = datetime.datetime(2026, 12, 1, 6, tzinfo=datetime.UTC)


class Now:
    """What the commands take for the present."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = NOVEMBER
        monkeypatch.setattr(RealClock, "now", lambda clock: self.at)
        monkeypatch.setattr("getpass.getuser", lambda: "ann")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    return Now(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: Now, leadflow: Any) -> Path:
    """A journal in which acme bought two leads and prepaid one, a day apart."""
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "night.flow").write_text(FLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    pay(leadflow, "prepaid", "30.00", "--reference", "T-1", "--flow", "night.flow")
    for day, states in enumerate((["CA"], ["CA", "TX"])):
        sold(tmp_path, states, NOVEMBER + datetime.timedelta(days=day))
    now.at = NOVEMBER + datetime.timedelta(days=2)
    return tmp_path


def sold(folder: Path, states: list[str], at: datetime.datetime) -> None:
    """Leads routed at a moment into the journal, with simulated answers."""
    clock = VirtualClock(at)
    store = SqliteStore.open(folder / "j.db", clock)
    plan = load("night.flow").plan
    store.add_plan(plan.name, description(plan))
    leads = folder / f"leads-{at:%d}.jsonl"
    leads.write_text("".join(f'{{"state": "{state}"}}\n' for state in states), encoding="utf-8")
    answers = SimulatedAnswers(Simulator(parse_answers(ANSWERS), clock.now))
    for done in DryRun(plan, "web", leads, store, clock, answers, "").leads():
        assert done.ending is not None and done.ending.outcome == "sold"
    store.close_now()


def pay(leadflow: Any, name: str, amount: str, *words: str, code: int = 0) -> str:
    said = ("payment", name, amount, "--because", "by wire", "--db", "j.db", *words)
    return str(leadflow(*said, code=code).output)


def shown(leadflow: Any, *words: str, code: int = 0) -> str:
    """What a command prints, without the leads' ids."""
    return re.sub(r"\b[0-9A-Z]{26}\b", "LEAD", leadflow(*words, "--db", "j.db", code=code).output)


def test_what_everybody_has_and_is_owed(folder: Path, leadflow: Any, snapshot: SnapshotAssertion) -> None:
    assert shown(leadflow, "balance") == snapshot
    assert json.loads(shown(leadflow, "balance", "web", "--format", "json")) == snapshot


NO_PAYMENTS = [
    (("acmee", "5.00"), "no flow of this journal has a buyer `acmee`; did you mean `acme`?"),
    (("web", "5.00"), "has a buyer `web`; there are acme, prepaid"),
    (("acme", "0"), "`0` is not an amount: write it as 1250.00"),
    (("acme", "NaN"), "`NaN` is not an amount"),
    (("acme", "1,250.00"), "`1,250.00` is not an amount"),
    (("acme", "0.001"), "has more than two places"),
    (("acme", "10000000000"), "is it right?"),
    (("acme", "5.00", "--at", "yesterday"), "`yesterday` is not a day: write it as 2026-11-20"),
    (("acme", "5.00", "--at", "2026-11-24"), "2026-11-24 is still to come"),
    (("prepaid", "31.00", "--reference", "T-1"), "has a payment `T-1` of 30.00 from 2026-11-18 already"),
    (("acme", "5.00", "--because", " "), "--because must say what it is"),
]


def test_what_is_no_payment_is_told(folder: Path, leadflow: Any) -> None:
    for (name, amount, *rest), said in NO_PAYMENTS:
        assert said in pay(leadflow, name, amount, *rest, code=2)


ODD = [
    (("prepaid", "30.01", "--back"), "prepaid has paid in 30.00 in all, and 30.01 cannot go back; --force"),
    (("web", "20.01", "--source"), "web is owed 20.00, and this is 20.01; --force"),
    (("web", "1.00", "--source", "--back"), "web was paid 0.00 in all, and 1.00 cannot go back; --force"),
]


def test_what_cannot_be_meant_is_asked_for(folder: Path, leadflow: Any) -> None:
    for (name, amount, *rest), said in ODD:
        assert said in pay(leadflow, name, amount, *rest, code=2)
    assert "web was paid 20.00" in pay(leadflow, "web", "20.00", "--source")
    assert "was paid back 31.00" in pay(leadflow, "prepaid", "31.00", "--back", "--force")


AGAIN = [
    (("30.00", "--reference", " t-1 "), 0, "as was noted before: nothing changes"),
    (("30.00", "--reference", "T-1", "--at", "2026-11-18"), 0, "as was noted before: nothing changes"),
    (("30.00", "--reference", "T-1", "--back"), 2, "already, and this one is of 30.00 that went back"),
    (("30.00", "--reference", "T-1", "--at", "2026-11-17"), 2, "already, and this one is of 30.00 from 2026-11-17"),
]  # fmt: skip


def test_a_reference_is_the_same_however_it_is_written(folder: Path, leadflow: Any) -> None:
    for (amount, *rest), code, said in AGAIN:
        assert said in pay(leadflow, "prepaid", amount, *rest, code=code)
    pay(leadflow, "acme", "1.00", "--reference", "Wire  No 7")
    assert "nothing changes" in pay(leadflow, "acme", "1.00", "--reference", "WIRE no 7")


def test_payments_come_in_go_back_and_go_out(folder: Path, leadflow: Any) -> None:
    assert "prepaid paid in 12.50" in pay(leadflow, "prepaid", "12.50", "--at", "2026-11-19")
    assert "prepaid was paid back 2.50" in pay(leadflow, "prepaid", "2.50", "--back")
    assert "nothing changes" in pay(leadflow, "prepaid", "30.00", "--reference", "T-1")
    assert "web was paid 15.00" in pay(leadflow, "web", "15.00", "--source")
    found = json.loads(shown(leadflow, "balance", "--format", "json"))
    prepaid = next(one for one in found["buyers"] if one["buyer"] == "prepaid")
    assert (prepaid["paid"], prepaid["charged"], prepaid["free"]) == (40.0, 20.0, 25.0)
    assert found["sources"] == [{"source": "web", "owed": 20.0, "paid": 15.0, "open": 5.0}]


def test_a_month_that_is_not_over_is_a_draft(
    folder: Path, leadflow: Any, snapshot: SnapshotAssertion
) -> None:
    assert shown(leadflow, "invoice", "acme", "--month", "this") == snapshot
    assert "nothing to be billed up to the end of 2026-10" in shown(leadflow, "invoice", "acme", code=2)
    assert (
        json.loads(shown(leadflow, "invoice", "acme", "--month", "2026-11", "--format", "json"))[0]["number"]
        is None
    )


def test_an_invoice_is_issued_once_and_paid(
    folder: Path, leadflow: Any, now: Now, snapshot: SnapshotAssertion
) -> None:
    now.at = DECEMBER
    first = shown(leadflow, "invoice", "acme")
    assert first == snapshot
    assert shown(leadflow, "invoice", "acme") == first
    now.at += datetime.timedelta(days=45)
    late = shown(leadflow, "balance", "acme")
    assert "invoice 2026-0001 overdue for 14 days: 20.00 open" in late
    pay(leadflow, "acme", "20.00", "--at", "2026-12-11")
    assert shown(leadflow, "invoice", "acme", "--month", "2026-11").splitlines()[-1] == (
        "open      nothing: paid 2026-12-11, after 10 days"
    )
    (invoice,) = json.loads(shown(leadflow, "invoice", "acme", "--month", "2026-11", "--format", "json"))
    assert (invoice["number"], invoice["due"], invoice["paid"]) == ("2026-0001", "2026-12-31", "2026-12-11")
    assert [line["reference"] for line in invoice["lines"]] == ["=HYPERLINK(1)"] * 2


def test_what_is_sold_after_an_early_invoice_stands_on_the_next(
    folder: Path, leadflow: Any, now: Now
) -> None:
    shown(leadflow, "invoice", "acme", "--month", "this", "--issue")
    sold(folder, ["CA", "CA", "CA"], NOVEMBER + datetime.timedelta(days=5))
    now.at = DECEMBER
    bills = json.loads(shown(leadflow, "invoice", "acme", "--format", "json"))
    assert [(one["number"], one["amount"], len(one["lines"])) for one in bills] == [
        ("2026-0001", 20.0, 2),
        ("2026-0002", 30.0, 3),
    ]


def test_what_cannot_be_billed_is_told(folder: Path, leadflow: Any) -> None:
    for month in ("2026-13", "November"):
        assert f"`{month}` is not a month" in shown(leadflow, "invoice", "acme", "--month", month, code=2)
    assert "has a buyer `nobody`; there are acme, prepaid" in shown(leadflow, "invoice", "nobody", code=2)


def test_a_week_of_every_account(folder: Path, leadflow: Any, now: Now, snapshot: SnapshotAssertion) -> None:
    assert shown(leadflow, "statement", "--week", "this") == snapshot
    now.at += datetime.timedelta(days=7)
    assert shown(leadflow, "statement") == snapshot
    assert shown(leadflow, "statement", "acme", "--week", "2026-W47", "--format", "csv") == snapshot
    assert "`2026-47` is not a week" in shown(leadflow, "statement", "--week", "2026-47", code=2)
    assert "no buyer and no source `nobody`" in shown(leadflow, "statement", "nobody", code=2)


def test_no_text_of_a_statement_is_a_formula(folder: Path, leadflow: Any) -> None:
    printed = shown(leadflow, "statement", "--week", "this", "--to", "weeks").splitlines()
    assert printed == [f"weeks/{name}-2026-W47.csv" for name in ("buyer-acme", "buyer-prepaid", "source-web")]
    table = list(csv.DictReader(io.StringIO(Path("weeks/buyer-acme-2026-W47.csv").read_text("utf-8"))))
    assert [row["reference"] for row in table] == ["", "'=HYPERLINK(1)", "'=HYPERLINK(1)", ""]
    assert [row["balance"] for row in table] == ["0.00", "10.00", "20.00", "20.00"]
    prepaid = list(csv.DictReader(io.StringIO(Path("weeks/buyer-prepaid-2026-W47.csv").read_text("utf-8"))))
    assert [row["amount"] for row in prepaid] == ["", "-30.00", "20.00", ""]


def test_a_dry_run_sees_what_is_left(folder: Path, leadflow: Any) -> None:
    (folder / "more.jsonl").write_text('{"state": "TX"}\n', encoding="utf-8")
    dry = ("dry-run", "night.flow", "more.jsonl", "--at", "2026-11-20T10:00")
    without = leadflow(*dry).output
    assert "prepaid: taken to have paid enough; --db reads what is left" in without
    assert "sold to prepaid for $20.00" in without
    assert "balance: has 15.00 of 20.00" in leadflow(*dry, "--db", "j.db").output
    pay(leadflow, "prepaid", "5.00")
    assert "sold to prepaid for $20.00" in leadflow(*dry, "--db", "j.db").output


def test_money_comes_in_while_leads_run(folder: Path, leadflow: Any, now: Now) -> None:
    store = SqliteStore.open(folder / "j.db", VirtualClock(now.at))
    try:
        assert "prepaid paid in 5.00" in pay(leadflow, "prepaid", "5.00")
        assert "invoice 2026-0001" in shown(leadflow, "invoice", "acme", "--month", "this", "--issue")
        assert store.query("SELECT paid FROM account WHERE name = 'buyer/prepaid'") == [(-35_000_000,)]
    finally:
        store.close_now()
