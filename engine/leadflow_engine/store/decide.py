"""What the journal decides: whether claims fit. Reads only; ``project.py`` writes what follows from it."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_engine.effects import Accept, Admit, Intent, KeyClaim, LimitClaim, Result, Write
from leadflow_engine.records import LeadRecord
from leadflow_engine.settle import RESERVATION
from leadflow_engine.store import accounts, batches, overrides, pools, sold_leads
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.room import Taken, first_full
from leadflow_engine.store.suppressions import stops

EARLIER_ATTEMPTS: Final = (
    "WITH RECURSIVE earlier (id) AS (SELECT lead FROM resubmission WHERE next = ?5 "
    "UNION SELECT r.lead FROM resubmission r JOIN earlier e ON r.next = e.id) SELECT id FROM earlier"
)
"""The leads that were earlier attempts at selling this one (``?5``)."""

LAST_SEEN: Final = (
    "SELECT max(at) FROM (SELECT max(at) AS at FROM dedupe_key WHERE scope = ?1 AND fields = ?2 AND hash = ?3 "
    f"AND at > ?4 AND lead <> ?5 AND state <> 'released' AND lead NOT IN ({EARLIER_ATTEMPTS}) "
    "UNION ALL SELECT max(at) FROM imported_key WHERE scope = ?1 AND fields = ?2 AND hash = ?3 AND at > ?4)"
)
"""When a dedupe key (scope, fields, digest) was last seen after a time, of another lead or in imported history."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be claimed: a distribution word, a sentence, and until when, where that is
    known. ``of_price``: for the amount alone, so that less of it may fit."""

    code: str
    reason: str
    until: datetime.datetime | None = None
    of_price: bool = False


def decide(connection: sqlite3.Connection, digests: Digests, write: Write, at: datetime.datetime) -> Result:
    """The result of a durable effect at ``at``."""
    data = write.effect.data
    if isinstance(data, Accept):
        test = any(isinstance(record, LeadRecord) and record.test for record in write.records)
        refusal = (
            None if test else claims_refused(connection, digests, write.lead, data.limits, data.keys, at)
        )
        if refusal is None:
            return {"accepted": True}
        return {"accepted": False, "code": refusal.code, "reason": refusal.reason}
    if isinstance(data, Intent):
        refusal = _taken(connection, write.lead, data) or _too_late(data, at)
        refusal = refusal or _suppressed(connection, digests, data, at)
        refusal = refusal or paused_now(connection, write.lead, data.buyer, at)
        if refusal is None and not data.test:
            refusal = claims_refused(connection, digests, write.lead, data.limits, data.keys, at)
            refusal = or_overdue(connection, refusal, data.buyer, at)
        if refusal is not None:
            return {"granted": False, **_said(refusal), **({"of_price": True} if refusal.of_price else {})}
        collected = {"batch": batches.place_of(connection, data, at)} if data.row is not None else {}
        return {"granted": True, "at": iso(at), **collected}
    if isinstance(data, Admit):
        return {"out": _not_admitted(connection, digests, write.lead, data, at)}
    return {}


def _not_admitted(
    connection: sqlite3.Connection, digests: Digests, lead: str, admit: Admit, at: datetime.datetime
) -> dict[str, Result]:
    """Those of the buyers that may not be pinged; the others' claims stand beside each other."""
    out: dict[str, Result] = {}
    taken = Taken()
    for buyer in admit.buyers:
        kept = dict(taken.amounts)
        refusal = claims_refused(connection, digests, lead, buyer.limits, buyer.keys, at, taken)
        if refusal is not None:
            taken.amounts = kept
            out[buyer.buyer] = _said(refusal)
    return out


def _said(refusal: Refusal) -> Result:
    """A refusal as a result: with the time when room opens, by which a buyer may be held."""
    until = {"until": iso(refusal.until)} if refusal.until is not None else {}
    return {"code": refusal.code, "reason": refusal.reason, **until}


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


def _too_late(intent: Intent, at: datetime.datetime) -> Refusal | None:
    """Whether the buyer closed, or its bid ended, between the moment when it was judged and this one."""
    until = intent.hours.closed_until(at) if intent.hours is not None else None
    if intent.hours is not None and until is not None:
        opens = until.astimezone(ZoneInfo(intent.hours.zone))
        return Refusal("closed", f"closed while the lead was on its way, until {opens:%a %H:%M}", until)
    if intent.lapses is not None and at >= moment(intent.lapses):
        return Refusal("late", "its bid expired before its turn")
    return None


def paused_now(
    connection: sqlite3.Connection, lead: str, buyer: str, at: datetime.datetime
) -> Refusal | None:
    """Whether an operator has paused the buyer in the lead's flow."""
    found = overrides.paused(connection, lead, buyer, at)
    if found is None:
        return None
    return Refusal("paused", overrides.sentence(found), moment(found.until) if found.until else None)


def or_overdue(
    connection: sqlite3.Connection, refusal: Refusal | None, buyer: str, at: datetime.datetime
) -> Refusal | None:
    """That the buyer has not paid an invoice that was due, which comes before a duplicate; else the refusal."""
    found = None if refusal and refusal.code != "duplicate" else accounts.overdue(connection, buyer, at)
    if found is None:
        return refusal
    return Refusal("balance", accounts.overdue_sentence(found), accounts.look_again(at))


def _suppressed(
    connection: sqlite3.Connection, digests: Digests, intent: Intent, at: datetime.datetime
) -> Refusal | None:
    """Whether the lead came onto a list that stops this sale while it was on its way."""
    if intent.suppressible is None:
        return None
    name = stops(connection, digests, intent.suppressible, intent.buyer, at)
    return Refusal("filtered", f"is on {name}") if name else None


def claims_refused(
    connection: sqlite3.Connection,
    digests: Digests,
    lead: str,
    limits: Iterable[LimitClaim],
    keys: Iterable[KeyClaim],
    at: datetime.datetime,
    taken: Taken | None = None,
) -> Refusal | None:
    """The first of these claims that does not fit, caps before budgets before dedupe keys; None where all
    fit together, and beside what is ``taken``."""
    limits = pools.in_their_zones(connection, sold_leads.still_to_claim(connection, lead, limits))
    in_order = sorted(overrides.overridden(connection, limits, at), key=lambda claim: claim.code != "capped")
    full = first_full(connection, digests, in_order, at, taken)
    if full is not None:
        return Refusal(full.claim.code, full.reason, full.until, full.claim.money)
    return _first_seen(connection, digests, lead, keys, at)


def _first_seen(
    connection: sqlite3.Connection,
    digests: Digests,
    lead: str,
    keys: Iterable[KeyClaim],
    at: datetime.datetime,
) -> Refusal | None:
    for claim in (key for key in keys if key.asked):
        seen = last_seen(connection, digests, lead, claim, at)
        if seen is not None:
            return Refusal("duplicate", claim.reason, seen + datetime.timedelta(seconds=claim.within))
    return None


def last_seen(
    connection: sqlite3.Connection, digests: Digests, lead: str, claim: KeyClaim, at: datetime.datetime
) -> datetime.datetime | None:
    """When a dedupe key was last seen within its time, of another lead or in what another system sold. An earlier
    attempt at selling this lead is no other lead."""
    since = iso(at - datetime.timedelta(seconds=claim.within))
    key = (claim.scope, claim.fields, digests.dedupe(claim.fields, claim.value))
    row = connection.execute(LAST_SEEN, (*key, since, lead)).fetchone()
    return moment(row[0]) if row[0] is not None else None
