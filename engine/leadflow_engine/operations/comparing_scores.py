"""A flow's scores side by side, each held against what became of the leads that it was made for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from leadflow_engine.scores.measures import Group, auc, tenths
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.codec import iso
from leadflow_engine.store.outcomes import SOLD, came_of, scores

FIFTHS: Final = 5

Compared = tuple[int, float | None, tuple[Group, ...]]
"""How many leads, the AUC (None where all came to the same), the groups, the highest scores first."""


def compare(
    store: SqliteStore,
    flow: str,
    target: str,
    since: datetime.datetime,
    now: datetime.datetime,
    ripe: datetime.timedelta,
) -> Mapping[str, Compared]:
    """Each score by its name. Raises ``StoreError`` where the flow's leads have none."""
    until = now if target == SOLD else now - ripe
    came = store.ask(lambda journal: came_of(journal, flow, target, iso(since), iso(until)))
    found = store.ask(lambda journal: scores(journal, flow))
    if not found:
        raise StoreError(f"no lead of flow `{flow}` has a score in this journal")
    told: dict[str, Compared] = {}
    for name, values in found.items():
        both = [(Decimal(values[each.lead]), each.good) for each in came if each.lead in values]
        numbers, good = [score for score, _ in both], [good for _, good in both]
        told[name] = (len(both), auc(numbers, good), tenths(numbers, good, FIFTHS))
    return told
