"""Caps that count sold leads: a lead once, however many buyers take it, from its first intent on for as long as anybody
has it or may have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from leadflow_engine.effects import LimitClaim
from leadflow_engine.store.codec import iso
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


def hold(event: Event, limits: Iterable[LimitClaim]) -> None:
    """Hold what an intent claims of them, in the window of its moment."""
    for claim in still_to_claim(event.connection, event.lead, [each for each in limits if each.once]):
        span = spans_of(claim, event.moment)[0]
        place = (event.lead, KEY, claim.limit, event.digests.by(claim.limit, claim.by), iso(span.start))
        event.connection.execute(
            'INSERT INTO reservation (lead, key, "limit", "by", window_start, window_end, spare, amount, state, '
            "attempt) VALUES (?,?,?,?,?,?,0,?,'held',0) ON CONFLICT DO UPDATE SET state = 'held'",
            (*place, iso(span.end), claim.amount),
        )


def follow(event: Event) -> None:
    """Count what is held once anybody has the lead; release it once nobody has it, or may have it, any more."""
    event.connection.execute(
        "UPDATE reservation SET state = CASE "
        "WHEN EXISTS (SELECT 1 FROM delivery WHERE lead = ?1 AND state = 'confirmed') THEN 'counted' "
        "WHEN EXISTS (SELECT 1 FROM delivery WHERE lead = ?1 AND state IN ('intent', 'pending', 'in_doubt')) "
        "THEN 'held' "
        "ELSE 'released' END WHERE lead = ?1 AND key = ?2 AND state <> 'released'",
        (event.lead, KEY),
    )
