"""What moved on a party's account in a time: charges, credits and payments, with what was open before."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass

from leadflow_engine.store.codec import iso, moment

ENTRIES = (
    "SELECT l.at, l.kind, l.lead, l.delivery, coalesce(d.reference, '') AS reference, l.amount FROM ledger l "
    "LEFT JOIN delivery d ON d.lead = l.lead AND d.buyer || '/' || d.number = l.delivery WHERE l.account = ?1 "
    "UNION ALL SELECT paid_at, 'payment', '', '', reference, amount FROM payment WHERE account = ?1 "
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry: ``kind`` of the ledger, or ``payment``; ``amount`` in millionths, positive where the party owes it."""

    at: datetime.datetime
    kind: str
    lead: str
    delivery: str
    reference: str
    amount: int


@dataclass(frozen=True, slots=True)
class Movements:
    """A party's account over a time; ``before`` is what was open when it began (positive: the party owes it)."""

    party: str
    before: int
    entries: tuple[Movement, ...]


def movements(
    connection: sqlite3.Connection, party: str, since: datetime.datetime, until: datetime.datetime
) -> Movements:
    """What moved on ``buyer/NAME`` or ``source/NAME`` from ``since`` to before ``until``."""
    before = connection.execute(
        f"SELECT coalesce(sum(amount), 0) FROM ({ENTRIES}) WHERE at < ?2", (party, iso(since))
    ).fetchone()[0]
    rows = connection.execute(
        f"SELECT * FROM ({ENTRIES}) WHERE at >= ?2 AND at < ?3 ORDER BY at, lead, kind",
        (party, iso(since), iso(until)),
    )
    entries = tuple(Movement(moment(at), *rest) for at, *rest in rows)
    return Movements(party, int(before), entries)
