"""A journal of an older leadflow holds the same rows once it is brought up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import packed
from leadflow_engine.store.migrations import FILES, _migrations, statements
from leadflow_engine.store.opening import open_writer
from leadflow_engine.store.rebuild import PROJECTIONS, contents
from tests.engine.store.test_rebuild import history

BEFORE = FILES.index("0022_by_lead")
PLANS = ("plan", "plan_buyer", "plan_reason", "plan_stage")
FILLED_BY_TRIGGERS = {"cap": "reservation", "account": "ledger"}


def applied(connection: sqlite3.Connection, names: tuple[str, ...]) -> None:
    for name in names:
        for statement in statements(name):
            connection.execute(statement)


def copied(new: sqlite3.Connection, old: sqlite3.Connection) -> None:
    """The rows of a journal into one of an older schema."""
    for table in (*PLANS, "fact", *reversed(PROJECTIONS)):
        if table in FILLED_BY_TRIGGERS:
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
        before = contents(old)
        assert all(before[table] for table in PROJECTIONS)
        applied(old, FILES[BEFORE:])
        assert contents(old) == contents(new)
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


def test_a_new_file_is_what_the_migrations_make_one_by_one(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as one_by_one,
        closing(open_writer(tmp_path / "new.db", create=True)) as new,
    ):
        one_by_one.create_function("packed", 1, packed, deterministic=True)
        _migrations().apply(Database(one_by_one, execute_plugins=False))
        for query in (
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
            "SELECT id, migration_set, name FROM _sqlite_migrations ORDER BY id",
        ):
            assert new.execute(query).fetchall() == one_by_one.execute(query).fetchall()
        assert _migrations().pending(Database(new, execute_plugins=False)) == []
