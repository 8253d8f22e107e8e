"""The plans by which what is due is done: whoever does it needs their secrets beforehand."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import suppress

from leadflow_engine.operations.resubmitting import plan_for
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.store import SqliteStore, batches, follow_ups, resubmissions


def learn_plans(store: SqliteStore, plans: Plans, now: datetime.datetime) -> None:
    """Have ``plans`` know the plan of everything that is due. One that cannot be had is told of with its lead."""
    for lead in dict.fromkeys(_leads(store, now)):
        with suppress(*CANNOT_GO_ON):
            plans.of(lead, store.facts(lead))
    for due in store.ask(resubmissions.due):
        with suppress(*CANNOT_GO_ON):
            plan_for(store, plans, due)


def _leads(store: SqliteStore, now: datetime.datetime) -> Iterator[str]:
    yield from store.unfinished()
    yield from (work.lead for work in store.work_due(now))
    yield from (due.lead for due in store.postbacks_due(now))
    yield from (due.lead for due in store.ask(lambda connection: follow_ups.due(connection, now)))
    yield from store.ask(lambda connection: batches.leads_of_due(connection, now))
