"""Which of a flow's caps are counted by another flow's calendar in a journal: see ``store/pools.py``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.pools import zone_of


def other_calendars(plan: Plan, store: SqliteStore) -> Iterator[str]:
    """A sentence for each cap that the flow counts together with others whose zone is another and came first."""
    caps = [cap for planned in plan.buyers.values() for cap in planned.caps]
    caps += [cap for each in (*plan.source_caps.values(), *plan.source_counts.values()) for cap in each]
    for limit, cap in {cap.limit: cap for cap in caps}.items():
        zone = store.ask(partial(zone_of, limit=limit))
        if zone and zone != cap.zone:
            yield f"{cap.reason} is counted by the clock of {zone} in this journal, not of {cap.zone}"
