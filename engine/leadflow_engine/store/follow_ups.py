"""What is done about deliveries of which nobody knows yet what they came to: due times, from the first to the last."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from leadflow_engine.store.codec import iso, moment, tidy_time
from leadflow_engine.store.event import Event


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something that is due: ``kind`` is inquiry, resend or end; ``since`` is when the delivery came to be unsettled,
    ``attempts`` how often it was done."""

    lead: str
    buyer: str
    number: int
    kind: str
    since: datetime.datetime
    attempts: int


def begin(event: Event, buyer: str, number: int, firsts: Iterable[tuple[str, str]]) -> None:
    """What is to be done from now on: pairs of a kind and when it is first due."""
    for kind, due in firsts:
        event.known().followed = True
        event.then(
            "INSERT INTO follow_up (lead, buyer, number, kind, since, due) VALUES (?,?,?,?,?,?) "
            "ON CONFLICT DO NOTHING",
            (event.lead, buyer, number, kind, event.at, tidy_time(due)),
        )


def over(event: Event, buyer: str, number: int) -> None:
    """What the delivery came to is known: nothing more is done."""
    if event.known().followed:
        event.then(
            "DELETE FROM follow_up WHERE lead = ? AND buyer = ? AND number = ?", (event.lead, buyer, number)
        )


def again(event: Event, buyer: str, number: int, kind: str, attempts: int, due: str | None) -> None:
    """It was done, and is due once more, or (None) never again."""
    place = (event.lead, buyer, number, kind)
    where = "WHERE lead = ? AND buyer = ? AND number = ? AND kind = ?"
    if due is None:
        event.connection.execute(f"DELETE FROM follow_up {where}", place)
        return
    event.connection.execute(
        f"UPDATE follow_up SET due = ?, attempts = ? {where}", (tidy_time(due), attempts, *place)
    )


FREE: Final = (
    "FROM follow_up f JOIN lead l ON l.id = f.lead JOIN delivery d USING (lead, buyer, number) "
    "WHERE l.outcome IS NOT NULL AND NOT (f.kind = 'resend' AND EXISTS ("
    "  SELECT 1 FROM delivery o WHERE o.lead = d.lead AND (o.buyer, o.number) <> (d.buyer, d.number)"
    "  AND (o.exclusive OR d.exclusive) AND o.state NOT IN ('not_sent', 'declined'))) "
)
"""What can be done: nothing of a lead whose Run goes on; a post is made again only while nobody else can have got what
this buyer would have alone."""


def due(connection: sqlite3.Connection, now: datetime.datetime) -> list[FollowUp]:
    """What is due by now, the longest due first."""
    rows = connection.execute(
        f"SELECT f.lead, f.buyer, f.number, f.kind, f.since, f.attempts {FREE} AND f.due <= ? "
        "ORDER BY f.due, f.lead, f.buyer",
        (iso(now),),
    )
    return [
        FollowUp(lead, buyer, number, kind, moment(since), attempts)
        for lead, buyer, number, kind, since, attempts in rows
    ]


def next_due(connection: sqlite3.Connection) -> datetime.datetime | None:
    """When the next of all is due; None where nothing is."""
    row = connection.execute(f"SELECT min(f.due) {FREE}").fetchone()
    return moment(row[0]) if row[0] else None


def waiting_for_nothing(connection: sqlite3.Connection, now: datetime.datetime) -> list[str]:
    """Leads that wait for a word on a delivery although every delivery of theirs is settled: they may go on now."""
    rows = connection.execute(
        "SELECT w.lead FROM work w WHERE w.why IN ('in_doubt', 'pending') AND (w.due IS NULL OR w.due > ?) "
        "AND EXISTS (SELECT 1 FROM delivery d WHERE d.lead = w.lead) AND NOT EXISTS (SELECT 1 FROM delivery d "
        "  WHERE d.lead = w.lead AND d.state IN ('intent', 'in_doubt', 'pending')) ORDER BY w.lead",
        (iso(now),),
    )
    return [row[0] for row in rows]
