"""The work queue: leads that were held and are due, that a word has freed, or that a crash left unfinished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.operations.batch import together
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, go_on
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.runner import Ending
from leadflow_engine.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Worked:
    """A lead that went on. ``problem`` says why one could not."""

    lead: str
    ending: Ending | None
    problem: str = ""


async def work_once(
    store: SqliteStore,
    plans: Plans,
    outbound: Outbound,
    clock: Clock,
    tell: Callable[[Worked], None],
    concurrency: int = 16,
) -> int:
    """Go on with every lead that is unfinished or due now. Gives how many there were."""
    leads = list(dict.fromkeys([*store.unfinished(), *(work.lead for work in store.work_due(clock.now()))]))
    gate = asyncio.Semaphore(max(1, concurrency))

    async def one(lead: str) -> None:
        async with gate:
            tell(await _go_on(store, plans, outbound, clock, lead))

    await together(one(lead) for lead in leads)
    return len(leads)


async def _go_on(store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock, lead: str) -> Worked:
    """One lead that cannot go on stops no other."""
    facts = store.facts(lead)
    try:
        driver = LiveDriver(lead, store, outbound, clock)
        return Worked(lead, await go_on(plans.of(lead, facts), lead, facts, driver))
    except CANNOT_GO_ON as problem:
        return Worked(lead, None, f"lead {lead} cannot go on: {problem}")
