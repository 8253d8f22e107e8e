"""What of a lead's row many projections need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from leadflow_engine.store.known import COLUMNS, LEAD, NO_LEAD

if TYPE_CHECKING:
    from leadflow_engine.store.event import Event


def of_lead(event: Event) -> Mapping[str, Any]:
    """What of the lead's row decides about claims, money and figures; where it has none yet, its flow is ""."""
    known = event.rows.known.get(event.lead)
    if known is not None and known.row is not None:
        return known.row
    if event.gathers:
        return event.known().row or NO_LEAD
    row = event.connection.execute(LEAD, (event.lead,)).fetchone()
    return dict(zip(COLUMNS, row, strict=True)) if row else NO_LEAD
