"""Returns: a sale that its buyer gives back, asked for, accepted or denied. Each is a fact ``returned/BUYER/NUMBER/K``.

Whether the buyer's own terms allow it is decided before (``operations/returning.py``); what depends on other leads (the
share that may come back) and on what is so by now is decided here, in the transaction that keeps it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.effects import Fact
from leadflow_engine.store import batches, sold_leads
from leadflow_engine.store.after_sale import remind, show_returned
from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event, book, of_lead
from leadflow_engine.store.figures import count
from leadflow_engine.store.later import is_under_way
from leadflow_engine.store.resubmissions import ask as ask_again

KIND: Final = "returned"


@dataclass(frozen=True, slots=True)
class Sold:
    """A delivery as a return finds it. ``sold_at`` is ISO 8601 in UTC, None for one that was never confirmed."""

    lead: str
    buyer: str
    number: int
    state: str
    sold_at: str | None


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most this ``share`` (a fraction) of what was sold from ``start`` to ``end`` (ISO) may come back; ``words`` is
    the limit as the flow writes it."""

    share: Decimal
    start: str
    end: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A return with what the buyer's terms make of it. ``denied`` is why they do not allow it, "" where they do;
    ``force`` takes it all the same. ``at`` is ISO. ``cost_back``: the source gives its cost back once nobody has the
    lead. ``postbacks`` are the source's statements that tell of it; ``resubmit``: the lead is to go to others."""

    sold: Sold
    at: str
    reason: str
    by: str
    because: str = ""
    denied: str = ""
    force: bool = False
    most: tuple[AtMost, ...] = ()
    cost_back: bool = False
    postbacks: tuple[int, ...] = ()
    resubmit: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """``state``: returned, denied, or known where it was returned or denied so before and nothing was changed. ``said``
    is a sentence why; ``credited`` and ``back`` are what the buyer is credited and the source gives back (millionths),
    ``next`` the lead as which it goes to others."""

    state: str
    said: str = ""
    credited: int = 0
    back: int = 0
    next: str = ""


def deliveries_to(connection: sqlite3.Connection, lead: str, buyer: str) -> list[Sold]:
    """A lead's deliveries to a buyer, those that it has or had first."""
    rows = connection.execute(
        "SELECT lead, buyer, number, state, sold_at FROM delivery WHERE lead = ? AND buyer = ? "
        "ORDER BY state <> 'confirmed', state <> 'returned', sold_at IS NULL, number",
        (lead, buyer),
    )
    return [Sold(*row) for row in rows]


def take_back(core: Core, asked: Asked) -> Outcome:
    """Keep a return and what follows from it. Raises ``StoreError`` for a lead that is under way."""
    sold = asked.sold
    if is_under_way(core.connection, sold.lead):
        raise StoreError(
            f"lead {sold.lead} is under way, as something interrupted its run; `leadflow work --drain` brings it to "
            f"where it ends or waits, then return it"
        )
    known = _known(core.connection, asked)
    if known is not None:
        return known
    denied = asked.denied or _too_many(core.connection, asked)
    accepted = asked.force or not denied
    _append(core, asked, accepted, denied)
    return (
        Outcome("returned", denied, *_came_to(core.connection, sold))
        if accepted
        else Outcome("denied", denied)
    )


def _came_to(connection: sqlite3.Connection, sold: Sold) -> tuple[int, int, str]:
    row = connection.execute(
        "SELECT r.credited, r.back, coalesce(s.next, '') FROM returned r LEFT JOIN resubmission s ON s.lead = r.lead "
        "WHERE r.lead = ? AND r.buyer = ? AND r.number = ? AND r.accepted",
        (sold.lead, sold.buyer, sold.number),
    ).fetchone()
    return row[0], row[1], row[2]


def _known(connection: sqlite3.Connection, asked: Asked) -> Outcome | None:
    """A return that says nothing new: of what is returned, or asked again for the same reason after it was denied."""
    rows = connection.execute(
        "SELECT accepted, at, reason, said FROM returned WHERE lead = ? AND buyer = ? AND number = ? ORDER BY asked",
        (asked.sold.lead, asked.sold.buyer, asked.sold.number),
    ).fetchall()
    for accepted, at, reason, said in rows:
        if accepted:
            return Outcome("known", f"returned before, at {at[:19]}Z, for `{reason}`")
        if reason == asked.reason and asked.denied and not asked.force:
            return Outcome("known", f"denied before: {said}")
    return None


def _too_many(connection: sqlite3.Connection, asked: Asked) -> str:
    """Why this would be one too many of what was sold in the same window; "" where it is not."""
    if asked.force or _is_test(connection, asked.sold.lead):
        return ""
    for most in asked.most:
        sold, back = connection.execute(
            "SELECT count(*), coalesce(sum(d.state = 'returned'), 0) FROM delivery d JOIN lead l ON l.id = d.lead "
            "WHERE d.buyer = ? AND d.sold_at >= ? AND d.sold_at < ? AND d.state IN ('confirmed', 'returned') "
            "AND NOT l.test AND l.flow = (SELECT flow FROM lead WHERE id = ?)",
            (asked.sold.buyer, most.start, most.end, asked.sold.lead),
        ).fetchone()
        if back + 1 > most.share * sold:
            return f"{most.words}: {back} of the {sold} sold {_between(most)} came back already"
    return ""


def _between(most: AtMost) -> str:
    return (
        f"from {most.start[:10]} on"
        if most.end.startswith("9999")
        else f"in the same {most.words.split()[-1]}"
    )


def _is_test(connection: sqlite3.Connection, lead: str) -> bool:
    return bool(connection.execute("SELECT test FROM lead WHERE id = ?", (lead,)).fetchone()[0])


def _append(core: Core, asked: Asked, accepted: bool, denied: str) -> None:
    sold = asked.sold
    place = batches.batch_of(core.connection, sold.lead, sold.buyer, sold.number) if accepted else None
    batch = batches.take_out(core, sold.lead, sold.buyer, sold.number) if accepted else ""
    body: dict[str, Any] = {
        "at": asked.at,
        "reason": asked.reason,
        "accepted": accepted,
        "said": denied,
        "by": asked.by,
        "because": "; ".join(filter(None, (asked.because, batch))),
        "cost_back": accepted and asked.cost_back,
        "postbacks": list(asked.postbacks) if accepted else [],
        "resubmit": accepted and asked.resubmit and _is_free(place),
    }
    count = core.connection.execute(
        "SELECT count(*) FROM returned WHERE lead = ? AND buyer = ? AND number = ?",
        (sold.lead, sold.buyer, sold.number),
    ).fetchone()[0]
    key = f"{KIND}/{sold.buyer}/{sold.number}/{count + 1}"
    at = core.clock.now()
    fact = append(core, sold.lead, Fact(next_seq(core, sold.lead), key, KIND, iso(at), body))
    project_returned(event(core, sold.lead, at, fact), key, body)


def _is_free(place: tuple[str, str] | None) -> bool:
    """May the lead go to others? Not while it stands in a file that is still to be sent, or may be: it would be at
    two."""
    return place is None or place[1] in ("open", "sent")


# ------------------------------------------------------------------ projections


def project_returned(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of a ``returned`` fact, live and in a rebuild."""
    _, buyer, number, asked = key.split("/")
    credited, back = _undo_sale(event, key, buyer, int(number), body) if body["accepted"] else (0, 0)
    event.connection.execute(
        'INSERT INTO returned (lead, buyer, number, asked, at, noted_at, reason, accepted, said, "by", because, '
        "credited, back) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            event.lead,
            buyer,
            int(number),
            int(asked),
            iso(moment(body["at"])),
            event.at,
            text(body["reason"]),
            body["accepted"],
            text(body["said"]),
            text(body["by"]),
            text(body["because"]),
            credited,
            back,
        ),
    )
    remind(event, key, body["postbacks"])
    if body["resubmit"]:
        ask_again(event, f"returned by {buyer}: {body['reason']}", (buyer,))


def _undo_sale(event: Event, key: str, buyer: str, number: int, body: Mapping[str, Any]) -> tuple[int, int]:
    """What an accepted return does; gives what was credited and what the source gives back.

    The buyer's dedupe key stays: it has seen this person, and would give the next lead of the same person back too.
    """
    event.connection.execute(
        "UPDATE delivery SET state = 'returned', at = ?, conflict = '' WHERE lead = ? AND buyer = ? AND number = ?",
        (event.at, event.lead, buyer, number),
    )
    event.connection.execute(
        "UPDATE reservation SET state = 'released' WHERE lead = ? AND key = ? AND state = 'counted' AND NOT attempt",
        (event.lead, f"intent/{buyer}/{number}"),
    )
    sold_leads.follow(event)
    show_returned(event, body["reason"])
    lead = of_lead(event)
    if lead["test"]:
        return 0, 0
    count(event, buyer, "returned", number=number)
    credited = _charged(event, buyer, number)
    book(event, "return", key, buyer, -credited)
    if body["cost_back"] and not _is_sold(event):
        book(event, "source_return", f"source/{lead['source']}/{key}", lead["source"], lead["cost"])
    return credited, _given_back(event, key)


def _is_sold(event: Event) -> bool:
    """Does anybody have the lead still?"""
    found = event.connection.execute(
        "SELECT 1 FROM delivery WHERE lead = ? AND state = 'confirmed' LIMIT 1", (event.lead,)
    ).fetchone()
    return found is not None


def _charged(event: Event, buyer: str, number: int) -> int:
    """What a delivery is charged by now (millionths): its price follows every adjustment."""
    row = event.connection.execute(
        "SELECT price FROM delivery WHERE lead = ? AND buyer = ? AND number = ?", (event.lead, buyer, number)
    ).fetchone()
    return int(row[0])


def _given_back(event: Event, key: str) -> int:
    """What the source gives back for this return."""
    row = event.connection.execute(
        "SELECT coalesce(sum(amount), 0) FROM ledger WHERE lead = ? AND kind = 'source_return' AND key LIKE ?",
        (event.lead, f"%/{key}%"),
    ).fetchone()
    return int(row[0])
