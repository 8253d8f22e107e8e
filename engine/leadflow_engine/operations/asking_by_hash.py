"""Asking by hash, before anything is sent: would this source's dedupe know a lead with that value?"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import partial

from leadflow_engine.intake.hashes import asking
from leadflow_engine.limits.planned import names_of
from leadflow_engine.operations.loading import LoadProblem, source_of
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.seen import is_known


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a lead with the value is known now, and in the flow's words why it would be refused ("" where not)."""

    known: bool
    reason: str = ""


def asked_by_hash(
    store: SqliteStore, plan: Plan, source: str, field: str, said: str, now: datetime.datetime
) -> Known:
    """Whether a source's dedupe on ``field`` knows the value of a hash (``sha256:...`` or ``md5:...``) now. Nothing is
    kept of the question. Raises ``LoadProblem`` where the source is not asked so, or it is no hash."""
    dedupes = [
        planned
        for planned in plan.source_dedupes[source_of(plan, source).name]
        if planned.asked and planned.dedupe.by_hash
    ]
    names = [names_of(planned.dedupe) for planned in dedupes]
    if field not in names:
        can = (
            f"it is asked about {', '.join(names)}"
            if names
            else "say `dedupe on FIELD within D by hash` there"
        )
        raise LoadProblem(f"source {source} of {plan.flow.name} is not asked by hash about `{field}`; {can}")
    for planned in dedupes:
        if names_of(planned.dedupe) != field:
            continue
        claim = asking(planned, said)
        if claim is None:
            raise LoadProblem("no hash: write sha256: and 64 hexadecimal digits, or md5: and 32")
        if store.ask(partial(is_known, claim=claim, at=now)):
            return Known(True, planned.dedupe.reason)
    return Known(False)
