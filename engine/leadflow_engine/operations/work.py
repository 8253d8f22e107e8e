"""The work queue: leads that were held and are due, that a word has freed, or that a crash left unfinished."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from dataclasses import dataclass

from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.operations.batch import together
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, go_on
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.runner import Ending
from leadflow_engine.store import SqliteStore, follow_ups, queued
from leadflow_engine.store.waiting import worth_of


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
    """Go on with every lead that is unfinished or due now, in the order of ``in_turn``. Gives how many there were."""
    leads = in_turn(store, clock.now())
    gate = asyncio.Semaphore(max(1, concurrency))

    async def one(lead: str) -> None:
        async with gate:
            tell(await _go_on(store, plans, outbound, clock, lead))

    await together(one(lead) for lead in leads)
    return len(leads)


def in_turn(store: SqliteStore, now: datetime.datetime) -> list[str]:
    """What a crash left unfinished first, then what is due: by the best price that it may bring, then by its time. A
    lead that could not go on comes again when its pause is over; one that waits for nothing any more comes last."""
    due = sorted(store.work_due(now), key=lambda work: -(worth_of(work.cursor) or 0))
    lifted = store.ask(lambda connection: follow_ups.waiting_for_nothing(connection, now))
    leads = dict.fromkeys([*store.unfinished(), *(work.lead for work in due), *lifted])
    paused = set_aside_now(store, now)
    return [lead for lead in leads if lead not in paused]


async def _go_on(store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock, lead: str) -> Worked:
    """One lead that cannot go on stops no other; it is tried again ever later."""
    facts = store.facts(lead)
    try:
        driver = LiveDriver(lead, store, outbound, clock)
        ending = await go_on(plans.of(lead, facts), lead, facts, driver)
    except CANNOT_GO_ON as problem:
        await set_aside(store, lead, str(problem))
        return Worked(lead, None, f"lead {lead} cannot go on: {problem}")
    await take_up(store, lead)
    return Worked(lead, ending)


async def set_aside(store: SqliteStore, lead: str, why: str) -> None:
    """Nothing can be done for a lead now: it is tried again ever later."""
    await store.commit(lambda core: queued.note_stuck(core, lead, why))


async def take_up(store: SqliteStore, lead: str) -> None:
    """What was due of a lead has been done: where it was set aside, it is no more."""
    if store.query("SELECT 1 FROM stuck WHERE lead = ?", (lead,)):
        await store.commit(lambda core: queued.note_free(core, lead))


def set_aside_now(store: SqliteStore, now: datetime.datetime) -> frozenset[str]:
    """Leads for which nothing could be done, and nothing is tried yet."""
    return store.ask(lambda connection: queued.stuck_now(connection, now))
