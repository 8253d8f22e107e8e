"""Caps that count sold leads: a lead once, however many buyers take it, from its first intent on for as long as anybody
has it or may have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from leadflow_engine.effects import LimitClaim
from leadflow_engine.settle import UNSETTLED
from leadflow_engine.store.codec import iso
from leadflow_engine.store.known import Known, ReservationRow
from leadflow_engine.store.room import spans_of

if TYPE_CHECKING:
    from leadflow_engine.store.event import Event

KEY: Final = "sold"
"""The key of such reservations: they are the lead's, no single intent's."""


def still_to_claim(
    connection: sqlite3.Connection, lead: str, limits: Iterable[LimitClaim]
) -> list[LimitClaim]:
    """The claims without those that the lead has made already."""
    return [claim for claim in limits if not (claim.once and _is_claimed(connection, lead, claim))]


def _is_claimed(connection: sqlite3.Connection, lead: str, claim: LimitClaim) -> bool:
    row = connection.execute(
        "SELECT 1 FROM reservation WHERE lead = ? AND key = ? AND \"limit\" = ? AND state <> 'released' LIMIT 1",
        (lead, KEY, claim.limit),
    ).fetchone()
    return row is not None


def hold(event: Event, known: Known, limits: Iterable[LimitClaim]) -> None:
    """Hold what an intent claims of them, in the window of its moment."""
    for claim in limits:
        if not claim.once:
            continue
        mine = known.reservations.get(KEY, {})
        if any(row.limit == claim.limit and row.state != "released" for row in mine.values()):
            continue
        span = spans_of(claim, event.moment)[0]
        by, start = event.digests.by(claim.limit, claim.by), iso(span.start)
        row = mine.get((claim.limit, by, start))
        if row is None:
            place = (event.lead, KEY, claim.limit, by, start, iso(span.end))
            row = ReservationRow(*place, False, claim.amount, "released", attempt=False, money=False)
            known.reserve(row)
        row.state = "held"
        event.rows.claim(row, 0)


def follow(event: Event) -> None:
    """Count what is held once anybody has the lead; release it once nobody has it, or may have it, any more."""
    hold_on(event, event.known())
    event.done()


def hold_on(event: Event, known: Known) -> None:
    """``follow``, as a part of what is projected."""
    mine = known.reservations.get(KEY)
    if mine is None:
        return
    states = {each.state for each in known.deliveries.values()}
    to = "counted" if "confirmed" in states else "held" if states & UNSETTLED else "released"
    for row in mine.values():
        if row.state not in ("released", to):
            before = row.used
            row.state = to
            event.rows.claim(row, before)
