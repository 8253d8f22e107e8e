"""Everything that waits, whatever it waits for: a row of ``READERS`` a kind of waiting."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.store import batches, resubmissions
from leadflow_engine.store.codec import moment
from leadflow_engine.texts.counted import counted


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. ``kind``: held, pending, in_doubt, stuck, unfinished, postback, inquiry, resend, end,
    resubmission, batch. ``what`` is a lead's or a batch's id, ``whom`` the buyers or the source that it is for,
    ``due`` None: until somebody says; ``worth`` the best price that is known, None where none is."""

    kind: str
    what: str
    whom: tuple[str, ...]
    due: datetime.datetime | None
    why: str
    worth: Decimal | None = None


def waiting(connection: sqlite3.Connection) -> list[Waiting]:
    """All that waits: what is due soonest first, then what somebody must say."""
    found = [one for reader in READERS for one in reader(connection)]
    return sorted(
        found, key=lambda one: (one.due is None, one.due or _NEVER, -(one.worth or 0), one.what, one.kind)
    )


def worth_of(cursor: Mapping[str, Any]) -> Decimal | None:
    """The best price that a waiting lead may still bring, as far as it is known."""
    held = (each.get("price") for each in cursor["held"].values() if not each.get("over"))
    open_ = (each["price"] for each in cursor["deliveries"].values() if each["state"] in OPEN)
    return max((Decimal(price) for price in (*held, *open_) if price), default=None)


OPEN: Final = frozenset({"in_doubt", "pending", "intent"})
_NEVER: Final = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def _leads(connection: sqlite3.Connection) -> Iterator[Waiting]:
    rows = connection.execute(
        "SELECT w.lead, w.due, w.why, w.reason, w.cursor FROM work w LEFT JOIN stuck s ON s.lead = w.lead "
        "WHERE s.lead IS NULL"
    )
    reasons = _held_for(connection)
    for lead, due, why, reason, cursor in rows:
        kept = json.loads(cursor)
        held = (name for name, each in kept["held"].items() if not each.get("over"))
        open_ = (name.split("/")[0] for name, each in kept["deliveries"].items() if each["state"] in OPEN)
        whom = tuple(dict.fromkeys(held if why == "held" else open_))
        said = reasons.get(lead, reason) if why == "held" else reason
        yield Waiting(why, lead, whom, _moment(due), said, worth_of(kept))


def _held_for(connection: sqlite3.Connection) -> dict[str, str]:
    """Why each held lead is held, as its trace says it: for each buyer what was so when it was looked at last."""
    rows = connection.execute(
        "SELECT c.lead, c.buyer, c.reason FROM work w CROSS JOIN considered c ON c.lead = w.lead "
        "WHERE w.why = 'held' AND c.outcome = 'held' AND c.reason <> '' AND c.segment = "
        "(SELECT max(n.segment) FROM considered n WHERE n.lead = c.lead) ORDER BY c.lead, c.position, c.buyer"
    )
    found: dict[str, list[str]] = {}
    for lead, buyer, reason in rows:
        found.setdefault(lead, []).append(f"{buyer}: {reason}")
    return {lead: "; ".join(dict.fromkeys(each)) for lead, each in found.items()}


def _stuck(connection: sqlite3.Connection) -> Iterator[Waiting]:
    for lead, again, why in connection.execute("SELECT lead, again, why FROM stuck"):
        yield Waiting("stuck", lead, (), _moment(again), why)


def _unfinished(connection: sqlite3.Connection) -> Iterator[Waiting]:
    rows = connection.execute(
        "SELECT l.id, l.received_at FROM lead l LEFT JOIN stuck s ON s.lead = l.id "
        "WHERE l.outcome IS NULL AND s.lead IS NULL"
    )
    for lead, received_at in rows:
        yield Waiting("unfinished", lead, (), _moment(received_at), "it is under way, or a crash left it so")


def _postbacks(connection: sqlite3.Connection) -> Iterator[Waiting]:
    asked = "SELECT p.lead, l.source, p.due, p.failure FROM postback p CROSS JOIN lead l ON l.id = p.lead "
    rows = connection.execute(  # two questions, each with an index of its own: most postbacks were heard
        f"{asked} WHERE p.due IS NOT NULL UNION ALL {asked} WHERE p.due IS NULL AND p.state = 'failed'"
    )
    for lead, source, due, failure in rows:
        why = f"not heard yet: {failure}" if failure else "not sent yet"
        yield Waiting("postback", lead, (source,), _moment(due), why if due else f"given up: {failure}")


def _follow_ups(connection: sqlite3.Connection) -> Iterator[Waiting]:
    words = {
        "inquiry": "it is asked what became of it",
        "resend": "it is sent again",
        "end": "no verdict by then",
    }
    for lead, buyer, kind, due in connection.execute("SELECT lead, buyer, kind, due FROM follow_up"):
        yield Waiting(kind, lead, (buyer,), _moment(due), words.get(kind, kind))


def _resubmissions(connection: sqlite3.Connection) -> Iterator[Waiting]:
    rows = connection.execute(
        "SELECT r.lead, r.at, r.because FROM resubmission r LEFT JOIN lead l ON l.id = r.next WHERE l.id IS NULL "
        f"AND {resubmissions.IS_FREE}"
    )
    for lead, at, because in rows:
        yield Waiting("resubmission", lead, (), _moment(at), f"to be offered again: {because}")


def _batches(connection: sqlite3.Connection) -> Iterator[Waiting]:
    for batch in batches.known(connection, ("open", "closed", "sending", "in_doubt", "refused", "failed")):
        why = f"{batches.said(batch.state)}, {counted(batch.leads, 'lead')}"
        said = f": {batch.failure}" if batch.failure else ""
        said += "; it is full: `leadflow work` closes and sends it" if batch.is_full else ""
        yield Waiting("batch", batch.id, (batch.buyer,), batches.due_of(batch), why + said)


READERS: Final[tuple[Callable[[sqlite3.Connection], Iterator[Waiting]], ...]] = (
    _leads,
    _stuck,
    _unfinished,
    _follow_ups,
    _resubmissions,
    _postbacks,
    _batches,
)


def _moment(text: str | None) -> datetime.datetime | None:
    return moment(text) if text else None
