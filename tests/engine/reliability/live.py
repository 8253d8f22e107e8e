"""A flow's leads over real HTTP within this process, for tests that compare what is stored and kill nobody."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from leadflow_engine.answers import load_answers
from leadflow_engine.operations.batch import Job, run_job
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.resume import Plans
from leadflow_engine.operations.work import work_once
from leadflow_engine.outbound.client import HttpOutbound, settings_from
from leadflow_engine.plan import Plan
from leadflow_engine.sandbox import running
from leadflow_engine.secrets import Secrets
from leadflow_engine.store import SqliteStore

from .child import ShiftedClock
from .world import shift_to

MADE_UP = Secrets({name: f"none-{name}" for name in ("LOOKUP_TOKEN", "SUNPATH_TOKEN", "BRIGHTBID_KEY")})


async def live(
    plan: Plan,
    answers: Path,
    leads: Path,
    db: Path,
    at: datetime.datetime,
    concurrency: int = 1,
    work: bool = False,
) -> None:
    """Route a file of leads (or go on with what waits) on a clock that reads ``at`` now."""
    async with running(load_answers(answers)) as here:
        environ = {"LEADFLOW_ALLOW_HOSTS": here.address, "LEADFLOW_SANDBOX": here.address}
        clock = ShiftedClock(datetime.timedelta(seconds=shift_to(at)))
        store = SqliteStore.open(db, clock)
        store.add_plan(plan.name, description(plan))
        source = next(iter(plan.sources))
        try:
            async with HttpOutbound(settings_from(environ, MADE_UP)) as outbound:
                if work:
                    await work_once(store, Plans(store), outbound, clock, lambda worked: None, concurrency)
                else:
                    job = Job(plan, source, leads, store, outbound, clock, concurrency)
                    await run_job(job, lambda done: None)
        finally:
            await store.close()


def run_live(
    plan: Plan,
    answers: Path,
    leads: Path,
    db: Path,
    at: datetime.datetime,
    concurrency: int = 1,
    work: bool = False,
) -> None:
    """``live``, for tests without a loop."""
    asyncio.run(live(plan, answers, leads, db, at, concurrency, work))
