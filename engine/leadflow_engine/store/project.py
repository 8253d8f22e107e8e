"""From effects and records to rows: every table that is a projection is written here and nowhere else.

The live journal and a rebuild call the same ``project``; it reads nothing that is not a projection or handed
to it, so that both write the same rows.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadflow_engine.effects import Accept, End, Intent, KeyClaim, LimitClaim, Result, Suspend, Write
from leadflow_engine.limits import windows
from leadflow_engine.records import Considered, Delivery, Judged, Kept, LeadRecord, Posting, StepRecord
from leadflow_engine.settle import RESERVATION
from leadflow_engine.store.codec import iso, json_text, micros, micros_or_none, shown_json, text, tidy_time
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


def project(event: Event, write: Write, result: Result) -> None:
    """Write what the records say and what the effect's result makes of it."""
    asked_at = {fact.key: fact.at for fact in write.facts}
    for record in write.records:
        RECORDS[type(record)](event, record, asked_at)
    follow = EFFECTS.get(type(write.effect.data))
    if follow is not None:
        follow(event, write, result)


# ------------------------------------------------------------------ records

Times = Mapping[str, str]


def _lead(event: Event, record: LeadRecord, times: Times) -> None:
    event.connection.execute(
        "INSERT INTO lead (id, flow, plan, source, identity, received_at, test, cost, cost_on, fields, "
        "dimensions) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET test = excluded.test, cost = "
        "excluded.cost, "
        "cost_on = excluded.cost_on, fields = excluded.fields, dimensions = excluded.dimensions",
        (
            event.lead,
            record.flow,
            record.plan,
            record.source,
            text(record.identity),
            tidy_time(record.received_at),
            record.test,
            micros(record.cost),
            record.cost_on,
            shown_json(record.values),
            shown_json(record.dimensions),
        ),
    )


def _step(event: Event, record: StepRecord, times: Times) -> None:
    row = (
        event.lead,
        record.segment,
        record.number,
        record.kind,
        record.name,
        record.outcome,
        text(record.reason),
        text(record.note),
        shown_json(record.read),
        shown_json(record.set),
        micros(record.cost),
        record.ms,
    )
    event.rows.add("step", row)


def _judged(event: Event, record: Judged, times: Times) -> None:
    event.rows.add("judged", (event.lead, record.segment, record.stage, record.digits.upper()))


def _considered(event: Event, record: Considered, times: Times) -> None:
    row = (
        event.lead,
        record.segment,
        record.stage,
        record.branch,
        record.buyer,
        record.outcome,
        record.code,
        text(record.reason),
        record.cause,
        micros_or_none(record.bid),
        micros_or_none(record.price),
        record.position,
        record.ms,
        text(record.note),
    )
    event.rows.add("considered", row)


def _posting(event: Event, record: Posting, times: Times) -> None:
    failed = bool(record.failure) or (record.status or 0) >= 500
    at = times.get(record.key, event.at)
    row = (
        event.lead,
        record.key,
        record.leg,
        record.name,
        tidy_time(at),
        record.method,
        text(record.url),
        record.request_hash,
        record.status,
        record.failure,
        failed,
        text(record.answer),
        record.ms,
        record.verdict,
        record.rule,
        text(record.reason),
        text(record.reference),
        micros(record.cost),
    )
    event.rows.add("posting", row)
    if record.cost and not _of_lead(event)["test"]:
        _book(event, "look_up", record.key, record.name, -micros(record.cost))


def _kept(event: Event, record: Kept, times: Times) -> None:
    event.connection.execute(
        "INSERT INTO look_up (name, hash, at, lead, key) VALUES (?,?,?,?,?) ON CONFLICT (name, hash) DO "
        "UPDATE "
        "SET at = excluded.at, lead = excluded.lead, key = excluded.key WHERE (excluded.at, excluded.lead) "
        "> (at, lead)",
        (
            record.name,
            event.digests.cache(record.name, record.value),
            tidy_time(times.get(record.key, event.at)),
            event.lead,
            record.key,
        ),
    )


def _delivery(event: Event, record: Delivery, times: Times) -> None:
    event.connection.execute(
        "INSERT INTO delivery (lead, buyer, number, stage, state, exclusive, price, answered_price, "
        "reference, reason, "
        "outcome, due, intent_at, at) VALUES (:lead, :buyer, :number, :stage, 'intent', 0, :price, NULL, "
        "'', '', "
        ":outcome, NULL, :at, :at) ON CONFLICT DO NOTHING",
        {
            "lead": event.lead,
            "buyer": record.buyer,
            "number": record.number,
            "stage": record.stage,
            "price": micros(record.price),
            "outcome": record.outcome,
            "at": event.at,
        },
    )
    event.connection.execute(
        "UPDATE delivery SET price = ?, answered_price = ?, reference = ?, reason = ?, outcome = ?, due = ?, "
        "stage = CASE WHEN ? = '' THEN stage ELSE ? END WHERE lead = ? AND buyer = ? AND number = ?",
        (
            micros(record.price),
            micros_or_none(record.answered_price),
            text(record.reference),
            text(record.reason),
            record.outcome,
            tidy_time(record.due),
            record.stage,
            record.stage,
            event.lead,
            record.buyer,
            record.number,
        ),
    )
    move_delivery(event, record.buyer, record.number, record.state)


RECORDS: Final[Mapping[type, Callable[[Event, Any, Times], None]]] = {
    LeadRecord: _lead,
    StepRecord: _step,
    Judged: _judged,
    Considered: _considered,
    Posting: _posting,
    Kept: _kept,
    Delivery: _delivery,
}


# ------------------------------------------------------------------ deliveries


def move_delivery(event: Event, buyer: str, number: int, state: str) -> None:
    """A delivery's new state, and what it does to its reservations and to the ledger."""
    if state == "intent":
        return
    event.connection.execute(
        "UPDATE delivery SET failed = CASE WHEN answered_at IS NULL THEN ?1 IN ('not_sent', 'in_doubt') "
        "ELSE failed END, "
        "answered_at = coalesce(answered_at, ?2), at = CASE WHEN state = ?1 THEN at ELSE ?2 END, state = ?1 "
        "WHERE lead = ?3 AND buyer = ?4 AND number = ?5",
        (state, event.at, event.lead, buyer, number),
    )
    key = f"intent/{buyer}/{number}"
    if RESERVATION[state] != "held":
        _move_reservations(event, key, RESERVATION[state])
    if state == "confirmed":
        _book_sale(event, buyer, number, key)


def _move_reservations(event: Event, key: str, to: str) -> None:
    """A slot kept in a later window counts there only where the answer came after that window had begun."""
    event.connection.execute(
        "UPDATE reservation SET state = CASE WHEN spare AND ?1 = 'counted' AND window_start > ?2 THEN "
        "'released' ELSE ?1 END "
        "WHERE lead = ?3 AND key = ?4 AND state = 'held'",
        (to, event.at, event.lead, key),
    )
    event.connection.execute(
        "UPDATE dedupe_key SET state = ? WHERE lead = ? AND key = ? AND state = 'held'", (to, event.lead, key)
    )


def _book_sale(event: Event, buyer: str, number: int, key: str) -> None:
    lead = _of_lead(event)
    _mark_second_sale(event, buyer, number)
    if lead["test"]:
        return
    price = event.connection.execute(
        "SELECT price FROM delivery WHERE lead = ? AND buyer = ? AND number = ?", (event.lead, buyer, number)
    ).fetchone()[0]
    _book(event, "sale", key, buyer, price)
    if lead["cost_on"] == "sale":
        _book(event, "source", f"source/{lead['source']}", lead["source"], -lead["cost"])


def _mark_second_sale(event: Event, buyer: str, number: int) -> None:
    other = event.connection.execute(
        "SELECT o.buyer FROM delivery o, delivery d WHERE d.lead = ?1 AND d.buyer = ?2 AND d.number = ?3 "
        "AND o.lead = ?1 "
        "AND o.state = 'confirmed' AND (o.buyer, o.number) <> (?2, ?3) AND (o.exclusive OR d.exclusive) "
        "ORDER BY 1 LIMIT 1",
        (event.lead, buyer, number),
    ).fetchone()
    if other:
        event.connection.execute(
            "UPDATE delivery SET conflict = ? WHERE lead = ? AND buyer = ? AND number = ?",
            (f"sold exclusively, and {other[0]} has it too", event.lead, buyer, number),
        )


def _book(event: Event, kind: str, key: str, party: str, amount: int) -> None:
    event.connection.execute(
        "INSERT INTO ledger (lead, kind, key, party, amount, at) VALUES (?,?,?,?,?,?) "
        "ON CONFLICT (lead, kind, key) DO UPDATE SET amount = excluded.amount",
        (event.lead, kind, key, party, amount, event.at),
    )


def _of_lead(event: Event) -> Mapping[str, Any]:
    names = ("test", "source", "cost", "cost_on", "flow")
    row = event.connection.execute(
        "SELECT test, source, cost, cost_on, flow FROM lead WHERE id = ?", (event.lead,)
    ).fetchone()
    return dict(zip(names, row or (False, "", 0, "sale", ""), strict=True))


# ------------------------------------------------------------------ effects


def _accept(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, Accept)
    if not result["accepted"]:
        event.connection.execute(
            "UPDATE lead SET refused_code = ? WHERE id = ?", (result["code"], event.lead)
        )
        return
    lead = _of_lead(event)
    if lead["test"]:
        return
    _reserve(event, write.effect.key, data.limits, data.keys, "counted")
    if lead["cost_on"] == "accept":
        _book(event, "source", f"source/{lead['source']}", lead["source"], -lead["cost"])


def _intent(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, Intent)
    if not result["granted"]:
        return
    event.connection.execute(
        "INSERT INTO delivery (lead, buyer, number, stage, state, exclusive, price, intent_at, at) "
        "VALUES (?,?,?,?,'intent',?,?,?,?)",
        (
            event.lead,
            data.buyer,
            data.number,
            data.stage,
            data.exclusive,
            micros(data.price),
            event.at,
            event.at,
        ),
    )
    if data.test:
        return
    _reserve(event, write.effect.key, data.limits, data.keys, "held")
    event.connection.execute(
        "INSERT INTO turn (flow, stage, buyer, last) VALUES (?,?,?,?) "
        "ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
        (_of_lead(event)["flow"], data.stage, data.buyer, event.number),
    )


def _reserve(
    event: Event, key: str, limits: Iterable[LimitClaim], keys: Iterable[KeyClaim], state: str
) -> None:
    rows = [
        (
            event.lead,
            key,
            claim.limit,
            event.digests.by(claim.limit, claim.by),
            iso(span.start),
            iso(span.end),
            place > 0,
            claim.amount,
            state,
        )
        for claim in limits
        for place, span in enumerate(windows(claim.period, claim.zone, event.moment, claim.timeout))
    ]
    if rows:
        values = ",".join(["(?,?,?,?,?,?,?,?,?)"] * len(rows))
        event.connection.execute(
            f"INSERT INTO reservation VALUES {values}", [value for row in rows for value in row]
        )
    for claim in keys:
        digest = event.digests.dedupe(claim.fields, claim.value)
        event.connection.execute(
            "INSERT OR IGNORE INTO dedupe_key VALUES (?,?,?,?,?,?,?)",
            (claim.scope, claim.fields, digest, event.at, event.lead, key, state),
        )


def _suspend(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, Suspend)
    event.connection.execute(
        "INSERT INTO work (lead, due, why, reason, cursor) VALUES (?,?,?,?,?) ON CONFLICT (lead) DO UPDATE "
        "SET due = excluded.due, why = excluded.why, reason = excluded.reason, cursor = excluded.cursor",
        (
            event.lead,
            tidy_time(data.due),
            data.why,
            text(data.reason),
            json_text(data.cursor, "the cursor"),
        ),
    )
    event.connection.execute(
        "UPDATE lead SET outcome = ?, reason = ? WHERE id = ?", (data.why, text(data.reason), event.lead)
    )


def _end(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, End)
    event.connection.execute("DELETE FROM work WHERE lead = ?", (event.lead,))
    event.connection.execute(
        "UPDATE lead SET outcome = ?, reason = ?, ended_at = ? WHERE id = ?",
        (data.outcome, text(data.reason), event.at, event.lead),
    )


EFFECTS: Final[Mapping[type, Callable[[Event, Write, Result], None]]] = {
    Accept: _accept,
    Intent: _intent,
    Suspend: _suspend,
    End: _end,
}
