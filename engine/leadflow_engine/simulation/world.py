"""One seed's world: sources that send, a process that lives and dies, buyers with books; told from beginning to end."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from random import Random
from typing import Final

from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.effects import HttpRequest
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations import chores
from leadflow_engine.operations.chores import Did, Hands
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.resume import Plans
from leadflow_engine.ports import Store
from leadflow_engine.service.bounds import Room
from leadflow_engine.service.runs import Runs
from leadflow_engine.simulation.disk import Journal, Network, Process
from leadflow_engine.simulation.faults import Faults, drawn
from leadflow_engine.simulation.loop import LoopClock, VirtualLoop
from leadflow_engine.simulation.market import Market
from leadflow_engine.simulation.shapes import SHAPES, Shape
from leadflow_engine.store import StoreError
from leadflow_engine.store.payments import Payment, pay
from leadflow_engine.store.seal import Connection

BEGAN: Final = datetime.datetime(2026, 11, 20, 17, 0, tzinfo=datetime.UTC)
RUSH: Final = 240.0
"""Seconds within which all leads come."""
LOOKS: Final = 8.0
"""Seconds between two looks for what is due while leads come."""
PATIENCE: Final = 60
"""Looks after the last lead came, at most: what still waits then waits for somebody's word."""
EVENTS_PER_LEAD: Final = 9
"""About how many commits and requests a lead needs: kills are drawn among so many."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One lead as its source sends it, at so many seconds."""

    lead: str
    ref: str
    phone: str
    at: float
    again_at: float | None


@dataclass(slots=True)
class World:
    """A seed's world. ``tell`` lives it; then ``journal``, ``market`` and ``wrong`` say what came of it."""

    seed: int
    leads: int = 50
    shape: Shape = SHAPES[0]
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(init=False)
    market: Market = field(init=False)
    clock: LoopClock = field(init=False)
    acknowledged: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    paid: set[str] = field(default_factory=set)
    at: float = 0.0

    @classmethod
    def of(cls, seed: int, leads: int = 50) -> World:
        """The world of a seed: its shape and its faults are drawn."""
        seeded = Random(f"{seed}/world")
        return cls(seed, leads, seeded.choice(SHAPES), drawn(seeded))

    # ---------------------------------------------------------------- its story

    def tell(self) -> World:
        """Live it from beginning to end, with all its deaths."""
        self.clock = LoopClock(BEGAN)
        self.market = Market(self._random("market"), self.faults, self.shape.idempotent, self.shape.hosts)
        self.sent = self._sent()
        connection: Connection | None = None
        for life, dies_at in enumerate((*self._deaths(), 0)):
            process = Process(dies_at)
            with self._loop() as loop:
                self.journal = Journal.of(
                    connection, self.clock, process, self._random(f"disk/{life}"), self.faults
                )
                connection = self.journal.connection
                self.journal.add_plan(self.shape.plan.name, description(self.shape.plan))
                self._pay_in(process)
                self._say(f"the process begins its life {life + 1}")
                loop.run_until_complete(self._until_death(process, self._life(process)))
                self._say("the process dies" if process.dead else "all is quiet")
                process.dead = process.buried = True
            if not process.grave.is_set():
                break
        return self

    def settle(self) -> None:
        """An operator calls each buyer and says of every doubt what its book says; what was freed goes on, in a market
        without faults."""
        self.market.calm = True
        process = self.reopen()
        with self._loop() as loop:
            loop.run_until_complete(self._settled(process))
            process.dead = process.buried = True

    def reopen(self) -> Process:
        """The journal as a process without faults opens it."""
        process = Process()
        self.journal = Journal.of(
            self.journal.connection, self.clock, process, self._random("calm"), Faults()
        )
        return process

    # ---------------------------------------------------------------- parts of a life

    async def _life(self, process: Process) -> None:
        hands, runs = self._engine(process)
        sources = {asyncio.create_task(self._source(one, runs)) for one in self.sent}
        while sources:
            await self._look(hands, runs)
            done, sources = await asyncio.wait(sources, timeout=LOOKS)
            for each in done:
                each.result()
        await self._quiet(hands, runs)

    async def _quiet(self, hands: Hands, runs: Runs) -> None:
        """Look again and again, until nothing has a time when it is due."""
        for _ in range(PATIENCE):
            await self._look(hands, runs)
            await runs.settled(3600)
            due = self._next_due()
            if due is None:
                return
            await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 1.0))

    async def _settled(self, process: Process) -> None:
        hands, runs = self._engine(process)
        for _ in range(PATIENCE):
            doubts = [each for each in self.journal.doubts() if each.state == "in_doubt"]
            for doubt in doubts:
                self._ask_the_buyer(doubt.lead, doubt.buyer, doubt.number)
            await self._quiet(hands, runs)
            if not doubts:
                return

    def _ask_the_buyer(self, lead: str, buyer: str, number: int) -> None:
        took = any(entry.ref == lead for entry in self.market.took(buyer))
        word = "sold" if took else "declined"
        with contextlib.suppress(StoreError):  # it is under way: the next look finds it
            self.journal.settle_delivery(lead, buyer, number, word, "operator", "the buyer's word")

    def _engine(self, process: Process) -> tuple[Hands, Runs]:
        plans = Plans(self.journal, {self.shape.plan.name: self.shape.plan})
        network = Network(process, self.market, self._leaves)

        def driver(lead: str, store: Store) -> LiveDriver:
            return LiveDriver(lead, store, network, self.clock)

        runs = Runs(self.journal, plans, driver, Room(10_000), lambda plan, ending: None, self._failed)
        return Hands(self.journal, plans, network, self.clock), runs

    async def _source(self, one: Sent, runs: Runs) -> None:
        """A source sends until it hears that its lead is kept; some send again later all the same."""
        for at in (one.at, one.again_at):
            if at is None:
                return
            await asyncio.sleep(max(at - asyncio.get_running_loop().time(), 0.0))
            while one.lead not in self.acknowledged and self.journal.find(f"web/{one.ref}") is None:
                payload = {"ref": one.ref, "phone": one.phone}
                going = runs.begin(self.shape.plan, Arrival(one.lead, f"web/{one.ref}", "web", payload))
                entered = asyncio.create_task(going.entered.wait())
                await asyncio.wait({going.task, entered}, return_when=asyncio.FIRST_COMPLETED)
                entered.cancel()
                if going.entered.is_set():
                    self.acknowledged.add(one.lead)
                else:
                    await asyncio.sleep(5.0)

    async def _look(self, hands: Hands, runs: Runs) -> None:
        """What a service does beside calls."""
        now = self.clock.now()
        for lead in (*self.journal.unfinished(), *(work.lead for work in self.journal.work_due(now))):
            if not runs.is_busy(lead):
                runs.go_on(lead)
        for chore in chores.CHORES:
            if chore not in (chores.leads, chores.resubmissions):
                try:
                    await chore(hands, self._did)
                except StoreError as problem:
                    self._say(f"a chore could not store: {problem}")

    def _next_due(self) -> float | None:
        """When something is due next, in virtual seconds; None where nothing has a time."""
        unfinished = next(iter(self.journal.unfinished()), None)
        row = self.journal.query("SELECT min(due) FROM work WHERE due IS NOT NULL")[0][0]
        if unfinished is not None:
            return asyncio.get_running_loop().time() + LOOKS
        if row is None:
            return None
        return (datetime.datetime.fromisoformat(row) - BEGAN).total_seconds()

    # ---------------------------------------------------------------- what is drawn

    def _random(self, of: str) -> Random:
        return Random(f"{self.seed}/{of}")

    def _sent(self) -> list[Sent]:
        seeded = self._random("sources")
        sent: list[Sent] = []
        for number in range(self.leads):
            twin = seeded.random() < self.faults.twin and bool(sent)
            phone = seeded.choice(sent).phone if twin else f"+1512555{number:04d}"
            at = seeded.random() * RUSH
            again = at + seeded.random() * 60 if seeded.random() < self.faults.resent else None
            name = f"L{number:03d}"
            sent.append(Sent(name, name, phone, at, again))
        return sent

    def _deaths(self) -> Iterator[int]:
        seeded = self._random("deaths")
        for _ in range(self.faults.kills):
            yield seeded.randint(1, max(2, self.leads * EVENTS_PER_LEAD))

    def _pay_in(self, process: Process) -> None:
        """Once for each buyer: a process that is dead takes no payment, the next one does."""
        for buyer, amount in self.shape.paid_in.items():
            if buyer not in self.paid and not process.dead:
                paid = Payment(f"buyer/{buyer}", Decimal(amount), BEGAN, "", "operator", "top-up")
                self.journal.transact(partial(pay, payment=paid))
                self.paid.add(buyer)

    # ---------------------------------------------------------------- watching

    def _leaves(self, request: HttpRequest) -> None:
        """G3: no byte of a post leaves before its intent is committed."""
        if not request.url.endswith("/leads"):
            return
        lead = str(json.loads(request.body or "{}")["ref"])
        buyer = self.shape.hosts[request.url.split("/")[2]]
        rows = self.journal.query("SELECT state FROM delivery WHERE lead = ? AND buyer = ?", (lead, buyer))
        self._say(f"{lead} is posted to {buyer}")
        if not any(state in ("intent", "in_doubt") for (state,) in rows):
            self.wrong.append(f"{lead} was posted to {buyer} without an intent in the journal")

    def _failed(self, lead: str, error: BaseException) -> None:
        self._say(f"{lead} stops: {error}")
        if not isinstance(error, StoreError):
            self.wrong.append(f"{lead} stopped with {type(error).__name__}: {error}")

    def _did(self, did: Did) -> None:
        self._say(did.line)

    def _say(self, line: str) -> None:
        self.log.append(f"{self.clock.now() - BEGAN}  {line}")

    # ---------------------------------------------------------------- loops

    @contextlib.contextmanager
    def _loop(self) -> Iterator[VirtualLoop]:
        """A loop that begins when the last one ended; what is left on it at the end is taken away."""
        loop = VirtualLoop(self.at)
        self.clock.loop = loop
        try:
            yield loop
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
            self.at = loop.time() + 1.0
            loop.close()

    async def _until_death(self, process: Process, life: Coroutine[None, None, None]) -> None:
        living, dying = asyncio.create_task(life), asyncio.create_task(process.grave.wait())
        done, _ = await asyncio.wait({living, dying}, return_when=asyncio.FIRST_COMPLETED)
        if living in done:
            living.result()


def fewer(world: World, leads: int | None = None, faults: Faults | None = None) -> World:
    """The same seed with fewer leads, or with other faults: not yet told."""
    again = World(world.seed, world.leads if leads is None else leads, world.shape, world.faults)
    return again if faults is None else replace(again, faults=faults)
