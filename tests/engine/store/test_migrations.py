"""A journal of an older leadflow holds the same rows once it is brought up."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from leadflow_engine import records as rec
from leadflow_engine.cli import main
from leadflow_engine.store import SqliteStore, chain, opening
from leadflow_engine.store.codec import packed
from leadflow_engine.store.digests import give_key
from leadflow_engine.store.errors import Held
from leadflow_engine.store.migrations import APPLICATION_ID, FILES, VERSION, _migrations, migrate, statements
from leadflow_engine.store.opening import bring_up, open_writer
from leadflow_engine.store.ownership import own
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


def test_a_migration_leaves_no_copy_of_what_is_personal(kit: Any, store: SqliteStore, tmp_path: Path) -> None:
    """What is removed of a lead later is removed where it stands, and would be left where it stood."""
    for number in range(120):
        story = kit.story(f"L{number}")
        body = f"CANARY{number:03}" + "x" * (number * 37 % 900)
        story.fact("enhance/check/1", "call", {}, {"body": body})
        story.records += [rec.StepRecord(1, n, "set", "bill", "success", note="n" * 90) for n in range(6)]
        store.write_now(story.accept())
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA secure_delete = ON")
        old.create_function("packed", 1, packed, deterministic=True)
        applied(old, FILES[:BEFORE])
        copied(store._reader.connection, old)
        old.execute("BEGIN")
        applied(old, FILES[BEFORE:])
        old.execute("COMMIT")
    found = re.findall(rb"CANARY\d+", path.read_bytes())
    assert sorted(found) == [b"CANARY%03d" % number for number in range(120)]


def test_a_migration_overwrites_what_it_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite does by itself as some build it, and not as others do."""
    seen: list[Any] = []
    connect = sqlite3.connect

    def looked(connection: sqlite3.Connection) -> None:
        seen.append(connection.execute("PRAGMA secure_delete").fetchone())
        migrate(connection)

    def careless(*words: Any, **rest: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*words, **rest)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr(opening, "migrate", looked)
    monkeypatch.setattr(sqlite3, "connect", careless)
    open_writer(tmp_path / "new.db", create=True).close()
    assert set(seen) == {(1,)}


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


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A journal as the version before this one made it."""
    path = tmp_path / "older.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_function("packed", 1, packed, deterministic=True)
        _migrations().apply(Database(connection, execute_plugins=False), stop_before=FILES[-1])
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION - 1}")
        give_key(connection)
    return path


def test_an_older_journal_is_brought_up_by_a_command_of_its_own(older: Path) -> None:
    def leadflow(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--db", str(older)])

    refused = leadflow("audit", "verify", "--rebuild")
    assert refused.exit_code == 2
    assert f"its schema is {VERSION - 1}, this leadflow reads {VERSION}" in refused.output
    assert f"`leadflow migrate --db {older}` brings it up" in refused.output
    kept = leadflow("backup", str(older.with_name("copy.db")))
    assert kept.exit_code == 0, kept.output
    assert leadflow("migrate").output == f"{older}  schema {VERSION}, which was {VERSION - 1}\n"
    assert leadflow("audit", "verify", "--rebuild").output == "0 leads, 0 facts: all holds\n"
    assert leadflow("migrate").output == f"{older}  schema {VERSION}, as before\n"
    with closing(sqlite3.connect(older.with_name("copy.db"))) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (VERSION - 1,)


def test_who_has_a_journal_keeps_it_as_it_is(older: Path) -> None:
    held = own(older)
    try:
        with pytest.raises(Held):
            bring_up(older)
    finally:
        held.release()
    assert bring_up(older) == (VERSION - 1, VERSION)
