"""Running a file of leads: each record once, so many at a time, whatever became of an earlier run of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.intake.formats import Record, read_records
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.identity import Arriving, arriving, digest_of
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, go_on
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.runner import Ending, arrival_of, run_lead
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.queries import has_lead


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one lead of a record (most records are one lead).

    ``how``: new (routed now), resumed (a crash had interrupted it), known (an earlier run had ended it, or it waits),
    unread (``problem`` says why). ``ms`` is how long it took here.
    """

    record: Record
    how: str
    lead: str = ""
    ending: Ending | None = None
    problem: str = ""
    ms: float = 0.0


@dataclass(slots=True)
class Job:
    """One run of a file. ``stop`` may be set at any time: no new leads are begun, those begun end."""

    plan: Plan
    source: str
    file: Path
    store: SqliteStore
    outbound: Outbound
    clock: Clock
    concurrency: int = 16
    key: str = ""
    stop: asyncio.Event = field(default_factory=asyncio.Event)


async def run_job(job: Job, tell: Callable[[Done], None]) -> None:
    """Run every record of the file; ``tell`` hears of each as it ends, in the order in which they end.

    Raises ``StoreError`` where the journal fails: nobody is contacted after that, and the same command goes on.
    """
    runner = _Runner(job, tell, digest_of(job.file), Plans(job.store, {job.plan.name: job.plan}))
    leads = arriving(job.plan, job.source, read_records(job.file), runner.digest, job.key)
    await together(runner.work(leads) for _ in range(max(1, job.concurrency)))


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run them all at once; the first failure ends the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except* Exception as failures:
        raise _first(failures) from None


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    first: BaseException = failures
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


@dataclass(slots=True)
class _Runner:
    job: Job
    tell: Callable[[Done], None]
    digest: str
    plans: Plans
    going: dict[str, asyncio.Event] = field(default_factory=dict)

    async def work(self, leads: Iterator[Arriving]) -> None:
        """Take leads, one after the other, until there are no more or somebody says stop."""
        while not self.job.stop.is_set():
            one = next(leads, None)
            if one is None:
                return
            began = asyncio.get_running_loop().time()
            done = await self._one(one)
            took = (asyncio.get_running_loop().time() - began) * 1000
            self.tell(Done(one.record, done.how, done.lead, done.ending, done.problem, took))

    async def _one(self, one: Arriving) -> Done:
        record, arrival = one.record, one.arrival
        if arrival is None:
            return Done(record, "unread", problem=one.problem)
        while (
            arrival.identity in self.going
        ):  # the same lead twice in one file: the second waits for the first
            await self.going[arrival.identity].wait()
        self.going[arrival.identity] = asyncio.Event()
        try:
            return await self._lead(record, arrival)
        finally:
            self.going.pop(arrival.identity).set()

    async def _lead(self, record: Record, arrival: Arrival) -> Done:
        store = self.job.store
        driver = LiveDriver(arrival.lead, store, self.job.outbound, self.job.clock)
        known = arrival.lead
        if not store.ask(partial(has_lead, lead=known)):
            return Done(record, "new", known, await run_lead(self.job.plan, arrival, driver))
        if not store.is_unfinished(known):
            return (
                Done(record, "known", known)
                if self._same(known, arrival)
                else _another(record, known, self.job.key)
            )
        facts = store.facts(known)
        try:
            return Done(
                record, "resumed", known, await go_on(self.plans.of(known, facts), known, facts, driver)
            )
        except CANNOT_GO_ON as problem:
            return Done(record, "unread", known, problem=f"lead {known} cannot go on: {problem}")

    def _same(self, known: str, arrival: Arrival) -> bool:
        """Is this the lead that has its identity already? Only a key that the file gives can name two."""
        if not self.job.key:
            return True
        received = self.job.store.facts(known)[0]
        return received.content is None or arrival_of(known, received).payload == arrival.payload


def _another(record: Record, known: str, key: str) -> Done:
    problem = (
        f"lead {known} came under the same `{key}` with another body; it stands, and this one is not routed"
    )
    return Done(record, "unread", known, problem=problem)
