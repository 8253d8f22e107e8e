"""The leads of one run: each once, in the order in which they ended.

A file may hold millions of them, so that what is remembered of each lies in a temporary file of SQLite's, which it
removes itself: 115 MB of memory for a million leads are 2 MB.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

TOGETHER: Final = 500
"""Leads that are written, and given, at once."""
PAGES: Final = -2_000
"""Memory for pages, in the words of ``PRAGMA cache_size``: 2 MB."""


class RunLeads:
    """Leads by their ids, and how long those took that were routed, in milliseconds."""

    def __init__(self) -> None:
        self._file = sqlite3.connect(
            "", isolation_level=None
        )  # a database of its own, on disk once it is large
        self._file.execute(f"PRAGMA cache_size = {PAGES}")
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("CREATE TABLE lead (id TEXT NOT NULL UNIQUE, ms REAL)")
        self._waiting: list[tuple[str, float | None]] = []

    def __del__(self) -> None:
        self._file.close()

    def add(self, lead: str, ms: float | None) -> None:
        """Note a lead; one that is there already stays where it is. ``ms`` is None where it was not routed."""
        self._waiting.append((lead, ms))
        if len(self._waiting) >= TOGETHER:
            self._write()

    def __len__(self) -> int:
        self._write()
        [(count,)] = self._file.execute("SELECT count(*) FROM lead")
        return int(count)

    def __iter__(self) -> Iterator[str]:
        return (lead for some in self.some() for lead in some)

    def some(self) -> Iterator[list[str]]:
        """All of them, a few hundred at a time."""
        self._write()
        cursor = self._file.execute("SELECT id FROM lead ORDER BY rowid")
        while found := cursor.fetchmany(TOGETHER):
            yield [lead for (lead,) in found]

    def percentile(self, percent: int) -> float | None:
        """The smallest time that at least ``percent`` per cent of them do not exceed; None where none was routed."""
        self._write()
        [(count,)] = self._file.execute("SELECT count(ms) FROM lead")
        place = max(0, -(-percent * count // 100) - 1)
        sql = "SELECT ms FROM lead WHERE ms IS NOT NULL ORDER BY ms LIMIT 1 OFFSET ?"
        return next((float(ms) for (ms,) in self._file.execute(sql, (place,))), None)

    def _write(self) -> None:
        rows, self._waiting = self._waiting, []
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO lead VALUES (?, ?) ON CONFLICT (id) DO NOTHING", rows)
        self._file.execute("COMMIT")
