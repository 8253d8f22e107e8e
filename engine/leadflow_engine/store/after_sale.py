"""What a return and the end of a Run both do to a lead's rows."""

from __future__ import annotations

from collections.abc import Iterable

from leadflow_engine.store.codec import text
from leadflow_engine.store.event import Event


def show_returned(event: Event, reason: str = "came back before the lead had ended") -> None:
    """Show a sold lead as returned where nobody has it any more. Its source reads the reason: it names no buyer."""
    has = "SELECT 1 FROM delivery WHERE lead = ?1 AND state = "
    event.then(
        "UPDATE lead SET outcome = 'returned', reason = ?2 WHERE id = ?1 AND outcome IN ('sold', 'fallback') "
        f"AND EXISTS ({has}'returned') AND NOT EXISTS ({has}'confirmed')",
        (event.lead, text(reason)),
    )


def remind(event: Event, occasion: str, numbers: Iterable[int]) -> None:
    """Postbacks that are due because of a fact."""
    for number in numbers:
        event.then(
            "INSERT INTO postback (lead, number, occasion, due, attempts, state, status, failure) "
            "VALUES (?,?,?,?,0,'due',NULL,'') ON CONFLICT DO NOTHING",
            (event.lead, number, occasion, event.at),
        )
