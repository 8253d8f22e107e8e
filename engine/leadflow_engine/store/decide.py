"""What the journal decides: whether claims fit. Reads only; ``project.py`` writes what follows from it."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leadflow_engine.effects import Accept, Intent, KeyClaim, LimitClaim, Result, Write
from leadflow_engine.limits import windows
from leadflow_engine.records import LeadRecord
from leadflow_engine.settle import RESERVATION
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import Digests

MADE_REASON = re.compile(r"(cap|budget|throttle) [\d.,]+ per ")
"""A reason made from a limit, to which the time can be added; one from the flow stays as it was written."""

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be claimed: a distribution word, a sentence, and until when, where that is
    known."""

    code: str
    reason: str
    until: datetime.datetime | None = None


def decide(connection: sqlite3.Connection, digests: Digests, write: Write, at: datetime.datetime) -> Result:
    """The result of a durable effect at ``at``."""
    data = write.effect.data
    if isinstance(data, Accept):
        test = any(isinstance(record, LeadRecord) and record.test for record in write.records)
        refusal = (
            None if test else claims_refused(connection, digests, write.lead, data.limits, data.keys, at)
        )
        return {"accepted": True} if refusal is None else _refused("accepted", refusal)
    if isinstance(data, Intent):
        refusal = _taken(connection, write.lead, data) or _closed(data, at)
        if refusal is None and not data.test:
            refusal = claims_refused(connection, digests, write.lead, data.limits, data.keys, at)
        return {"granted": True, "at": iso(at)} if refusal is None else _refused("granted", refusal)
    return {}


def _refused(what: str, refusal: Refusal) -> Result:
    return {what: False, "code": refusal.code, "reason": refusal.reason}


def _taken(connection: sqlite3.Connection, lead: str, intent: Intent) -> Refusal | None:
    """Whether other deliveries of the lead stand in the way of this one."""
    rows = connection.execute(
        "SELECT buyer, number, state, exclusive FROM delivery WHERE lead = ? AND (buyer, number) <> (?, ?)",
        (lead, intent.buyer, intent.number),
    ).fetchall()
    taken = [buyer for buyer, _, state, _ in rows if RESERVATION[state] != "released"]
    if intent.most is not None and len(taken) >= intent.most:
        return Refusal("not_asked", f"{', '.join(taken)} have this lead or may have it")
    for buyer, _, state, exclusive in rows:
        if not (intent.exclusive or exclusive):
            continue
        if state in ("confirmed", "pending") or (state in ("in_doubt", "intent") and not intent.beside_doubt):
            said = {"confirmed": "has taken", "pending": "has yet to answer for"}.get(state, "may have taken")
            return Refusal("not_asked", f"{buyer} {said} this lead")
    return None


def _closed(intent: Intent, at: datetime.datetime) -> Refusal | None:
    """Whether the buyer closed between the moment when it was judged and this one."""
    if intent.open_until is None or at < moment(intent.open_until):
        return None
    return Refusal("closed", "closed while the lead was on its way")


def claims_refused(
    connection: sqlite3.Connection,
    digests: Digests,
    lead: str,
    limits: Iterable[LimitClaim],
    keys: Iterable[KeyClaim],
    at: datetime.datetime,
) -> Refusal | None:
    """The first of these claims that does not fit, caps before budgets before dedupe keys; None where all
    fit together."""
    in_order = sorted(limits, key=lambda claim: claim.code != "capped")
    return _first_full(connection, digests, in_order, at) or _first_seen(connection, digests, lead, keys, at)


def _first_full(
    connection: sqlite3.Connection, digests: Digests, claims: Iterable[LimitClaim], at: datetime.datetime
) -> Refusal | None:
    taken: dict[tuple[str, str, str], int] = {}
    for claim in claims:
        by = digests.by(claim.limit, claim.by)
        full: datetime.datetime | None = None
        for span in windows(claim.period, claim.zone, at, claim.timeout):
            place = (claim.limit, by, iso(span.start))
            used = taken[place] if place in taken else _used(connection, place)
            taken[place] = used + claim.amount
            if taken[place] > claim.maximum:
                full = span.end
        if full is not None:
            until = None if claim.period == "total" else full
            return Refusal(claim.code, _full_sentence(claim, at, until), until)
    return None


def _used(connection: sqlite3.Connection, place: tuple[str, str, str]) -> int:
    row = connection.execute(
        'SELECT held + counted FROM cap WHERE "limit" = ? AND "by" = ? AND window_start = ?', place
    ).fetchone()
    return row[0] if row else 0


def _full_sentence(claim: LimitClaim, at: datetime.datetime, until: datetime.datetime | None) -> str:
    if not MADE_REASON.match(claim.reason):
        return claim.reason
    return f"{claim.reason} is full" + (f" until {clock_time(until, at, claim.zone)}" if until else "")


def clock_time(when: datetime.datetime, at: datetime.datetime, zone: str) -> str:
    """``when`` as a clock in the zone shows it, with the date where that is more than a day away."""
    local = when.astimezone(ZoneInfo(zone))
    seconds = ":%S" if local.second else ""
    return local.strftime(f"%H:%M{seconds}" if when - at <= DAY else f"%Y-%m-%d %H:%M{seconds}")


def _first_seen(
    connection: sqlite3.Connection,
    digests: Digests,
    lead: str,
    keys: Iterable[KeyClaim],
    at: datetime.datetime,
) -> Refusal | None:
    for claim in keys:
        since = at - datetime.timedelta(seconds=claim.within)
        row = connection.execute(
            "SELECT max(at) FROM dedupe_key WHERE scope = ? AND fields = ? AND hash = ? AND at > ? AND "
            "lead <> ? "
            "AND state <> 'released'",
            (claim.scope, claim.fields, digests.dedupe(claim.fields, claim.value), iso(since), lead),
        ).fetchone()
        if row[0] is not None:
            seen = datetime.datetime.fromisoformat(row[0])
            return Refusal("duplicate", claim.reason, seen + datetime.timedelta(seconds=claim.within))
    return None
