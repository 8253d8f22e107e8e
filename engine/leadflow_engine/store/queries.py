"""What commands ask of the journal: doubts, work, leads. All take a connection and only read."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.effects import Fact, Json
from leadflow_engine.store.codec import iso, moment, money
from leadflow_engine.store.seal import seal_of

AMOUNTS = frozenset("price answered_price bid cost cost_share amount credited back before value".split())
UNSETTLED: Final = "state IN ('intent', 'in_doubt', 'pending')"
"""As the index of deliveries that are open says it: beside any narrower word, so that SQLite finds it by that index."""

JSON_COLUMNS = frozenset({"fields", "dimensions", "was_read", "was_set"})


@dataclass(frozen=True, slots=True)
class Work:
    """A lead that waits: ``due`` is None where only somebody's word ends it. ``why`` is held, pending or
    in_doubt."""

    lead: str
    due: datetime.datetime | None
    why: str
    reason: str
    cursor: Json


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery of which nobody knows yet what it came to, or about which two words contradict each
    other."""

    lead: str
    buyer: str
    number: int
    state: str
    price: Decimal
    reason: str
    since: datetime.datetime
    due: datetime.datetime | None
    conflict: str


def facts(connection: sqlite3.Connection, lead: str) -> Sequence[Fact]:
    """A lead's facts in the order fed."""
    rows = connection.execute(
        "SELECT seq, facts, contents FROM written WHERE lead = ? ORDER BY last", (lead,)
    )
    return [fact for row in rows.fetchall() for fact in _facts(connection, lead, *row)]


def _facts(
    connection: sqlite3.Connection, lead: str, first: int, facts: str, contents: str | None
) -> Iterator[Fact]:
    told = json.loads(facts)
    kept = json.loads(contents) if contents is not None else [None] * len(told)
    for seq, ((key, kind, at, body, *_), content) in enumerate(zip(told, kept, strict=True), first):
        yield Fact(seq, key, kind, at, body, content_of(connection, lead, key, content))


def content_of(connection: sqlite3.Connection, lead: str, key: str, content: str | None) -> Json:
    """What a fact's column holds, opened and read; None where it was removed."""
    if content is None:
        return None
    return json.loads(seal_of(connection).open(connection, lead, key, content))


def unfinished(connection: sqlite3.Connection) -> list[str]:
    """Leads that neither ended nor wait, oldest first."""
    return [
        row[0]
        for row in connection.execute("SELECT id FROM lead WHERE outcome IS NULL ORDER BY received_at, id")
    ]


def is_unfinished(connection: sqlite3.Connection, lead: str) -> bool:
    """Did this lead begin, and neither end nor wait?"""
    row = connection.execute("SELECT outcome IS NULL FROM lead WHERE id = ?", (lead,)).fetchone()
    return bool(row and row[0])


def find(connection: sqlite3.Connection, identity: str) -> str | None:
    """The lead of this identity."""
    row = connection.execute(
        "SELECT id FROM lead WHERE identity = ? AND identity <> ''", (identity,)
    ).fetchone()
    return row[0] if row else None


def has_lead(connection: sqlite3.Connection, lead: str) -> bool:
    """Does the journal have a lead of this id? An id is made of the flow and what names the lead there."""
    return connection.execute("SELECT 1 FROM lead WHERE id = ?", (lead,)).fetchone() is not None


def last_lead(connection: sqlite3.Connection) -> str | None:
    """The lead that the latest fact belongs to."""
    row = connection.execute("SELECT lead FROM written ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else None


def work(connection: sqlite3.Connection, now: datetime.datetime | None = None) -> list[Work]:
    """Leads that wait, the soonest due first; with ``now`` only those that are due by then."""
    rows = connection.execute(
        "SELECT lead, due, why, reason, cursor FROM work WHERE ?1 IS NULL OR due <= ?1 ORDER BY due IS "
        "NULL, due, lead",
        (iso(now) if now else None,),
    )
    return [
        Work(lead, moment(due) if due else None, why, reason, json.loads(cursor))
        for lead, due, why, reason, cursor in rows
    ]


def doubts(connection: sqlite3.Connection) -> list[Doubt]:
    """Deliveries in doubt, pending or in conflict, oldest first. An intent counts once its lead no longer
    runs."""
    rows = connection.execute(
        "SELECT d.lead, d.buyer, d.number, d.state, d.price, d.reason, d.at, coalesce(d.due, w.due), "
        "d.conflict "
        "FROM delivery d JOIN lead l ON l.id = d.lead LEFT JOIN work w ON w.lead = d.lead "
        "WHERE d.state IN ('in_doubt', 'pending') OR d.conflict <> '' "
        "OR (d.state = 'intent' AND l.outcome IS NOT NULL) ORDER BY d.at, d.lead"
    )
    return [
        Doubt(
            lead,
            buyer,
            number,
            state,
            money(price) or Decimal(0),
            reason,
            moment(at),
            moment(due) if due else None,
            conflict,
        )
        for lead, buyer, number, state, price, reason, at, due, conflict in rows
    ]


def plan_files(connection: sqlite3.Connection, plan: str) -> dict[str, str]:
    """The files that a plan was made of, path to text; empty for a plan that the journal does not know."""
    rows = connection.execute("SELECT path, text FROM flow_source WHERE plan = ? ORDER BY path", (plan,))
    return dict(rows.fetchall())


def plan_main(connection: sqlite3.Connection, plan: str) -> str:
    """The path of the flow's own file among those; "" for a plan that the journal does not know."""
    row = connection.execute("SELECT main FROM plan WHERE name = ?", (plan,)).fetchone()
    return str(row[0]) if row else ""


def lead_summary(
    connection: sqlite3.Connection, lead: str, parts: Iterable[str] | None = None
) -> Mapping[str, Any] | None:
    """A lead as one object: ``lead``, ``outcome``, ``reason``, ``sales``, ``distribution``, ``steps``,
    ``postings``, ``deliveries``, ``ledger``. Amounts are ``Decimal``. None for a lead that the journal does
    not have. ``parts`` are those of ``PARTS`` that are wanted (None: all)."""
    found = next(_rows(connection, "SELECT * FROM lead WHERE id = ?", lead), None)
    if found is None:
        return None
    outcome, reason = found.pop("outcome"), found.pop("reason")
    return {
        "lead": {**found, "test": bool(found["test"])},
        "outcome": outcome,
        "reason": reason,
        **{name: list(_rows(connection, PARTS[name], lead)) for name in (PARTS if parts is None else parts)},
    }


IN_TURN: Final = (
    "(SELECT f.seq FROM fact f WHERE f.lead = d.lead "
    "AND f.key = 'intent/' || d.buyer || '/' || d.number), d.at"
)
"""The order of a lead's deliveries: that of their intents, whatever the clock showed."""

PARTS: Mapping[str, str] = {
    "attempts": "SELECT 'before' AS \"is\", lead, attempt - 1 AS attempt, because, at FROM resubmission "
    "WHERE next = ?1 UNION ALL "
    "SELECT 'after', next, attempt, because, at FROM resubmission WHERE lead = ?1 ORDER BY 3",
    "sales": "SELECT buyer, price, reference, outcome, at, conflict FROM delivery d WHERE lead = ? AND state "
    f"= 'confirmed' ORDER BY {IN_TURN}, buyer",
    "distribution": "SELECT buyer, outcome, reason, code, cause, CAST(round(bid * 1000000) AS INTEGER) AS "
    "bid, position, "
    "stage, segment, branch, ms, CAST(round(price * 1000000) AS INTEGER) AS price, note FROM distribution "
    "WHERE lead = ? "
    "ORDER BY segment, length(stage), stage, position IS NULL, position, buyer",
    "steps": "SELECT segment, number, kind, name, outcome, reason, note, was_read, was_set, cost, ms FROM "
    "step "
    "WHERE lead = ? ORDER BY segment, number",
    "postings": "WITH told AS MATERIALIZED (SELECT key, seq FROM fact WHERE lead = ?1) "
    "SELECT p.key, p.leg, p.name, p.at, p.method, p.url, p.status, p.failure, p.answer, p.ms, "
    "p.verdict, "
    "p.rule, p.reason, p.reference, p.cost FROM posting p LEFT JOIN told ON told.key = p.key "
    "WHERE p.lead = ?1 ORDER BY told.seq",
    "deliveries": "SELECT buyer, number, stage, state, price, answered_price, reference, reason, outcome, "
    "due, intent_at, "
    f"answered_at, conflict FROM delivery d WHERE lead = ? ORDER BY {IN_TURN}, number",
    "returns": 'SELECT buyer, number, at, reason, accepted, said, "by", because, credited, back FROM returned '
    "WHERE lead = ? ORDER BY noted_at, buyer, number, asked",
    "adjustments": 'SELECT buyer, number, at, before, price, "by", because FROM adjusted WHERE lead = ? '
    "ORDER BY at, buyer, number, again",
    "feedback": 'SELECT event, buyer, value, at, known_as, "by" FROM feedback WHERE lead = ? ORDER BY number',
    "ledger": "SELECT kind, party, amount, at, delivery, key AS cause FROM ledger WHERE lead = ? "
    "ORDER BY at, kind, key",
}


def _rows(connection: sqlite3.Connection, query: str, lead: str) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(query, (lead,))
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield {name: _shown(name, value) for name, value in zip(names, row, strict=True)}


def _shown(name: str, value: Any) -> Any:
    if name in AMOUNTS:
        return money(value)
    if name == "accepted":
        return bool(value)
    return json.loads(value) if name in JSON_COLUMNS else value
