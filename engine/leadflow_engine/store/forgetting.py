"""Removing what is personal of a lead: its contents and the key that they were sealed under, what was masked of it,
and the digests by which it could be found. What was decided stays: outcomes, reasons, money, counts, and the chain of
facts, which is made of digests."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from leadflow_engine.store import batches
from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.core import Core
from leadflow_engine.store.later import is_under_way
from leadflow_engine.store.seal import seal_of

OPEN_DELIVERY = "('intent', 'pending', 'in_doubt')"


@dataclass(frozen=True, slots=True)
class Had:
    """Somebody who was told of a lead: a buyer that has it (``has``), or that was only asked; a service that was asked
    about it; the source that sent it. ``at`` is when it was told last (ISO)."""

    lead: str
    kind: str
    name: str
    has: bool
    at: str


def is_forgotten(connection: sqlite3.Connection, lead: str) -> bool:
    """Is what was personal of this lead gone?"""
    return connection.execute("SELECT 1 FROM forgotten WHERE lead = ?", (lead,)).fetchone() is not None


def hindrance(connection: sqlite3.Connection, lead: str) -> str:
    """Why a lead cannot be forgotten now, with the way out; "" where it can."""
    if is_under_way(connection, lead):
        return "is under way: try again once it has ended, or `leadflow work --drain` where nothing runs"
    open_ = connection.execute(
        f"SELECT buyer, state FROM delivery WHERE lead = ? AND state IN {OPEN_DELIVERY}", (lead,)
    ).fetchone()
    if open_:
        how = "in doubt" if open_[1] == "in_doubt" else open_[1]
        return f"is {how} at {open_[0]}: say what became of it first (`leadflow doubt settle`)"
    if connection.execute("SELECT 1 FROM work WHERE lead = ?", (lead,)).fetchone():
        return "still waits for a buyer: give it up first (`leadflow queue drop`)"
    waits = _unsent(connection, lead)
    return (
        f"stands in batch {waits}, which is not sent yet: send it first (`leadflow batch send`)"
        if waits
        else ""
    )


def forget(core: Core, lead: str, by: str, because: str) -> bool:
    """Remove what is personal of one lead that nothing hinders; False where that was done before."""
    connection = core.connection
    core.flush()
    if is_forgotten(connection, lead):
        return False
    for batch in _batches(connection, lead, "= 'sent'"):
        batches.forget(core, batch, by, because)
    for statement in REMOVALS:
        connection.execute(statement, (lead,))
    connection.execute(
        'INSERT INTO forgotten (lead, at, "by", because) VALUES (?, ?, ?, ?)',
        (lead, iso(core.clock.now()), text(by), text(because)),
    )
    seal_of(connection).forget()
    core.removed = True
    return True


STEPS_EMPTIED = (
    "UPDATE written SET steps = (SELECT json_group_array(json_set(value, '$[7]', json('{}'), '$[8]', json('{}'))) "
    "FROM json_each(steps)) WHERE lead = ? AND steps IS NOT NULL"
)
ANSWERS_EMPTIED = (
    "UPDATE written SET postings = (SELECT json_group_array(json_set(value, '$[10]', '')) FROM json_each(postings)) "
    "WHERE lead = ? AND postings IS NOT NULL"
)

REMOVALS = (
    "UPDATE written SET contents = NULL WHERE lead = ? AND contents IS NOT NULL",
    "DELETE FROM lead_key WHERE lead = ?",
    "DELETE FROM contact WHERE lead = ?",
    "UPDATE lead SET fields = '{}' WHERE id = ?",
    STEPS_EMPTIED,
    ANSWERS_EMPTIED,
    "UPDATE batch_row SET row = NULL WHERE lead = ?",
)
"""What goes. Digests of dedupe keys stay, so that a lead is not bought twice: they say nothing without this journal's
key, and fall out of use when their time is over."""


def had_by(connection: sqlite3.Connection, lead: str) -> list[Had]:
    """Everybody who was told of a lead: its source, services, buyers."""
    rows: list[Had] = [
        Had(lead, "source", source, True, at)
        for source, at in connection.execute("SELECT source, received_at FROM lead WHERE id = ?", (lead,))
    ]
    names = {"enhance": "service", "fetch": "service", "deliver": "service", "ping": "buyer", "post": "buyer"}
    sales = connection.execute(
        "SELECT buyer, max(at) FROM delivery WHERE lead = ? AND state IN ('confirmed', 'returned') GROUP BY buyer",
        (lead,),
    )
    has: dict[str, str] = dict(sales.fetchall())
    told = connection.execute(
        "SELECT leg, name, max(at) FROM posting WHERE lead = ? GROUP BY leg, name ORDER BY min(at)", (lead,)
    ).fetchall()
    found: dict[tuple[str, str], str] = {}
    for leg, name, at in told:
        if leg in names:
            place = names[leg], name
            found[place] = max(at, found.get(place, ""))
    for buyer, at in has.items():
        found.setdefault(("buyer", buyer), at)
    rows += [Had(lead, kind, name, kind == "buyer" and name in has, at) for (kind, name), at in found.items()]
    return rows


def ended_before(
    connection: sqlite3.Connection, flow: str, moment: datetime.datetime, after: str, most: int
) -> list[tuple[str, str]]:
    """Leads of a flow that ended before a moment and at or after another (ISO), and are not forgotten: each with its
    end, the oldest first, at most so many."""
    return connection.execute(
        "SELECT l.id, l.ended_at FROM lead l WHERE l.flow = ? AND l.ended_at < ? AND l.ended_at >= ? AND NOT EXISTS "
        "(SELECT 1 FROM forgotten f WHERE f.lead = l.id) ORDER BY l.ended_at, l.id LIMIT ?",
        (flow, iso(moment), after, most),
    ).fetchall()


def forgotten_leads(connection: sqlite3.Connection) -> Sequence[str]:
    """All leads of which nothing personal is left, and those whose payload was never kept."""
    rows = connection.execute(
        "SELECT lead FROM forgotten UNION SELECT lead FROM written WHERE seq = 0 "
        "AND json_extract(facts, '$[0][0]') = 'received' AND json_extract(contents, '$[0]') IS NULL"
    )
    return [row[0] for row in rows]


def _unsent(connection: sqlite3.Connection, lead: str) -> str:
    return next(iter(_batches(connection, lead, "<> 'sent'")), "")


def _batches(connection: sqlite3.Connection, lead: str, state: str) -> list[str]:
    rows = connection.execute(
        f"SELECT DISTINCT b.id FROM batch_row r JOIN batch b ON b.id = r.batch WHERE r.lead = ? AND b.state {state} "
        "AND (b.content IS NOT NULL OR r.row IS NOT NULL)",
        (lead,),
    )
    return [row[0] for row in rows]


LOOKED = "retained"
"""Under which ``meta`` holds when ``retain`` looked last."""


def looked_at(connection: sqlite3.Connection) -> datetime.datetime | None:
    """When ``retain`` looked last; None where it never did."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (LOOKED,)).fetchone()
    return moment(row[0]) if row else None


def note_look(core: Core, at: datetime.datetime) -> None:
    """Write down that ``retain`` looks now."""
    core.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (LOOKED, iso(at)))
