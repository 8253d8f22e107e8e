"""Finding a lead by what others call it: its id, a buyer's reference, a phone, an e-mail. All only read."""

from __future__ import annotations

import sqlite3

from leadflow_engine.store.digests import instance_digests

STANDING = (
    "CASE state WHEN 'confirmed' THEN 0 WHEN 'returned' THEN 1 WHEN 'in_doubt' THEN 2 WHEN 'pending' THEN 3 "
    "WHEN 'intent' THEN 4 ELSE 5 END"
)
"""How near a delivery is to being a sale, the nearest first."""


def is_lead(connection: sqlite3.Connection, lead: str) -> bool:
    """Does the journal have a lead of this id?"""
    return connection.execute("SELECT 1 FROM lead WHERE id = ?", (lead,)).fetchone() is not None


def beginning_with(connection: sqlite3.Connection, start: str, most: int) -> list[str]:
    """Leads whose ids begin so, as it is written, in capitals or without; at most so many. Found in the index."""
    found: set[str] = set()
    for form in {start, start.upper(), start.lower()}:
        rows = connection.execute(
            "SELECT id FROM lead WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT ?2",
            (form, most),
        )
        found.update(row[0] for row in rows)
    return sorted(found)[:most]


def by_reference(connection: sqlite3.Connection, reference: str, buyer: str = "") -> list[str]:
    """Leads for which a buyer (any, where none is named) gave this reference."""
    rows = connection.execute(
        "SELECT DISTINCT lead FROM delivery WHERE reference = ?1 AND reference <> '' AND ?2 IN ('', buyer) "
        "ORDER BY lead",
        (reference, buyer),
    )
    return [row[0] for row in rows]


def by_contact(connection: sqlite3.Connection, kind: str, value: str) -> list[str]:
    """Leads with this phone or e-mail, in its one form (``values/contacts.py``)."""
    hashed = instance_digests(connection).contact(kind, value)
    rows = connection.execute(
        "SELECT c.lead FROM contact c JOIN lead l ON l.id = c.lead WHERE c.kind = ? AND c.hash = ? "
        "ORDER BY l.received_at, c.lead",
        (kind, hashed),
    )
    return [row[0] for row in rows]


def nearest_to_sale(connection: sqlite3.Connection, leads: list[str], buyer: str) -> list[str]:
    """Those of these leads whose delivery to the buyer is nearest to a sale; none where it had none of them."""
    marks = ",".join("?" * len(leads))
    rows = connection.execute(
        f"SELECT lead, min({STANDING}) FROM delivery WHERE buyer = ? AND lead IN ({marks}) GROUP BY lead ORDER BY lead",
        [buyer, *leads],
    ).fetchall()
    best = min((rank for _, rank in rows), default=None)
    return [lead for lead, rank in rows if rank == best]


def buyers_of(connection: sqlite3.Connection, lead: str) -> list[str]:
    """Buyers that have the lead, or had it."""
    rows = connection.execute(
        "SELECT DISTINCT buyer FROM delivery WHERE lead = ? AND state IN ('confirmed', 'returned') ORDER BY buyer",
        (lead,),
    )
    return [row[0] for row in rows]
