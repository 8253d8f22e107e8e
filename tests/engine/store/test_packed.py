"""Why each buyer of a stage was out, in half a byte a buyer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import packed
from leadflow_engine.store.migrations import FILES
from tests.engine.store.test_migrations import applied, copied

SPELT = "SELECT lead, stage, buyer, outcome, reason FROM distribution ORDER BY 1, 2, 3"


def test_a_hundred_buyers_take_fifty_bytes() -> None:
    assert len(packed("1F0" * 33 + "2")) == 50
    assert packed("f10") == b"\xf1\x00"


def test_a_journal_of_before_is_packed_and_says_the_same(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    story.records.append(rec.Judged("route.1", 1, "010"))
    story.records.append(rec.Judged("route.2", 1, "001"))
    store.write_now(story.accept())
    spelt = store.query(SPELT)
    assert ("L1", "route.1", "westsun", "filtered", "age is under 40") in spelt
    before = FILES.index("0021_packed")
    with closing(sqlite3.connect(":memory:")) as old:
        old.create_function("packed", 1, packed, deterministic=True)
        applied(old, FILES[:before])
        copied(store._reader.connection, old)
        old.execute("UPDATE judged SET digits = substr(hex(digits), 1, 3)")  # a digit a character
        applied(old, FILES[before:])
        assert old.execute(SPELT).fetchall() == spelt
        assert old.execute("SELECT typeof(digits), hex(digits) FROM judged ORDER BY stage").fetchall() == [
            ("blob", "0100"),
            ("blob", "0010"),
        ]
