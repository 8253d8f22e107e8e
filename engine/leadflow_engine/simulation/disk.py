"""The journal of a simulated process: the real one, on a disk that may fail, in a process that may die."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from leadflow_engine.effects import HttpRequest, Result, Write
from leadflow_engine.simulation.faults import Faults
from leadflow_engine.simulation.loop import LoopClock
from leadflow_engine.simulation.market import Market
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.core import Core, perform
from leadflow_engine.store.seal import Connection

T = TypeVar("T")


@dataclass(slots=True)
class Process:
    """One life of the process. It dies at its ``dies_at``-th event (commits and requests, before and after each; 0 is
    never). What it does once it is dead has no effect on anything."""

    dies_at: int = 0
    events: int = 0
    dead: bool = False
    buried: bool = False
    grave: asyncio.Event = field(default_factory=asyncio.Event)

    def event(self) -> bool:
        """One more event; true where the process is dead."""
        self.events += 1
        if self.dies_at and self.events >= self.dies_at and not self.dead:
            self.dead = True
            self.grave.set()
        return self.dead

    async def rest(self) -> None:
        """What a dead process does, until it is taken away."""
        if self.buried:
            raise asyncio.CancelledError
        await asyncio.get_running_loop().create_future()


class Journal(SqliteStore):
    """The journal in memory, with the faults of one life."""

    process: Process
    random: Random
    faults: Faults

    @classmethod
    def of(
        cls,
        connection: Connection | None,
        clock: LoopClock,
        process: Process,
        random: Random,
        faults: Faults,
    ) -> Journal:
        """The journal as a new process opens it; an empty one where there is no ``connection``."""
        store = cls.memory(clock) if connection is None else cls._in_memory(connection, clock)
        assert isinstance(store, Journal)
        store.process, store.random, store.faults = process, random, faults
        return store

    async def write(self, write: Write) -> Result:
        """A commit: it takes its time, may fail, and the process may die before or after it."""
        await self._before()
        result: Result = super().transact(lambda core: perform(core, write))
        await self._after()
        return result

    async def commit(self, work: Callable[[Core], T]) -> T:
        """The same of what others have to say to the journal."""
        await self._before()
        value = super().transact(work)
        await self._after()
        return value

    def transact(self, work: Callable[[Core], T]) -> T:
        """The same for those who do not wait; a process that is dead writes nothing."""
        if self.process.dead:
            raise StoreError("the process is dead: nothing of this was written")
        value = super().transact(work)
        self.process.event()
        return value

    async def _before(self) -> None:
        if self.process.event():
            await self.process.rest()
        await asyncio.sleep(0.0005 + 0.004 * self.random.random() ** 2)
        if self.process.dead:
            await self.process.rest()
        if self.random.random() < self.faults.commit:
            raise StoreError("the simulated disk failed: nothing of this was written")

    async def _after(self) -> None:
        if self.process.event():
            await self.process.rest()

    @property
    def connection(self) -> Connection:
        """What outlives the process: the file."""
        assert self._core is not None and isinstance(self._core.connection, Connection)
        return self._core.connection


@dataclass(slots=True)
class Network:
    """``ports.Outbound`` of one life. ``check`` looks at each request as it leaves."""

    process: Process
    market: Market
    check: Callable[[HttpRequest], None]

    async def send(self, request: HttpRequest) -> Result:
        """One request; the process may die before it leaves, or before its answer is read."""
        if self.process.event():
            await self.process.rest()
        self.check(request)
        result = await self.market.answer(request)
        if self.process.event():
            await self.process.rest()
        return result

    async def close(self) -> None:
        """Nothing is held open."""
