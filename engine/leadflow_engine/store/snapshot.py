"""What a dry run needs of a journal, copied into memory: nothing is ever written to the file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from leadflow_engine.ports import Clock
from leadflow_engine.store.codec import iso
from leadflow_engine.store.opening import file_uri, open_memory, open_reader
from leadflow_engine.store.reads import LOOK_BACK

COPIED = {
    "meta": "",
    "cap": "WHERE window_end > :now",
    "dedupe_key": "",
    "imported": "",
    "imported_key": "",
    "turn": "",
    "suppression": "",
    "override": "",
    "share": "",
    "tally": "",
    "account": "",
    "invoice": "",
    "payment": "",
    "look_up": "",
    "lead_key": "WHERE lead IN (SELECT lead FROM journal.look_up)",
    "written": "WHERE id IN (SELECT w.id FROM journal.look_up u JOIN journal.written w ON w.lead = u.lead "
    "WHERE EXISTS (SELECT 1 FROM json_each(w.facts) f WHERE json_extract(f.value, '$[0]') = u.key))",
    "delivery": "WHERE answered_at >= :lately OR state = 'intent'",
    "ping": "WHERE at >= :lately",
}
"""Caps, dedupe, turns, suppressions, kept answers, and what tells whether a buyer is down; no leads, so that none is
found."""

EARLIER = "journal/"
"""Stands before the names of the leads that what is copied belongs to: a lead that is tried again under its
own name is another lead, and a duplicate of its first self."""


def snapshot(path: Path, clock: Clock) -> sqlite3.Connection:
    """A journal in memory that answers limits, dedupe, turns and cache as the file does now."""
    open_reader(path).close()  # says in a sentence what is wrong with the file
    connection = open_memory()
    now = clock.now()
    times = {"now": iso(now), "lately": iso(now - 2 * LOOK_BACK)}
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("ATTACH DATABASE ? AS journal", (file_uri(path, "ro"),))
    connection.execute("DROP TRIGGER payment_is_booked")  # the accounts are copied, with what was paid
    connection.execute("BEGIN")
    for table, which in COPIED.items():
        connection.execute(
            f"INSERT INTO main.{table} SELECT {_columns(connection, table)} FROM journal.{table} t {which}",
            times,
        )
    connection.execute("COMMIT")
    connection.execute("DETACH DATABASE journal")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _columns(connection: sqlite3.Connection, table: str) -> str:
    names = [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    return ", ".join(f"'{EARLIER}' || t.lead" if name == "lead" else f't."{name}"' for name in names)
