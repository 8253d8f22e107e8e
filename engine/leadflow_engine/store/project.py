"""From effects and records to rows: every table that is a projection is written here and nowhere else.

The live journal and a rebuild call the same ``project``; it reads nothing that is not a projection or handed
to it, so that both write the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from leadflow_engine.effects import Accept, Admit, End, Intent, LimitClaim, Result, Suspend, Write
from leadflow_engine.records import Considered, Delivery, Judged, Kept, LeadRecord, Posting, StepRecord
from leadflow_engine.store import lead_row
from leadflow_engine.store.after_sale import remind, show_returned
from leadflow_engine.store.batches import collect
from leadflow_engine.store.codec import json_text, micros, micros_or_none, shown_json, text, tidy_time
from leadflow_engine.store.deliveries import project_delivery, reserve
from leadflow_engine.store.event import Event, book, of_lead
from leadflow_engine.store.figures import count, count_of_buyer


def project(event: Event, write: Write, result: Result) -> None:
    """Write what the records say and what the effect's result makes of it."""
    project_records(event, write)
    project_effect(event, write, result)


def project_records(event: Event, write: Write) -> None:
    """Write what the records say."""
    asked_at = {fact.key: fact.at for fact in write.facts}
    for record in write.records:
        RECORDS[type(record)](event, record, asked_at)


def project_effect(event: Event, write: Write, result: Result) -> None:
    """Write what the effect's result makes of it."""
    follow = EFFECTS.get(type(write.effect.data))
    if follow is not None:
        follow(event, write, result)


# ------------------------------------------------------------------ records

Times = Mapping[str, str]


def _lead(event: Event, record: LeadRecord, times: Times) -> None:
    event.connection.execute(
        "INSERT INTO lead (id, flow, plan, source, identity, received_at, test, cost, cost_on, fields, "
        "dimensions, cost_share) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET test = excluded.test, cost = "
        "excluded.cost, cost_share = excluded.cost_share, "
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
            micros(record.cost_share),
        ),
    )
    lead_row.changed(event)
    for kind, value in record.contacts:
        event.rows.add("contact", (event.lead, kind, event.digests.contact(kind, value)))


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
    if record.kind == "intake":
        count(event, "", "leads")
        if record.outcome == "success":
            count(event, "", "accepted")


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
    if record.cause == "fraud" and record.outcome in ("rejected", "duplicate"):
        count(event, record.buyer, "fraud")


def project_posting(event: Event, record: Posting, times: Times) -> None:
    """A request and its answer; ``times`` are when calls were made, by key, where that is not now."""
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
    if record.leg in ("ping", "post"):
        count(event, record.name, "requests")
        if record.failure == "timeout":
            count(event, record.name, "timeouts")
    if record.cost:
        book(event, "look_up", record.key, record.name, -micros(record.cost))


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


RECORDS: Final[Mapping[type, Callable[[Event, Any, Times], None]]] = {
    LeadRecord: _lead,
    StepRecord: _step,
    Judged: _judged,
    Considered: _considered,
    Posting: project_posting,
    Kept: _kept,
    Delivery: project_delivery,
}


# ------------------------------------------------------------------ effects


def _accept(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, Accept)
    if not result["accepted"]:
        event.connection.execute(
            "UPDATE lead SET refused_code = ? WHERE id = ?", (result["code"], event.lead)
        )
        return
    lead = of_lead(event)
    if lead["test"]:
        return
    reserve(event, write.effect.key, data.limits, data.keys, "counted")
    if lead["cost_on"] == "accept":
        book(event, "source", f"source/{lead['source']}", lead["source"], -lead["cost"])


def _admit(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, Admit)
    limits = [limit for buyer in data.buyers if buyer.buyer not in result["out"] for limit in buyer.limits]
    reserve(event, write.effect.key, _together(limits), (), "counted")


def _together(limits: Iterable[LimitClaim]) -> Iterable[LimitClaim]:
    """Claims of one effect with what several of them take of one limit (a shared cap) added up: it has one row."""
    found: dict[tuple[str, str], LimitClaim] = {}
    for limit in limits:
        place = limit.limit, limit.by
        before = found[place].amount if place in found else 0
        found[place] = replace(limit, amount=before + limit.amount)
    return found.values()


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
    if data.row is not None:
        collect(event, data, data.row, result["batch"])
    if data.test:
        return
    reserve(event, write.effect.key, data.limits, data.keys, "held")
    event.connection.execute(
        "INSERT INTO turn (flow, stage, buyer, last) VALUES (?,?,?,?) "
        "ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
        (of_lead(event)["flow"], data.stage, data.buyer, event.number),
    )
    count(event, data.buyer, "attempts")
    if _is_first(event, data.buyer):
        count_of_buyer(event, data.buyer, "leads")
    event.connection.executemany(
        "INSERT INTO share (flow, stage, buyer, behind) VALUES (?,?,?,?) "
        "ON CONFLICT DO UPDATE SET behind = behind + excluded.behind",
        [(of_lead(event)["flow"], data.stage, buyer, gained) for buyer, gained in data.shares],
    )


def _is_first(event: Event, buyer: str) -> bool:
    """Is this the first time that the buyer is offered the lead?"""
    row = event.connection.execute(
        "SELECT count(*) FROM delivery WHERE lead = ? AND buyer = ?", (event.lead, buyer)
    ).fetchone()
    return bool(row[0] == 1)


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
    if data.forget:
        event.connection.execute(
            "UPDATE fact SET content = NULL WHERE lead = ? AND (key = 'received' OR key LIKE 'fetch/%')",
            (event.lead,),
        )
    show_returned(event)
    remind(event, "", data.postbacks)


EFFECTS: Final[Mapping[type, Callable[[Event, Write, Result], None]]] = {
    Accept: _accept,
    Admit: _admit,
    Intent: _intent,
    Suspend: _suspend,
    End: _end,
}
