"""The numbered migrations of the journal: each is a file of ``schema/``, applied once, in order, in a
transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Final

from leadflow_engine.store.codec import packed

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPLICATION_ID: Final = 0x4C464C57
"""``LFLW`` in the file's header: how a journal is told from other SQLite files."""

FILES: Final = (
    "0001_journal",
    "0002_views",
    "0003_reveal",
    "0004_shares",
    "0005_dimensions",
    "0006_postbacks",
    "0007_attempts",
    "0008_figures",
    "0009_suppression",
    "0010_overrides",
    "0011_money",
    "0012_after_the_sale",
    "0013_later",
    "0014_batches",
    "0015_tallies",
    "0016_imported",
    "0017_invoices",
    "0018_keys",
    "0019_signed_calls",
    "0020_sealed",
    "0021_packed",
    "0022_by_lead",
    "0024_beside",
    "0025_written",
    "0026_fewer_pages",
)
VERSION: Final = len(FILES)

_RECORDS: Final = (
    """CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
)""",
    """CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name")""",
)
"""Where ``sqlite_utils`` records which migrations a file has: letter by letter what it makes itself."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the journal to the present schema and write its number into the file's header."""
    if _header(connection, "user_version") == VERSION:
        return
    connection.create_function("packed", 1, packed, deterministic=True)
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
        _make(connection)
    else:
        from sqlite_utils import Database

        _migrations().apply(Database(connection, execute_plugins=False))
    _sign(connection)


def _make(connection: sqlite3.Connection) -> None:
    """All migrations of an empty file in one transaction, recorded as ``sqlite_utils`` does. Loading that takes a fifth
    of a second where numpy is installed, and a commit a migration another twentieth: a tenth of a service's start."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _build(connection)
        for statement in _RECORDS:
            connection.execute(statement)
        now = str(datetime.now(UTC))
        connection.executemany(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('leadflow', ?, ?)",
            [(name, now) for name in FILES],
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def build(connection: sqlite3.Connection) -> None:
    """The present schema in an empty journal that no later version will bring up: one in memory."""
    connection.create_function("packed", 1, packed, deterministic=True)
    _build(connection)
    _sign(connection)


def _build(connection: sqlite3.Connection) -> None:
    for name in FILES:
        for statement in statements(name):
            connection.execute(statement)


def _sign(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _migrations() -> Migrations:
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("leadflow")
    for name in FILES:
        migrations(name=name)(_from_file(name))
    return migrations


def _from_file(name: str) -> Callable[[Database], None]:
    def apply(database: Database) -> None:
        for statement in statements(name):
            database.conn.execute(statement)

    apply.__name__ = name
    return apply


def statements(name: str) -> Iterator[str]:
    """The statements of a migration, one by one (a script run whole would end the transaction around it)."""
    pending = ""
    text = resources.files("leadflow_engine.store").joinpath("schema", f"{name}.sql").read_text("utf-8")
    for line in text.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _header(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
