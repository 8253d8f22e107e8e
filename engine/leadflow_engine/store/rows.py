"""Rows on their way into the journal, gathered for a whole batch and written a table at a time.

A statement of many rows is one call of SQLite: the interpreter's lock is given up once for it and not once a
row, which matters while the event loop is busy.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from leadflow_engine.store.known import DeliveryRow, KeyRow, Known, ReservationRow, read
from leadflow_engine.store.remembered import Remembered
from leadflow_engine.store.written import COLUMNS, INSERT, ROW_OF, Told, Written, drop_stored, told_of

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
    "written": Table(INSERT, COLUMNS),
    "ping": Table("INSERT OR REPLACE INTO ping", 5),
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
        9,
        " ON CONFLICT (lead, key, scope, fields, hash, at) DO UPDATE SET state = excluded.state",
    ),
    "ledger": Table("INSERT INTO ledger (lead, kind, key, party, amount, at, delivery, account, contra)", 9),
    "turn": Table("INSERT INTO turn", 4, " ON CONFLICT DO UPDATE SET last = max(last, excluded.last)"),
    "share": Table("INSERT INTO share", 4, " ON CONFLICT DO UPDATE SET behind = behind + excluded.behind"),
    "tally": Table("INSERT INTO tally", 6, " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"),
}
"""What is gathered, in the order of writing: what refers to a lead comes after it."""

MOST_AT_ONCE: Final = 16
"""Rows in a statement, at most: a batch's rows of a table are mostly one call of SQLite, and as many statements are
kept prepared. Each call gives up the interpreter's lock, and waits for it."""

MANY: Final = 64
"""Rows in a statement, where there are that many."""

KNOWN: Final = 5_000
"""Leads that are known at a time; of others it is read again."""

FAILED: Final = -1
"""The column of a ping that says so."""

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
        "_moved",
        "_open",
        "_resting",
        "_shares",
        "_then",
        "_turns",
        "_waiting",
        "_written",
        "changed",
        "committing",
        "counts",
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
        self.counts: defaultdict[Counted, int] = defaultdict(int)
        """What is added to tallies at the next ``flush``: what a batch counts of one thing is one row written."""
        self._turns: dict[Place, int] = {}
        self._shares: dict[Place, int] = {}
        self._then: list[tuple[str, Row]] = []
        self._written: dict[int, Written] = {}
        self._open: Written | None = None
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

    def turn(self, place: Place, number: int) -> None:
        """A buyer had its turn at a stage (flow, stage, buyer) with this fact."""
        self._turns[place] = max(self._turns.get(place, number), number)

    def share(self, place: Place, gained: int) -> None:
        """How far a buyer is behind its share has changed by so much."""
        self._shares[place] = self._shares.get(place, 0) + gained

    def tells_of(self, lead: str) -> bool:
        """Does the lead's own row wait?"""
        return any(row[0] == lead for row in self._waiting["lead"])

    # ------------------------------------------------------------------ facts and records

    def begin(
        self, connection: sqlite3.Connection, number: int, lead: str, last: int, hashed: str
    ) -> Written:
        """A row to which facts and records are added, behind a lead's fact of this seq and hash; it is written after
        ``end``, whoever flushes before."""
        entry = Written(number, lead, last + 1, self.told(connection, lead), hashed)
        self._open = self._written[number] = entry
        return entry

    def end(self) -> None:
        """Nothing more is added to the row that was begun last."""
        self._open = None

    def stored(self, connection: sqlite3.Connection, number: int) -> Written:
        """The row that holds the fact of this number, which is waiting or stands in the journal."""
        found = self._written.get(number)
        if found is None:
            row, lead = connection.execute(ROW_OF, (number,)).fetchone()
            found = self._written.get(row)
            if found is None:
                found = Written(row, lead, 0, self.told(connection, lead), stored=True)
                self._written[row] = found
        return found

    def told(self, connection: sqlite3.Connection, lead: str) -> Told:
        """What is told of a lead already."""
        known = self.of(connection, lead)
        if known.told is None:
            known.told = told_of(connection, lead)
        return known.told

    def take_back(
        self, connection: sqlite3.Connection, number: int, part: str, place: tuple[Any, ...]
    ) -> None:
        """A record in the row of this number is replaced by a later one."""
        waiting = self._written.get(number)
        if waiting is not None:
            waiting.drop(part, place)
        if waiting is None or waiting.stored:
            drop_stored(connection, number, part, place)

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
            self.counts,
            self.used,
            self.keys,
            self.hashes,
            self.committing,
            self.known,
            self._written,
        ):
            gathered.clear()
        self._open = None
        self._then.clear()
        self._resting.clear()

    def look(self) -> int | None:
        """How often what stands beside leads was changed, where that is known; None where it is to be asked."""
        return None if self.touched else self.changed

    def ended(self, touched: bool) -> None:
        """The transaction has ended, with what was remembered still so or (``touched``) maybe not."""
        if touched:
            self.remembered.forget()
            self.committing.clear()
            self.changed = None
        self.remembered.end(self.committing, self.failed)
        self.committing.clear()
        self.failed = self.touched = False

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write what is waiting."""
        stored = self._spell_out_written()
        self._spell_out()
        for table, rows in self._waiting.items():
            if rows:
                _insert(connection, table, rows)
                rows.clear()
        for entry in stored:
            entry.merge(connection)
        for statement, said in self._then:
            connection.execute(statement, said)
        self._then.clear()
        self._let_go()

    def _spell_out_written(self) -> list[Written]:
        """The rows of what is complete. Gives those that stand in the journal and have records beside."""
        written, rest = self._written, self._open
        self._written = {} if rest is None else {rest.number: rest}
        self._waiting["written"].extend(
            [each.row() for each in written.values() if each is not rest and not each.stored]
        )
        return [each for each in written.values() if each.stored]

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
        self.failed = self.failed or any(row[FAILED] for row in waiting["ping"])
        waiting["turn"].extend([(*place, number) for place, number in self._turns.items()])
        waiting["share"].extend([(*place, gained) for place, gained in self._shares.items()])
        waiting["tally"].extend([(*what, amount) for what, amount in self.counts.items()])
        for place, amount in self.used.items():
            self.committing[place] = self.committing.get(place, 0) + amount
        for gathered in (
            self._moved,
            self._turns,
            self._shares,
            self.counts,
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


def _insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    start, left = 0, len(rows)
    if left == 1:
        connection.execute(_statement(table, 1), rows[0])
        return
    while left:
        size = left if left <= MOST_AT_ONCE else MANY if left >= MANY else MOST_AT_ONCE
        connection.execute(_statement(table, size), list(chain.from_iterable(rows[start : start + size])))
        start += size
        left -= size


@cache
def _statement(table: str, size: int) -> str:
    said = TABLES[table]
    row = "(" + ",".join("?" * said.columns) + ")"
    return f"{said.verb} VALUES {','.join([row] * size)}{said.tail}"
