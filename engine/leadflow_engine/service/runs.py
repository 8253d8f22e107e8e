"""The Runs that are under way: begun by calls, or gone on with. No lead has two at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.resume import Plans, go_on
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Store
from leadflow_engine.runner import Driver, Ending, run_lead
from leadflow_engine.service.bounds import Room
from leadflow_engine.service.entering import Entering
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.calls import Note

DriverOf = Callable[[str, Store], Driver]


@dataclass(frozen=True, slots=True)
class Going:
    """A Run that a call has begun. ``call`` tells the call's body from any other, "" where it has no key of its own."""

    plan: Plan
    arrival: Arrival
    task: asyncio.Task[Ending]
    entered: asyncio.Event
    call: str = ""


@dataclass(slots=True)
class Runs:
    """Begins Runs and knows those that go. ``told`` hears of every one that ended, ``failed`` of every one that could
    not."""

    store: SqliteStore
    plans: Plans
    driver_of: DriverOf
    room: Room
    told: Callable[[Plan, Ending], None]
    failed: Callable[[str, BaseException], None]
    going: dict[str, Going] = field(default_factory=dict)
    again: dict[str, asyncio.Task[Ending]] = field(default_factory=dict)

    def is_busy(self, lead: str) -> bool:
        """Is a Run of this lead under way?"""
        return lead in self.going or lead in self.again

    def begin(self, plan: Plan, arrival: Arrival, note: Note | None = None, call: str = "") -> Going:
        """Begin with a new lead."""
        entering = Entering(self.store, note)
        task = self._begun(self.going, plan, arrival, entering)
        found = self.going[arrival.lead] = Going(plan, arrival, task, entering.entered, call)
        return found

    def go_on(self, lead: str) -> asyncio.Task[Ending]:
        """Go on with a lead that is due or was interrupted."""
        task = asyncio.create_task(self._old(lead), name=lead)
        self.again[lead] = task
        task.add_done_callback(lambda done: self._ended(self.again, lead, done))
        return task

    def begin_again(self, plan: Plan, arrival: Arrival) -> asyncio.Task[Ending]:
        """Begin with a lead that is offered again."""
        task = self.again[arrival.lead] = self._begun(self.again, plan, arrival, self.store)
        return task

    def _begun(
        self, among: dict[str, Any], plan: Plan, arrival: Arrival, store: Store
    ) -> asyncio.Task[Ending]:
        """A Run that takes its room now, not when its task has its turn: else calls that come in the same moment would
        all find it free."""
        source = f"{plan.flow.name}/{arrival.source}"
        driver = self.driver_of(arrival.lead, store)
        task = asyncio.create_task(self._new(plan, arrival, driver), name=arrival.lead)
        self.room.take(source)

        def ended(done: asyncio.Task[Ending]) -> None:
            self.room.leave(source)
            self._ended(among, arrival.lead, done)

        task.add_done_callback(ended)
        return task

    async def settled(self, seconds: float) -> int:
        """Wait until all Runs have ended, at most so long. Gives how many have not."""
        tasks = [*(each.task for each in self.going.values()), *self.again.values()]
        if not tasks:
            return 0
        _, left = await asyncio.wait(tasks, timeout=seconds)
        return len(left)

    def drop(self) -> None:
        """Stop all Runs where they are; their leads go on from the journal."""
        for task in [*(each.task for each in self.going.values()), *self.again.values()]:
            task.cancel()

    async def _new(self, plan: Plan, arrival: Arrival, driver: Driver) -> Ending:
        ending = await run_lead(plan, arrival, driver)
        self.told(plan, ending)
        return ending

    async def _old(self, lead: str) -> Ending:
        facts = self.store.facts(lead)
        known = bool(facts) and facts[0].body["plan"] in self.plans.known
        of = self.plans.of
        plan = of(lead, facts) if known else await asyncio.to_thread(of, lead, facts)
        source = str(facts[0].body["source"])
        with self.room.one(f"{plan.flow.name}/{source}"):
            ending = await go_on(plan, lead, facts, self.driver_of(lead, self.store))
        self.told(plan, ending)
        return ending

    def _ended(self, among: dict[str, Any], lead: str, task: asyncio.Task[Ending]) -> None:
        among.pop(lead, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed(lead, error)
