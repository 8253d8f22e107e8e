"""The moment that is projected, and the two things that many projections need: the lead's row and the ledger."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadflow_engine.store.digests import Digests
from leadflow_engine.store.rows import Rows


@dataclass(frozen=True, slots=True)
class Event:
    """The moment that is projected: when it was (also as text) and the id of its fact."""

    connection: sqlite3.Connection
    rows: Rows
    digests: Digests
    lead: str
    moment: datetime.datetime
    at: str
    number: int


def book(event: Event, kind: str, key: str, party: str, amount: int) -> None:
    """Note money in the ledger; said again, the amount is replaced and the time stays."""
    event.connection.execute(
        "INSERT INTO ledger (lead, kind, key, party, amount, at) VALUES (?,?,?,?,?,?) "
        "ON CONFLICT (lead, kind, key) DO UPDATE SET amount = excluded.amount",
        (event.lead, kind, key, party, amount, event.at),
    )


def of_lead(event: Event) -> Mapping[str, Any]:
    """What of the lead's row decides about claims and money."""
    names = ("test", "source", "cost", "cost_on", "flow")
    row = event.connection.execute(
        "SELECT test, source, cost, cost_on, flow FROM lead WHERE id = ?", (event.lead,)
    ).fetchone()
    return dict(zip(names, row or (False, "", 0, "sale", ""), strict=True))
