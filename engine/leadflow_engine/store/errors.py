"""What goes wrong with a journal, in sentences that say what to do."""

from __future__ import annotations

import sqlite3


class StoreError(Exception):
    """The journal could not do what was asked; nothing of it holds. Its text is meant for a person."""


class Held(StoreError):
    """Another process writes to the journal; it may be had later."""


class Full(StoreError):
    """There is no room on the disk; what was committed is safe, and writing goes on once there is."""


HINTS = (
    (
        "is full",
        "the disk is full: free some space; what was committed is safe, and the same command goes on",
    ),
    ("readonly", "the file cannot be written: check its owner and permissions, or give another --db"),
    (
        "malformed",
        "the file is damaged: restore a copy, or salvage what is readable with `sqlite3 FILE .recover`",
    ),
    ("not a database", "the file is not a SQLite database: give another --db, or restore a copy"),
    ("locked", "another program is writing to the file: end it, then try again"),
    ("disk i/o", "the disk reports an error: check it; what was committed before is not affected"),
    ("unable to open", "the file cannot be opened: check that its folder exists and may be written"),
    (
        "foreign key",
        "a lead or a plan is named that the journal does not know: a plan is added before its first lead",
    ),
    (
        "in the journal already",
        "two processes or two Runs worked on this lead at once: only the first one's facts hold",
    ),
)


def explained(error: sqlite3.Error, path: str) -> StoreError:
    """``error`` of SQLite as a ``StoreError`` that names the file and a way out."""
    text = str(error)
    hint = next((say for word, say in HINTS if word in text.lower()), "nothing of this was written")
    kind = Full if "is full" in text.lower() else StoreError
    return kind(f"journal {path}: {text}; {hint}")
