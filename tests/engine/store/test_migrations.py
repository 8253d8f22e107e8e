"""A journal of an older leadflow holds the same rows once it is brought up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from leadflow_engine.store import SqliteStore, chain
from leadflow_engine.store.codec import packed
from leadflow_engine.store.migrations import FILES, statements
from leadflow_engine.store.rebuild import PROJECTIONS, contents
from tests.engine.store.test_rebuild import history

BEFORE = FILES.index("0022_by_lead")
PLANS = ("plan", "plan_buyer", "plan_reason", "plan_stage")
LATER = ("ping",)
FILLED_BY_TRIGGERS = {"cap": "reservation", "account": "ledger"}


def applied(connection: sqlite3.Connection, names: tuple[str, ...]) -> None:
    for name in names:
        for statement in statements(name):
            connection.execute(statement)


def copied(new: sqlite3.Connection, old: sqlite3.Connection) -> None:
    """The rows of a journal into one of an older schema."""
    for table in (*PLANS, "fact", *reversed(PROJECTIONS)):
        if table in FILLED_BY_TRIGGERS or table in LATER:
            continue
        columns = [row[0] for row in old.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        named = ",".join(f'"{column}"' for column in columns)
        marks = ",".join("?" * len(columns))
        old.executemany(
            f"INSERT INTO {table} ({named}) VALUES ({marks})", new.execute(f"SELECT {named} FROM {table}")
        )


def test_what_is_of_a_lead_stays_when_it_moves(kit: Any, store: SqliteStore) -> None:
    history(kit, store, leads=30)
    new = store._reader.connection
    with closing(sqlite3.connect(":memory:")) as old:
        old.create_function("packed", 1, packed, deterministic=True)
        applied(old, FILES[:BEFORE])
        copied(new, old)
        assert all(
            old.execute(f"SELECT 1 FROM {table}").fetchone() for table in PROJECTIONS if table not in LATER
        )
        applied(old, FILES[BEFORE:])
        assert contents(old) == contents(new)
        assert old.execute("SELECT * FROM fact ORDER BY id").fetchall() == store.query(
            "SELECT * FROM fact ORDER BY id"
        )
        assert list(chain.verify(old, store._reader.digests)) == []
        assert old.execute("SELECT * FROM account ORDER BY 1").fetchall() == store.query(
            "SELECT * FROM account ORDER BY 1"
        )
        assert old.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert old.execute("PRAGMA foreign_key_check").fetchall() == []
        for view in ("distribution", "sale", "lead_money", "leads_by_outcome", "entry"):
            query = f"SELECT * FROM {view} ORDER BY 1, 2, 3, 4, 5"
            assert old.execute(query).fetchall() == store.query(query), view


def test_its_triggers_count_on(kit: Any, store: SqliteStore) -> None:
    """What keeps caps and accounts, and refuses changes of the ledger, is there after the tables were made anew."""
    named = {name for (name,) in store.query("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {"cap_is_reserved", "cap_is_moved", "ledger_is_booked", "ledger_is_taken_out"} <= named
    assert "ledger_stays_as_it_is" in named
