"""A shadow's journal: what is decided in it was posted to nobody, and never may be."""

from __future__ import annotations

import sqlite3

from leadflow_engine.store.errors import StoreError


def is_shadow(connection: sqlite3.Connection) -> bool:
    """Is this the journal of a shadow?"""
    return connection.execute("SELECT 1 FROM meta WHERE name = 'shadow'").fetchone() is not None


def check(connection: sqlite3.Connection, path: str, shadow: bool) -> None:
    """Keep the journals of shadows and those of leads that are really sold apart; a new one becomes what is asked for.
    Raises ``StoreError``."""
    if is_shadow(connection) == shadow:
        return
    if not shadow:
        raise StoreError(
            f"journal {path} is a shadow's: nobody was contacted about its leads, and nobody may be; "
            "give another --db, or --shadow"
        )
    if connection.execute("SELECT 1 FROM lead LIMIT 1").fetchone() is not None:
        raise StoreError(
            f"journal {path} holds leads that are really routed; give a shadow a --db of its own"
        )
    connection.execute("INSERT INTO meta (name, value) VALUES ('shadow', 'yes')")
