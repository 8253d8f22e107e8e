"""Rows on their way into the journal, gathered for a whole batch and written a table at a time.

A statement of many rows is one call of SQLite: the interpreter's lock is given up once for it and not once a
row, which matters while the event loop is busy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from leadflow_engine.store.known import DeliveryRow, KeyRow, Known, ReservationRow, read
from leadflow_engine.store.remembered import Remembered

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of a table are written: what stands before and behind them, and their number of columns."""

    verb: str
    columns: int
    tail: str = ""


TABLES: Final[Mapping[str, Table]] = {
    "lead": Table(
        "INSERT INTO lead (id, flow, plan, source, identity, received_at, test, cost, cost_on, fields, dimensions, "
        "cost_share)",
        12,
        " ON CONFLICT (id) DO UPDATE SET test = excluded.test, cost = excluded.cost, "
        "cost_share = excluded.cost_share, cost_on = excluded.cost_on, fields = excluded.fields, "
        "dimensions = excluded.dimensions",
    ),
    "fact": Table("INSERT INTO fact", 10),
    "step": Table("INSERT OR REPLACE INTO step", 12),
    "judged": Table("INSERT OR REPLACE INTO judged", 4),
    "considered": Table("INSERT OR REPLACE INTO considered", 14),
    "posting": Table("INSERT OR REPLACE INTO posting", 18),
    "contact": Table("INSERT OR IGNORE INTO contact", 3),
    "delivery": Table(
        "INSERT INTO delivery",
        18,
        " ON CONFLICT (lead, buyer, number) DO UPDATE SET stage = excluded.stage, state = excluded.state, "
        "price = excluded.price, answered_price = excluded.answered_price, reference = excluded.reference, "
        "reason = excluded.reason, outcome = excluded.outcome, due = excluded.due, "
        "answered_at = excluded.answered_at, failed = excluded.failed, at = excluded.at, "
        "conflict = excluded.conflict, sold_at = excluded.sold_at",
    ),
    "reservation": Table(
        "INSERT INTO reservation",
        11,
        ' ON CONFLICT (lead, key, "limit", "by", window_start) DO UPDATE SET amount = excluded.amount, '
        "state = excluded.state",
    ),
    "dedupe_key": Table(
        "INSERT INTO dedupe_key",
        8,
        " ON CONFLICT (scope, fields, hash, at, lead, key) DO UPDATE SET state = excluded.state",
    ),
    "ledger": Table("INSERT INTO ledger (lead, kind, key, party, amount, at, delivery, account, contra)", 9),
    "turn": Table("INSERT INTO turn", 4, " ON CONFLICT DO UPDATE SET last = max(last, excluded.last)"),
    "share": Table("INSERT INTO share", 4, " ON CONFLICT DO UPDATE SET behind = behind + excluded.behind"),
    "tally": Table("INSERT INTO tally", 6, " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"),
}
"""What is gathered, in the order of writing: what refers to a lead comes after it."""

SIZES: Final = (64, 16, 4, 1)
"""Rows in a statement: few sizes, so that few statements need to be kept prepared."""

KNOWN: Final = 5_000
"""Leads that are known at a time; of others it is read again."""

LEG, FAILED = 2, 10
"""Columns of a posting."""

Counted = tuple[str, str, str, str, str]
"""What is counted: flow, kind, party, figure, hour."""

Place = tuple[str, str, str]
"""A limit, the digest of what it counts by, the start of a window."""

_OF_DELIVERY: Final = attrgetter(*DeliveryRow.__slots__)
_OF_RESERVATION: Final = attrgetter(*ReservationRow.__slots__)
_OF_KEY: Final = attrgetter(*KeyRow.__slots__)


class Rows:
    """The rows of one batch, and what is known of leads under way. Not shared between threads."""

    __slots__ = (
        "_counts",
        "_looked",
        "_moved",
        "_resting",
        "_shares",
        "_then",
        "_turns",
        "_version",
        "_waiting",
        "changed",
        "committing",
        "failed",
        "hashes",
        "keys",
        "known",
        "remembered",
        "touched",
        "used",
    )

    def __init__(self) -> None:
        self._waiting: dict[str, list[Row]] = {table: [] for table in TABLES}
        self._moved: dict[DeliveryRow | ReservationRow | KeyRow, None] = {}
        self._counts: dict[Counted, int] = {}
        self._turns: dict[Place, int] = {}
        self._shares: dict[Place, int] = {}
        self._then: list[tuple[str, Row]] = []
        self._resting: list[str] = []
        self.known: dict[str, Known] = {}
        self.used: dict[Place, int] = {}
        """What is taken of caps by rows that are not written yet."""
        self.keys: set[tuple[str, str, str]] = set()
        """Dedupe keys (scope, fields, digest) of rows that are not written yet."""
        self.hashes: set[str] = set()
        """Their digests."""
        self.committing: dict[Place, int] = {}
        """What the transaction has written of caps."""
        self.failed = False
        """Has a buyer failed, by what the transaction has written?"""
        self.touched = False
        """Was something written in it that was not gathered?"""
        self.changed: int | None = None
        """The journal's count of what was changed beside leads, where it is known."""
        self._looked = False
        self._version = -1
        self.remembered = Remembered()

    # ------------------------------------------------------------------ gathering

    def add(self, table: str, row: Row) -> None:
        """Keep ``row`` for the next ``flush``."""
        self._waiting[table].append(row)

    def then(self, statement: str, values: Row) -> None:
        """Carry out a statement at the next ``flush``, after all rows and in the order of these calls."""
        self._then.append((statement, values))

    def move(self, row: DeliveryRow | KeyRow) -> None:
        """Write a delivery or a dedupe key as it will stand at the next ``flush``."""
        self._moved[row] = None
        if type(row) is KeyRow:
            self.keys.add((row.scope, row.fields, row.hash))
            self.hashes.add(row.hash)
            self.remembered.left(row.hash, row.lead)

    def claim(self, row: ReservationRow, before: int) -> None:
        """Write a reservation as it will stand at the next ``flush``; ``before`` is what it took of its cap."""
        self._moved[row] = None
        place = row.limit, row.by, row.window_start
        self.used[place] = self.used.get(place, 0) + row.used - before

    def count(self, what: Counted, amount: int) -> None:
        """Add to a tally at the next ``flush``: what a batch counts of one thing is one row written."""
        self._counts[what] = self._counts.get(what, 0) + amount

    def turn(self, place: Place, number: int) -> None:
        """A buyer had its turn at a stage (flow, stage, buyer) with this fact."""
        self._turns[place] = max(self._turns.get(place, number), number)

    def share(self, place: Place, gained: int) -> None:
        """How far a buyer is behind its share has changed by so much."""
        self._shares[place] = self._shares.get(place, 0) + gained

    def tells_of(self, lead: str) -> bool:
        """Does the lead's own row wait?"""
        return any(row[0] == lead for row in self._waiting["lead"])

    # ------------------------------------------------------------------ knowing

    def of(self, connection: sqlite3.Connection, lead: str) -> Known:
        """A lead as it stands."""
        known = self.known.get(lead)
        if known is None:
            known = self.known[lead] = read(connection, lead)
        return known

    def rest(self, lead: str) -> None:
        """A lead's Run has ended or waits: nothing of it is to be known after the next ``flush``."""
        self._resting.append(lead)

    def forget(self) -> None:
        """Know nothing any more. Only after a ``flush``."""
        self.known.clear()

    # ------------------------------------------------------------------ writing

    def clear(self) -> None:
        """Forget what is waiting and what is known: its transaction was rolled back."""
        for rows in self._waiting.values():
            rows.clear()
        for gathered in (
            self._moved,
            self._turns,
            self._shares,
            self._counts,
            self.used,
            self.keys,
            self.hashes,
            self.committing,
            self.known,
        ):
            gathered.clear()
        self._then.clear()
        self._resting.clear()

    def look(self, connection: sqlite3.Connection) -> int | None:
        """How often what stands beside leads was changed, where that is known; None where it is to be asked. Another
        process may have changed it before this transaction began, which is looked at once in it."""
        if self.touched:
            return None
        if not self._looked:
            self._looked = True
            before, self._version = self._version, connection.execute("PRAGMA data_version").fetchone()[0]
            if before != self._version:
                self.changed = None
                self.remembered.elsewhere()
        return self.changed

    def ended(self, touched: bool) -> None:
        """The transaction has ended, with what was remembered still so or (``touched``) maybe not."""
        if touched:
            self.remembered.forget()
            self.committing.clear()
            self.changed = None
        self.remembered.end(self.committing, self.failed)
        self.committing.clear()
        self.failed = self.touched = self._looked = False

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write what is waiting."""
        self._spell_out()
        for table, rows in self._waiting.items():
            if not rows:
                continue
            start, left = 0, len(rows)
            for size in SIZES:
                while left - start >= size:
                    values = list(chain.from_iterable(rows[start : start + size]))
                    connection.execute(_statement(table, size), values)
                    start += size
            rows.clear()
        for statement, said in self._then:
            connection.execute(statement, said)
        self._then.clear()
        self._let_go()

    def _spell_out(self) -> None:
        waiting = self._waiting
        for row in self._moved:
            if type(row) is DeliveryRow:
                self.failed = self.failed or bool(row.failed)
                waiting["delivery"].append(_OF_DELIVERY(row))
            elif type(row) is ReservationRow:
                waiting["reservation"].append(_OF_RESERVATION(row))
            else:
                waiting["dedupe_key"].append(_OF_KEY(row))
        self.failed = self.failed or any(row[FAILED] and row[LEG] == "ping" for row in waiting["posting"])
        waiting["turn"].extend([(*place, number) for place, number in self._turns.items()])
        waiting["share"].extend([(*place, gained) for place, gained in self._shares.items()])
        waiting["tally"].extend([(*what, amount) for what, amount in self._counts.items()])
        for place, amount in self.used.items():
            self.committing[place] = self.committing.get(place, 0) + amount
        for gathered in (
            self._moved,
            self._turns,
            self._shares,
            self._counts,
            self.used,
            self.keys,
            self.hashes,
        ):
            gathered.clear()

    def _let_go(self) -> None:
        if len(self.known) > KNOWN:
            self.known.clear()
        for lead in self._resting:
            self.known.pop(lead, None)
        self._resting.clear()


@cache
def _statement(table: str, size: int) -> str:
    said = TABLES[table]
    row = "(" + ",".join("?" * said.columns) + ")"
    return f"{said.verb} VALUES {','.join([row] * size)}{said.tail}"
