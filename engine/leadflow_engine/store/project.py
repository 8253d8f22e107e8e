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
from leadflow_engine.store.after_sale import remind, show_returned
from leadflow_engine.store.batches import collect
from leadflow_engine.store.codec import (
    iso,
    json_text,
    micros,
    micros_or_none,
    moment,
    packed,
    shown_json,
    text,
    tidy_time,
)
from leadflow_engine.store.deliveries import intend, project_delivery, reserve
from leadflow_engine.store.event import Event, of_lead, put
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
    event.done()


def project_effect(event: Event, write: Write, result: Result) -> None:
    """Write what the effect's result makes of it."""
    follow = EFFECTS.get(type(write.effect.data))
    if follow is not None:
        follow(event, write, result)
        event.done()


# ------------------------------------------------------------------ records

Times = Mapping[str, str]


def _lead(event: Event, record: LeadRecord, times: Times) -> None:
    known = event.known()
    row = (
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
    )
    event.rows.add("lead", row)
    of = known.row or {"flow": record.flow, "source": record.source}  # these stay as they were told first
    known.row = {
        "test": record.test,
        "source": of["source"],
        "cost": row[7],
        "cost_on": record.cost_on,
        "flow": of["flow"],
        "cost_share": row[11],
        "dimensions": row[10],
    }
    for kind, value in record.contacts:
        event.rows.add("contact", (event.lead, kind, event.digests.contact(kind, value)))


def _step(event: Event, record: StepRecord, times: Times) -> None:
    event.tell(
        "steps",
        [
            record.segment,
            record.number,
            record.kind,
            record.name,
            record.outcome,
            record.reason,
            record.note,
            record.read,
            record.set,
            micros(record.cost),
            record.ms,
        ],
    )
    if record.kind == "intake":
        count(event, "", "leads")
        if record.outcome == "success":
            count(event, "", "accepted")


def _judged(event: Event, record: Judged, times: Times) -> None:
    digits = event.entry().judge(packed(record.digits))
    event.tell("judged", [record.segment, record.stage, *digits])


def _considered(event: Event, record: Considered, times: Times) -> None:
    event.tell(
        "considered",
        [
            record.segment,
            record.stage,
            record.buyer,
            record.branch,
            record.outcome,
            record.code,
            record.reason,
            record.cause,
            micros_or_none(record.bid),
            micros_or_none(record.price),
            record.position,
            record.ms,
            record.note,
        ],
    )
    if record.cause == "fraud" and record.outcome in ("rejected", "duplicate"):
        count(event, record.buyer, "fraud")


def project_posting(event: Event, record: Posting, times: Times) -> None:
    """A request and its answer; ``times`` are when calls were made, by key, where that is not now."""
    failed = bool(record.failure) or (record.status or 0) >= 500
    at = iso(moment(times.get(record.key, event.at)))
    event.tell(
        "postings",
        [
            record.key,
            record.leg,
            record.name,
            at,
            record.method,
            record.url,
            record.request_hash,
            record.status,
            record.failure,
            failed,
            record.answer,
            record.ms,
            record.verdict,
            record.rule,
            record.reason,
            record.reference,
            micros(record.cost),
        ],
    )
    if record.leg == "ping":
        event.rows.add("ping", (record.name, at, event.lead, record.key, failed))
        event.done()
    if record.leg in ("ping", "post"):
        count(event, record.name, "requests")
        if record.failure == "timeout":
            count(event, record.name, "timeouts")
    if record.cost:
        put(event, "look_up", record.key, record.name, -micros(record.cost))
        event.done()


def _kept(event: Event, record: Kept, times: Times) -> None:
    event.then(
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
        event.then("UPDATE lead SET refused_code = ? WHERE id = ?", (result["code"], event.lead))
        return
    lead = of_lead(event)
    if lead["test"]:
        return
    reserve(event, write.effect.key, data.limits, data.keys, "counted")
    if lead["cost_on"] == "accept":
        put(event, "source", f"source/{lead['source']}", lead["source"], -lead["cost"])


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
    first = intend(event, data)
    if data.row is not None:
        collect(event, data, data.row, result["batch"])
    if data.test:
        return
    reserve(event, write.effect.key, data.limits, data.keys, "held")
    flow = of_lead(event)["flow"]
    event.rows.turn((flow, data.stage, data.buyer), event.number)
    count(event, data.buyer, "attempts")
    if first:
        count_of_buyer(event, data.buyer, "leads")
    for buyer, gained in data.shares:
        event.rows.share((flow, data.stage, buyer), gained)


def _suspend(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, Suspend)
    event.known().waits = True
    event.then(
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
    event.then(
        "UPDATE lead SET outcome = ?, reason = ? WHERE id = ?", (data.why, text(data.reason), event.lead)
    )
    event.rows.rest(event.lead)


def _end(event: Event, write: Write, result: Result) -> None:
    data = write.effect.data
    assert isinstance(data, End)
    known = event.known()
    if known.waits:
        event.then("DELETE FROM work WHERE lead = ?", (event.lead,))
    event.then(
        "UPDATE lead SET outcome = ?, reason = ?, ended_at = ? WHERE id = ?",
        (data.outcome, text(data.reason), event.at, event.lead),
    )
    if data.forget:
        event.then(
            "UPDATE fact SET content = NULL WHERE lead = ? AND (key = 'received' OR key LIKE 'fetch/%')",
            (event.lead,),
        )
    if any(each.state == "returned" for each in known.deliveries.values()):
        show_returned(event)
    remind(event, "", data.postbacks)
    event.rows.rest(event.lead)


EFFECTS: Final[Mapping[type, Callable[[Event, Write, Result], None]]] = {
    Accept: _accept,
    Admit: _admit,
    Intent: _intent,
    Suspend: _suspend,
    End: _end,
}
