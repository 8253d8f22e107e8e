"""What became of leads, as a yes or a no: what a score is trained on, and held against."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

SOLD: Final = "sold"
RETURNED: Final = "returned"


@dataclass(frozen=True, slots=True)
class Came:
    """A lead, when it came (ISO), and whether what was asked for came true of it."""

    lead: str
    at: str
    good: bool


def came_of(connection: sqlite3.Connection, flow: str, target: str, since: str, until: str) -> list[Came]:
    """The leads of a flow that came in that time and of which the target can be told, the oldest first; no tests.

    ``sold``: of leads that were offered to the end, whether a buyer took them (a fallback is no sale). ``returned``: of
    sales, whether they came back. Any other word is an event of feedback: of sales, whether anybody told of it."""
    good = {
        SOLD: "l.outcome = 'sold'",
        RETURNED: "EXISTS (SELECT 1 FROM returned r WHERE r.lead = l.id AND r.accepted)",
    }.get(target, "EXISTS (SELECT 1 FROM feedback f WHERE f.lead = l.id AND f.event = :target)")
    among = (
        "l.outcome IN ('sold', 'fallback', 'unsold')"
        if target == SOLD
        else "EXISTS (SELECT 1 FROM delivery d WHERE d.lead = l.id AND d.sold_at IS NOT NULL AND d.outcome = 'sold')"
    )
    rows = connection.execute(
        f"SELECT l.id, l.received_at, {good} FROM lead l WHERE l.flow = :flow AND NOT l.test AND {among} "
        "AND l.received_at >= :since AND l.received_at < :until ORDER BY l.received_at, l.id",
        {"flow": flow, "target": target, "since": since, "until": until},
    )
    return [Came(lead, at, bool(good)) for lead, at, good in rows]


def events(connection: sqlite3.Connection, flow: str) -> dict[str, int]:
    """The events of feedback that a flow's leads have, with how many leads each."""
    rows = connection.execute(
        "SELECT f.event, count(DISTINCT f.lead) FROM feedback f JOIN lead l ON l.id = f.lead "
        "WHERE l.flow = ? AND NOT l.test GROUP BY f.event ORDER BY 2 DESC, 1",
        (flow,),
    )
    return dict(rows.fetchall())


def scores(connection: sqlite3.Connection, flow: str) -> dict[str, dict[str, str]]:
    """What each of a flow's scores, shadows too, came to for each lead, as texts, by score and lead."""
    rows = connection.execute(
        "SELECT s.name, s.lead, s.was_set FROM step s JOIN lead l ON l.id = s.lead "
        "WHERE l.flow = ? AND NOT l.test AND s.kind = 'score' AND s.outcome = 'success' ORDER BY s.name",
        (flow,),
    )
    found: dict[str, dict[str, str]] = {}
    for name, lead, said in rows:
        value = json.loads(said).get(name)
        if isinstance(value, str):
            found.setdefault(name, {})[lead] = value
    return found
