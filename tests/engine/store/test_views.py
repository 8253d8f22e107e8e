"""What the file answers to programs that know nothing of leadflow: plain SQL over plain tables."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore


@pytest.fixture
def told(kit: Any, store: SqliteStore) -> SqliteStore:
    """One lead sold, one unsold, one refused, one test."""
    sold = kit.story("L1")
    store.write_now(sold.accept())
    sold.records.append(rec.Judged("route.1", 1, "f10"))
    sold.records.append(
        rec.Considered(
            "route.1", 1, "CA and age < 35", "sunpath", "sold", price=Decimal("50"), position=1, ms=38.0
        )
    )
    store.write_now(sold.intent())
    store.write_now(sold.settle("confirmed"))
    store.write_now(sold.end())
    lost = kit.story("L2")
    store.write_now(lost.accept())
    lost.records.append(rec.Judged("route.1", 1, "020"))
    lost.records.append(rec.Judged("route.2", 1, "001"))
    lost.records.append(
        rec.Considered(
            "route.1",
            1,
            "",
            "sunpath",
            "capped",
            "capped",
            "cap 50 per hour is full until 10:00",
            price=Decimal("42.5"),
        )
    )
    store.write_now(lost.end("unsold", "no buyer"))
    refused = kit.story("L3")
    refused.records.append(rec.StepRecord(1, 1, "filter", "suppressed", "failure", "blocked area"))
    store.write_now(refused.end("refused", "blocked area"))
    test = kit.story("L4", test=True)
    store.write_now(test.accept())
    store.write_now(test.end("unsold", "no buyer"))
    return store


def view(store: SqliteStore, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
    return store.query(f"SELECT {columns} FROM {name} ORDER BY 1, 2, 3")


def test_distribution_has_every_buyer_considered(told: SqliteStore) -> None:
    assert view(told, "distribution", "lead, stage, buyer, outcome, reason, price, position") == [
        ("L1", "route.1", "sunpath", "sold", "", 50.0, 1),
        ("L1", "route.1", "westsun", "filtered", "age is under 40", None, None),
        ("L2", "route.1", "sunpath", "capped", "cap 50 per hour is full until 10:00", 42.5, None),
        ("L2", "route.1", "westsun", "closed", "closed until 08:00", None, None),
        ("L2", "route.2", "brightbid", "filtered", "state not bought", None, None),
    ]


def test_a_buyer_that_passed_and_was_not_reached_was_not_asked(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    story.records.append(rec.Judged("route.1", 1, "000"))
    store.write_now(story.accept())
    assert view(store, "distribution", "buyer, outcome, reason") == [
        ("sunpath", "not_asked", "its turn did not come"),
        ("westsun", "not_asked", "its turn did not come"),
    ]


def test_the_views_that_operators_read(told: SqliteStore) -> None:
    assert view(told, "sales_by_buyer", "buyer, sales, as_fallback, revenue, average_price") == [
        ("sunpath", 1, 0, 50.0, 50.0)
    ]
    assert view(told, "leads_by_outcome", "outcome, leads, revenue, cost, margin") == [
        ("refused", 1, 0.0, 0.0, 0.0),
        ("sold", 1, 50.0, 18.0, 32.0),
        ("unsold", 1, 0.0, 0.0, 0.0),
    ]
    assert view(told, "reasons_by_buyer", "buyer, outcome, reason, leads")[0] == (
        "brightbid",
        "filtered",
        "state not bought",
        1,
    )
    assert view(told, "lost_by_stage_and_cause", "stage, cause, leads, money") == [
        ("route.1", "cap", 1, 42.5),
        ("route.1", "hours", 1, 0.0),
        ("route.2", "rules", 1, 0.0),
        ("suppressed", "rules", 1, 0.0),
    ]


def test_a_lead_as_one_object(told: SqliteStore) -> None:
    summary = told.lead_summary("L1")
    assert summary is not None
    assert summary["lead"]["id"] == "L1"
    assert (summary["outcome"], summary["reason"]) == ("sold", "sold to sunpath")
    assert [(sale["buyer"], sale["price"], sale["reference"]) for sale in summary["sales"]] == [
        ("sunpath", Decimal("50.00"), "A1")
    ]
    assert [
        (each["buyer"], each["outcome"], each["price"], each["ms"]) for each in summary["distribution"]
    ] == [("sunpath", "sold", Decimal("50.00"), 38.0), ("westsun", "filtered", None, None)]
    assert [posting["url"] for posting in summary["postings"]] == ["https://sunpath.example/leads"]
    assert told.lead_summary("L99") is None
    assert told.last_lead() == "L4"


def test_a_plan_is_kept_as_it_was_first_told(kit: Any, store: SqliteStore) -> None:
    store.add_plan("4f1c09a", {**kit.plan, "files": {"flows/solar.flow": "something else"}})
    assert store.plan_files("4f1c09a") == {"flows/solar.flow": "flow solar"}
    assert store.plan_main("4f1c09a") == "flows/solar.flow"
    assert store.plan_files("unknown") == {}


def test_other_programs_read_it_as_it_is(told: SqliteStore, path: Path) -> None:
    told.close_now()
    database = sqlite_utils.Database(path)
    assert {"written", "lead", "ledger", "work"} <= set(database.table_names())
    views = {"fact", "step", "posting", "considered", "judged", "distribution", "sale", "sales_by_buyer"}
    assert views <= set(database.view_names())
    assert database.table("written").foreign_keys
    assert database.table("lead").get("L1")["outcome"] == "sold"
    assert next(iter(database.view("sale").rows))["price"] == 50_000_000
    database.close()
    other = sqlite3.connect(path)
    form = "SELECT typeof(at), at LIKE '____-__-__T%Z' FROM ledger"
    assert other.execute(form).fetchone() == ("text", 1)
    other.close()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 command here")
def test_the_sqlite3_command_reads_the_views(told: SqliteStore, path: Path) -> None:
    told.close_now()
    for name in (
        "distribution",
        "sales_by_buyer",
        "reasons_by_buyer",
        "leads_by_outcome",
        "lost_by_stage_and_cause",
    ):
        done = subprocess.run(
            ["sqlite3", "-readonly", str(path), f"SELECT * FROM {name}"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout
        assert not done.stderr
