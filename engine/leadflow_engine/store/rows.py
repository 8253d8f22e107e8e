"""Rows on their way into the journal, gathered for a whole batch and written a table at a time.

A statement of many rows is one call of SQLite: the interpreter's lock is given up once for it and not once a
row, which matters while the event loop is busy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

Row = tuple[Any, ...]

TABLES: Final[Mapping[str, tuple[str, int]]] = {
    "fact": ("INSERT INTO", 10),
    "step": ("INSERT OR REPLACE INTO", 12),
    "judged": ("INSERT OR REPLACE INTO", 4),
    "considered": ("INSERT OR REPLACE INTO", 14),
    "posting": ("INSERT OR REPLACE INTO", 18),
    "contact": ("INSERT OR IGNORE INTO", 3),
}
"""What is only ever written, in the order of writing, with the number of columns."""

SIZES: Final = (64, 16, 4, 1)
"""Rows in a statement: few sizes, so that few statements need to be kept prepared."""


Counted = tuple[str, str, str, str, str]
"""What is counted: flow, kind, party, figure, hour."""

COUNT: Final = (
    "INSERT INTO tally (flow, kind, party, figure, hour, amount) VALUES (?,?,?,?,?,?) "
    "ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
)


class Rows:
    """The rows of one batch. Not shared between threads."""

    __slots__ = ("_counts", "_waiting", "leads")

    def __init__(self) -> None:
        self._waiting: dict[str, list[Row]] = {table: [] for table in TABLES}
        self._counts: dict[Counted, int] = {}
        self.leads: dict[str, Mapping[str, Any]] = {}
        """What was read of leads' rows in this batch: see ``lead_row``."""

    def add(self, table: str, row: Row) -> None:
        """Keep ``row`` for the next ``flush``."""
        self._waiting[table].append(row)

    def count(self, what: Counted, amount: int) -> None:
        """Add to a tally at the next ``flush``: what a batch counts of one thing is one row written."""
        self._counts[what] = self._counts.get(what, 0) + amount

    def clear(self) -> None:
        """Forget what is waiting: its transaction was rolled back."""
        self._counts.clear()
        self.leads.clear()
        for rows in self._waiting.values():
            rows.clear()

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write what is waiting."""
        self.leads.clear()
        for table, rows in self._waiting.items():
            start = 0
            for size in SIZES:
                while len(rows) - start >= size:
                    values = [value for row in rows[start : start + size] for value in row]
                    connection.execute(_statement(table, size), values)
                    start += size
            rows.clear()
        if self._counts:
            connection.executemany(COUNT, [(*what, amount) for what, amount in self._counts.items()])
            self._counts.clear()


@cache
def _statement(table: str, size: int) -> str:
    verb, columns = TABLES[table]
    row = "(" + ",".join("?" * columns) + ")"
    return f"{verb} {table} VALUES {','.join([row] * size)}"
