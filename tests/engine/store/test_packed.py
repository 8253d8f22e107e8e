"""Why each buyer of a stage was out, in half a byte a buyer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import packed
from leadflow_engine.store.migrations import statements

SPELT = "SELECT lead, stage, buyer, outcome, reason FROM distribution ORDER BY 1, 2, 3"


def test_a_hundred_buyers_take_fifty_bytes() -> None:
    assert len(packed("1F0" * 33 + "2")) == 50
    assert packed("f10") == b"\xf1\x00"


def test_a_journal_of_before_is_packed_and_says_the_same(
    kit: Any, store: SqliteStore, path: Path, opened: Callable[[], SqliteStore]
) -> None:
    story = kit.story("L1")
    story.records.append(rec.Judged("route.1", 1, "010"))
    story.records.append(rec.Judged("route.2", 1, "001"))
    store.write_now(story.accept())
    spelt = store.query(SPELT)
    assert ("L1", "route.1", "westsun", "filtered", "age is under 40") in spelt
    store.close_now()
    _as_before(path)
    again = opened()
    assert again.query(SPELT) == spelt
    assert again.query("SELECT typeof(digits), hex(digits) FROM judged ORDER BY stage") == [
        ("blob", "0100"),
        ("blob", "0010"),
    ]


def _as_before(path: Path) -> None:
    """The file as the version before wrote it: a digit a character, and the view that reads them so."""
    before = sqlite3.connect(path)
    before.execute("UPDATE judged SET digits = substr(hex(digits), 1, 3)")
    before.execute("DROP VIEW distribution")
    before.execute(next(one for one in statements("0002_views") if "VIEW distribution" in one))
    before.execute("DELETE FROM _sqlite_migrations WHERE name = '0021_packed'")
    before.execute("PRAGMA user_version = 20")
    before.commit()
    before.close()
