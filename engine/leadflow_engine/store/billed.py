"""What a buyer has, may have, or gave back, in a time: our side of its statement. Only reads."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from leadflow_engine.store.queries import UNSETTLED

STANDING: Final = ("confirmed", "returned", "in_doubt", "pending", "intent")
"""States of what was, or may have been, a sale."""


@dataclass(frozen=True, slots=True)
class Ours:
    """One delivery as we know it. ``at`` is ISO in UTC: when it was sold, else when it was sent; ``price`` is in
    millionths; ``why`` is what is known of one that is no sale."""

    lead: str
    number: int
    state: str
    price: int
    at: str
    reference: str
    why: str


COLUMNS = "d.lead, d.number, d.state, d.price, coalesce(d.sold_at, d.intent_at) AS at, d.reference, d.reason"


def deliveries_of(
    connection: sqlite3.Connection, flow: str, buyer: str, since: str, until: str
) -> list[Ours]:
    """Deliveries of a flow's buyer from ``since`` up to ``until`` (ISO) that were or may have been sales, the oldest
    first; none of test leads."""
    states = ",".join(f"'{state}'" for state in STANDING)
    asked = (
        f"SELECT {COLUMNS} FROM delivery d JOIN lead l ON l.id = d.lead WHERE d.buyer = ?1 AND l.flow = ?2 "
        "AND NOT l.test"
    )
    rows = connection.execute(  # two questions, each with an index of its own: most deliveries are neither
        f"{asked} AND d.sold_at >= ?3 AND d.sold_at < ?4 AND d.state IN ({states}) UNION ALL "
        f"{asked} AND d.sold_at IS NULL AND d.{UNSETTLED} AND d.intent_at >= ?3 AND d.intent_at < ?4 "
        "ORDER BY at, lead, number",
        (buyer, flow, since, until),
    )
    return [Ours(*row) for row in rows]


def delivery_of(connection: sqlite3.Connection, lead: str, buyer: str) -> Ours | None:
    """A lead's delivery to a buyer that is nearest to a sale; None where it was never offered to it."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM delivery d WHERE d.lead = ? AND d.buyer = ? "
        "ORDER BY d.state <> 'confirmed', d.state <> 'returned', d.state NOT IN ('in_doubt', 'pending', 'intent'), "
        "d.number",
        (lead, buyer),
    ).fetchone()
    return Ours(*row) if row else None


def is_test(connection: sqlite3.Connection, lead: str) -> bool:
    """Is the lead a test?"""
    return bool(connection.execute("SELECT test FROM lead WHERE id = ?", (lead,)).fetchone()[0])
