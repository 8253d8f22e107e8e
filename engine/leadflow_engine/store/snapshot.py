"""What a dry run needs of a journal, copied into memory: nothing is ever written to the file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from leadflow_engine.ports import Clock
from leadflow_engine.store.codec import iso
from leadflow_engine.store.opening import file_uri, open_memory, open_reader
from leadflow_engine.store.reads import LOOK_BACK

COPIED = {
    "meta": "SELECT * FROM journal.meta",
    "plan": "SELECT * FROM journal.plan",
    "cap": "SELECT * FROM journal.cap WHERE window_end > :now",
    "dedupe_key": "SELECT * FROM journal.dedupe_key WHERE state <> 'released'",
    "turn": "SELECT * FROM journal.turn",
    "look_up": "SELECT * FROM journal.look_up",
    "fact": "SELECT f.* FROM journal.look_up u JOIN journal.fact f ON f.lead = u.lead AND f.key = u.key",
    "delivery": "SELECT * FROM journal.delivery WHERE answered_at >= :lately OR state = 'intent'",
    "posting": "SELECT * FROM journal.posting WHERE leg = 'ping' AND at >= :lately",
}
"""Caps, dedupe, turns, kept answers, and what tells whether a buyer is down; no leads, so that none is found."""


def snapshot(path: Path, clock: Clock) -> sqlite3.Connection:
    """A journal in memory that answers limits, dedupe, turns and cache as the file does now."""
    open_reader(path).close()  # says in a sentence what is wrong with the file
    connection = open_memory()
    now = clock.now()
    times = {"now": iso(now), "lately": iso(now - 2 * LOOK_BACK)}
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("ATTACH DATABASE ? AS journal", (file_uri(path, "ro"),))
    connection.execute("BEGIN")
    for table, query in COPIED.items():
        connection.execute(f"INSERT INTO main.{table} {query}", times if ":" in query else {})
    connection.execute("COMMIT")
    connection.execute("DETACH DATABASE journal")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
