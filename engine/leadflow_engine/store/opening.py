"""Opening a journal file: what it must be, and how SQLite is told to treat it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

from leadflow_engine.store.digests import give_key
from leadflow_engine.store.errors import StoreError, explained
from leadflow_engine.store.migrations import APPLICATION_ID, VERSION, build, migrate
from leadflow_engine.store.ownership import own
from leadflow_engine.store.seal import Connection, Seal, masters_from

CHECKED_BYTES = 64 * 2**20
"""Files up to this size are checked whole when they are opened; in larger ones damage shows where it is
met."""

STATEMENTS = 512
"""Prepared statements kept."""

CHECKPOINT_PAGES = 4000
"""The log is written back every 16 MB: hot pages (caps, the ends of indexes) then cost one write for many commits."""


def open_writer(path: Path, create: bool) -> sqlite3.Connection:
    """The one writing connection, migrated. Raises ``StoreError`` for a file that is no journal."""
    if not path.exists() and not create:
        raise StoreError(f"journal {path}: there is no such file; `leadflow run ... --db {path}` makes one")
    if not path.exists():
        _make(path)
    return _opened(path, "rw", _prepare_writer)


def _make(path: Path) -> None:
    """A new journal, whole or not at all: made beside its place and moved there, so nobody meets half of one."""
    making = path.with_name(f"{path.name}.making")
    for left in (making, *(making.with_name(making.name + end) for end in ("-journal", "-wal", "-shm"))):
        left.unlink(missing_ok=True)
    connection = _opened(making, "rwc", _prepare_writer)
    give_key(connection)
    connection.close()
    making.replace(path)


def open_reader(path: Path, older: bool = False) -> sqlite3.Connection:
    """A connection that can only read; with ``older`` also a journal of an older schema, to copy it."""
    if not path.exists():
        raise StoreError(f"journal {path}: there is no such file; `leadflow run ... --db {path}` makes one")
    return _opened(path, "ro", partial(_prepare_reader, older=older))


def bring_up(path: Path) -> tuple[int, int]:
    """Bring a journal to the present schema and do nothing else to it. Gives the number of its schema before, and now.
    Raises ``StoreError``: for what is no journal, ``Held`` where another process has it."""
    with closing(open_reader(path, older=True)) as before:
        number: int = before.execute("PRAGMA user_version").fetchone()[0]
    held = own(path)
    try:
        open_writer(path, create=False).close()
    finally:
        held.release()
    return number, VERSION


def open_beside(path: Path) -> sqlite3.Connection:
    """A connection for short writes beside the process that holds the journal; it never brings the schema up."""
    return _opened(path, "rw", _prepare_beside)


def open_apart(path: Path) -> sqlite3.Connection:
    """The writing connection of another process than the one that holds, checked and migrated the journal."""
    return _opened(path, "rw", _prepare_apart)


def open_memory() -> sqlite3.Connection:
    """An empty journal in memory."""
    connection = empty_memory()
    with closing(sqlite3.connect(":memory:")) as migrated:
        migrated.deserialize(_migrated())
        migrated.backup(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@cache
def _migrated() -> bytes:
    """An empty journal with the present schema. Every migration anew takes 20 ms, a copy less than one."""
    with closing(empty_memory()) as connection:
        build(connection)
        return connection.serialize()


def empty_memory() -> Connection:
    """A connection to nothing yet, in memory: what is copied into it can be opened where a master key is given, and
    nothing is sealed there."""
    connection = sqlite3.connect(
        ":memory:",
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
        uri=True,
        factory=Connection,
    )
    connection.seal = Seal(masters_from(os.environ), seals=False)
    return connection


def file_uri(path: Path, mode: str) -> str:
    """The path as SQLite's URI: names with ``?`` and ``#`` are safe."""
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def _opened(path: Path, mode: str, prepare: object) -> sqlite3.Connection:
    assert callable(prepare)
    if path.is_dir():
        raise StoreError(f"journal {path} is a folder: give the name of a file")
    seal = Seal(masters_from(os.environ))
    connection: Connection | None = None
    try:
        connection = sqlite3.connect(
            file_uri(path, mode),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS,
            timeout=5.0,
            factory=Connection,
        )
        connection.seal = seal
        prepare(connection, path)
        return connection
    except (sqlite3.Error, StoreError) as error:
        if connection is not None:
            connection.close()
        raise (error if isinstance(error, StoreError) else explained(error, str(path))) from None


def _prepare_writer(connection: sqlite3.Connection, path: Path) -> None:
    _check_header(connection, path, new_allowed=True)
    _check_pages(connection, path)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(
            f"journal {path}: no write-ahead log is possible here ({mode}); a local disk is needed"
        )
    _write_safely(connection)  # tables that a migration drops hold personal contents, too
    migrate(connection)
    _prepare_to_write(connection)


def _prepare_apart(connection: sqlite3.Connection, path: Path) -> None:
    _check_header(connection, path, new_allowed=False)
    _write_safely(connection)
    _prepare_to_write(connection)


def _write_safely(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten in the file


def _prepare_to_write(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32000")
    # Else what a savepoint could need again is written to a file of its own: 33 writes a lead, a third of all.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")


def _prepare_reader(connection: sqlite3.Connection, path: Path, older: bool = False) -> None:
    _check_header(connection, path, new_allowed=False, older=older)
    connection.execute("PRAGMA query_only = ON")


def _prepare_beside(connection: sqlite3.Connection, path: Path) -> None:
    _check_header(connection, path, new_allowed=False)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _check_header(connection: sqlite3.Connection, path: Path, new_allowed: bool, older: bool = False) -> None:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables and new_allowed and owner in (0, APPLICATION_ID):
        return
    if owner != APPLICATION_ID and not (not version and _only_migrations(connection)):
        raise StoreError(f"journal {path}: this SQLite file belongs to another program; give another --db")
    if version > VERSION:
        raise StoreError(
            f"journal {path}: written by a newer leadflow (schema {version}, this one knows {VERSION}); "
            f"upgrade leadflow"
        )
    if version < VERSION and not (new_allowed or older):
        raise StoreError(
            f"journal {path}: its schema is {version}, this leadflow reads {VERSION}; "
            f"`leadflow migrate --db {path}` brings it up"
        )


def _only_migrations(connection: sqlite3.Connection) -> bool:
    """Whether an earlier first opening was cut off between its tables and its header."""
    try:
        row = connection.execute(
            "SELECT count(*) FROM _sqlite_migrations WHERE migration_set <> 'leadflow'"
        ).fetchone()
    except sqlite3.OperationalError:
        return False
    return bool(row[0] == 0)


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > CHECKED_BYTES:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(
            f"journal {path} is damaged: {found}; restore a copy, or salvage what is readable with "
            f"`sqlite3 FILE .recover`"
        )
