"""What of a lead's row many projections need. It is read once in a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from leadflow_engine.store.event import Event

COLUMNS: Final = ("test", "source", "cost", "cost_on", "flow", "cost_share", "dimensions")
NO_LEAD: Final = (False, "", 0, "sale", "", 0, "{}")
SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM lead WHERE id = ?"


def of_lead(event: Event) -> Mapping[str, Any]:
    """What of the lead's row decides about claims, money and figures; where it has none yet, its flow is ""."""
    known = event.rows.leads.get(event.lead)
    if known is None:
        row = event.connection.execute(SELECT, (event.lead,)).fetchone()
        known = dict(zip(COLUMNS, row or NO_LEAD, strict=True))
        if row is not None:
            event.rows.leads[event.lead] = known
    return known


def changed(event: Event) -> None:
    """One of these columns was written: let go of what is remembered."""
    event.rows.leads.pop(event.lead, None)
