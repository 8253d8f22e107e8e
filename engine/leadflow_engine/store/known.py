"""What is known of a lead because it was written here: its row, deliveries, claims and entries as they stand.

The journal has one writer, so that it need not read what it wrote; and what moves several times between two commits is
written once, as it came to stand. Whoever reads or writes beside the Runs' writes gets a connection to which all of it
is written, and nothing is known any more after that (``Core.connection``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

COLUMNS: Final = ("test", "source", "cost", "cost_on", "flow", "cost_share", "dimensions")
NO_LEAD: Final[Mapping[str, Any]] = dict(zip(COLUMNS, (False, "", 0, "sale", "", 0, "{}"), strict=True))
"""What of a lead's row decides about claims, money and figures; and what is said where it has none yet."""

HOUR: Final = len("2026-11-20T15")
"""Characters of a time that name its hour."""

LEAD: Final = f"SELECT {', '.join(COLUMNS)} FROM lead WHERE id = ?"


@dataclass(slots=True, eq=False)
class DeliveryRow:
    """A row of ``delivery``; the fields stand in the order of its columns, as in the other rows here. What is true or
    false is 1 or 0 where it was read: SQLite keeps no truths."""

    lead: str
    buyer: str
    number: int
    stage: str
    state: str
    exclusive: int
    price: int
    answered_price: int | None
    reference: str
    reason: str
    outcome: str
    due: str | None
    intent_at: str
    answered_at: str | None
    failed: int
    at: str
    conflict: str
    sold_at: str | None


@dataclass(slots=True, eq=False)
class ReservationRow:
    """A row of ``reservation``."""

    lead: str
    key: str
    limit: str
    by: str
    window_start: str
    window_end: str
    spare: int
    amount: int
    state: str
    attempt: int
    money: int

    @property
    def used(self) -> int:
        """What of its cap it takes."""
        return 0 if self.state == "released" else self.amount


@dataclass(slots=True, eq=False)
class KeyRow:
    """A row of ``dedupe_key``."""

    scope: str
    fields: str
    hash: str
    at: str
    lead: str
    key: str
    state: str
    attempt: int
    first: int


@dataclass(slots=True)
class Known:
    """A lead as its rows stand. ``reservations`` and ``keys`` are by the fact that claimed them, ``entries`` the
    amounts of its ledger by kind and key. ``left`` are the digests of its keys, each with its hour. ``told`` is what
    stands where in ``written`` (None: to be asked). ``followed`` and ``waits``: it may have rows in ``follow_up``,
    ``work``."""

    row: Mapping[str, Any] | None = None
    deliveries: dict[tuple[str, int], DeliveryRow] = field(default_factory=dict)
    reservations: dict[str, dict[tuple[str, str, str], ReservationRow]] = field(default_factory=dict)
    keys: dict[str, dict[tuple[str, str, str, str], KeyRow]] = field(default_factory=dict)
    entries: dict[tuple[str, str], int] = field(default_factory=dict)
    left: set[tuple[str, str]] = field(default_factory=set)
    told: dict[Any, int] | None = field(default_factory=dict)
    followed: bool = False
    waits: bool = False

    def reserve(self, row: ReservationRow) -> None:
        """One more reservation, or another state of it."""
        self.reservations.setdefault(row.key, {})[row.limit, row.by, row.window_start] = row

    def register(self, row: KeyRow) -> None:
        """One more dedupe key."""
        self.keys.setdefault(row.key, {})[row.scope, row.fields, row.hash, row.at] = row
        self.left.add((row.hash, row.at[:HOUR]))

    def of_kinds(self, *kinds: str) -> Iterator[int]:
        """The amounts of its entries of these kinds."""
        return (amount for (kind, _), amount in self.entries.items() if kind in kinds)


def read(connection: sqlite3.Connection, lead: str) -> Known:
    """A lead as the journal has it."""
    known = Known(told=None, followed=True, waits=True)
    row = connection.execute(LEAD, (lead,)).fetchone()
    known.row = dict(zip(COLUMNS, row, strict=True)) if row else None
    for each in connection.execute("SELECT * FROM delivery WHERE lead = ?", (lead,)):
        delivery = DeliveryRow(*each)
        known.deliveries[delivery.buyer, delivery.number] = delivery
    for each in connection.execute("SELECT * FROM reservation WHERE lead = ?", (lead,)):
        known.reserve(ReservationRow(*each))
    for each in connection.execute("SELECT * FROM dedupe_key WHERE lead = ?", (lead,)):
        known.register(KeyRow(*each))
    for kind, key, amount in connection.execute(
        "SELECT kind, key, amount FROM ledger WHERE lead = ?", (lead,)
    ):
        known.entries[kind, key] = amount
    return known
