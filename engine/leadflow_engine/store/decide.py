"""What the journal decides: whether claims fit. Reads only; ``project.py`` writes what follows from it."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from leadflow_engine.effects import Accept, Admit, Data, Intent, KeyClaim, LimitClaim, Result, Write
from leadflow_engine.records import LeadRecord
from leadflow_engine.settle import RESERVATION
from leadflow_engine.store import batches
from leadflow_engine.store.beside import beside
from leadflow_engine.store.claims import Asking, Refusal, claims_refused, or_overdue, paused_now
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.known import Known
from leadflow_engine.store.room import Taken
from leadflow_engine.store.rows import Rows
from leadflow_engine.store.suppressions import stops


def asks_more(rows: Rows, digests: Digests, lead: str, data: Data) -> bool:
    """Does a decision ask the journal for more than what of caps is taken by rows that are not written yet? Then they
    have to be."""
    if isinstance(data, Admit):
        return any(_asks_more(rows, digests, buyer.limits, buyer.keys) for buyer in data.buyers)
    if isinstance(data, Accept):
        return _asks_more(rows, digests, data.limits, data.keys)
    if isinstance(data, Intent):
        return rows.tells_of(lead) or _asks_more(rows, digests, data.limits, data.keys)
    return False


def _asks_more(rows: Rows, digests: Digests, limits: Iterable[LimitClaim], keys: Iterable[KeyClaim]) -> bool:
    return any(each.once or each.window in ("rolling", "balance") for each in limits) or any(
        each.asked and (each.scope, each.fields, digests.dedupe(each.fields, each.value)) in rows.keys
        for each in keys
    )


def decide(
    connection: sqlite3.Connection, digests: Digests, write: Write, at: datetime.datetime, rows: Rows
) -> Result:
    """The result of a durable effect at ``at``, beside what ``rows`` hold that is not written yet (``asks_more``)."""
    data = write.effect.data
    if not isinstance(data, Accept | Intent | Admit):
        return {}
    here = beside(connection, at, rows.look())
    if not rows.touched:
        rows.changed = here.changed
    remembered = None if rows.touched else rows.remembered
    asking = Asking(connection, digests, write.lead, at, here, remembered, rows)
    if isinstance(data, Accept):
        return _accepted(asking, write, data, Taken(dict(rows.used)))
    if isinstance(data, Admit):
        return {"out": _not_admitted(asking, data, Taken(dict(rows.used)))}
    refusal = _refused(asking, data, rows)
    if refusal is not None:
        return {"granted": False, **_said(refusal), **({"of_price": True} if refusal.of_price else {})}
    collected = {"batch": batches.place_of(connection, data, at)} if data.row is not None else {}
    return {"granted": True, "at": iso(at), **collected}


def _accepted(asking: Asking, write: Write, accept: Accept, taken: Taken) -> Result:
    test = any(isinstance(record, LeadRecord) and record.test for record in write.records)
    refusal = None if test else claims_refused(asking, accept.limits, accept.keys, taken)
    if refusal is None:
        return {"accepted": True}
    return {"accepted": False, "code": refusal.code, "reason": refusal.reason}


def _refused(asking: Asking, intent: Intent, rows: Rows) -> Refusal | None:
    """Why a lead may not be posted to a buyer."""
    refusal = _taken(rows.of(asking.connection, asking.lead), intent) or _too_late(intent, asking.at)
    refusal = refusal or _suppressed(asking, intent)
    refusal = refusal or paused_now(asking, intent.buyer)
    if refusal is None and not intent.test:
        refusal = claims_refused(asking, intent.limits, intent.keys, Taken(dict(rows.used)))
        refusal = or_overdue(asking, refusal, intent.buyer)
    return refusal


def _not_admitted(asking: Asking, admit: Admit, taken: Taken) -> dict[str, Result]:
    """Those of the buyers that may not be pinged; the others' claims stand beside each other."""
    out: dict[str, Result] = {}
    for buyer in admit.buyers:
        kept = dict(taken.amounts)
        refusal = claims_refused(asking, buyer.limits, buyer.keys, taken)
        if refusal is not None:
            taken.amounts = kept
            out[buyer.buyer] = _said(refusal)
    return out


def _said(refusal: Refusal) -> Result:
    """A refusal as a result: with the time when room opens, by which a buyer may be held."""
    until = {"until": iso(refusal.until)} if refusal.until is not None else {}
    return {"code": refusal.code, "reason": refusal.reason, **until}


def _taken(known: Known, intent: Intent) -> Refusal | None:
    """Whether other deliveries of the lead stand in the way of this one."""
    place = intent.buyer, intent.number
    others = [each for where, each in sorted(known.deliveries.items()) if where != place]
    taken = [each.buyer for each in others if RESERVATION[each.state] != "released"]
    if intent.most is not None and len(taken) >= intent.most:
        return Refusal("not_asked", f"{', '.join(taken)} have this lead or may have it")
    for each in others:
        if not (intent.exclusive or each.exclusive):
            continue
        state = each.state
        if state in ("confirmed", "pending") or (state in ("in_doubt", "intent") and not intent.beside_doubt):
            said = {"confirmed": "has taken", "pending": "has yet to answer for"}.get(state, "may have taken")
            return Refusal("not_asked", f"{each.buyer} {said} this lead")
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


def _suppressed(asking: Asking, intent: Intent) -> Refusal | None:
    """Whether the lead came onto a list that stops this sale while it was on its way."""
    if intent.suppressible is None or not asking.here.suppressed:
        return None
    name = stops(asking.connection, asking.digests, intent.suppressible, intent.buyer, asking.at)
    return Refusal("filtered", f"is on {name}") if name else None
