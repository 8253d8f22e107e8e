"""Who was shown a lead's personal values. These rows are no projection: a rebuild leaves them as they are."""

from __future__ import annotations

from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.core import Core


def note(core: Core, lead: str, by: str, because: str) -> None:
    """Keep who sees the lead's values, and why, before they are shown."""
    values = (lead, iso(core.clock.now()), text(by), text(because))
    core.connection.execute("INSERT INTO reveal (lead, at, by, because) VALUES (?, ?, ?, ?)", values)
