"""What a service does beside calls: leads that wait or were interrupted go on, chores are done, health is looked at."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from leadflow_engine.operations import chores
from leadflow_engine.operations.chores import Chore, Did, Hands
from leadflow_engine.operations.resubmitting import next_arrival, plan_for
from leadflow_engine.operations.resume import CANNOT_GO_ON
from leadflow_engine.operations.work import in_turn
from leadflow_engine.service.log import Log
from leadflow_engine.service.runs import Runs
from leadflow_engine.service.signed import SignedCalls
from leadflow_engine.store import SqliteStore, StoreError, resubmissions
from leadflow_engine.store.codec import iso
from leadflow_engine.store.resubmissions import Resubmission

OWN: Final = (chores.leads, chores.resubmissions)
"""Chores that begin Runs: here the Runs of calls must know of them."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks for what is due."""
AT_ONCE: Final = 32
"""Leads that go on at once, beside those that come in."""
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 600.0
"""Seconds until a lead that could not go on is tried again: at first, at most."""
MOST_PAUSES: Final = 10_000
"""Leads whose pauses are remembered before those that are over are let go of."""
LEAST_SPACE: Final = 64 * 2**20
"""Bytes that must be free beside the journal for the service to call itself ready."""
TOLD_FOR: Final = 10.0
"""Seconds for which a journal that failed counts as failing, unless something is committed in between."""


@dataclass(slots=True)
class Health:
    """Whether leads can be stored."""

    store: SqliteStore
    journal: str
    failed_at: float = -TOLD_FOR
    why: str = ""

    def note(self, error: BaseException) -> None:
        """A Run failed for this."""
        if isinstance(error, StoreError):
            self.failed_at, self.why = time.monotonic(), str(error)

    def trouble(self) -> str:
        """Why leads cannot be stored; "" where they can."""
        if time.monotonic() - self.failed_at < TOLD_FOR:
            return self.why
        try:
            free = shutil.disk_usage(Path(self.journal).absolute().parent).free
        except OSError as error:
            return f"the journal's disk cannot be asked: {error.strerror}"
        return "" if free >= LEAST_SPACE else f"only {free // 2**20} MiB are free beside the journal"


@dataclass(slots=True)
class _Pause:
    until: float
    seconds: float


@dataclass(slots=True)
class Keeper:
    """Does it, until it is stopped."""

    store: SqliteStore
    runs: Runs
    hands: Hands
    signed: SignedCalls
    log: Log
    soon: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False
    pauses: dict[str, _Pause] = field(default_factory=dict)

    def works(self, also: Sequence[Chore]) -> list[Coroutine[Any, Any, None]]:
        """What goes on: leads, and chores; one each, to be run as tasks."""
        return [self._leads(), *(self._chore(each) for each in also if each not in OWN)]

    def stop(self) -> None:
        """Begin with nothing more."""
        self.stopped = True

    def failed(self, lead: str, error: BaseException) -> None:
        """A Run stopped; its lead goes on later. What stopped it is told without its values."""
        if len(self.pauses) > MOST_PAUSES:
            self.pauses = {each: pause for each, pause in self.pauses.items() if self._rests(each)}
        before = self.pauses.get(lead)
        seconds = min(LONGEST_PAUSE, before.seconds * 2 if before else FIRST_PAUSE)
        self.pauses[lead] = _Pause(time.monotonic() + seconds, seconds)
        if isinstance(error, (StoreError, *CANNOT_GO_ON)):
            self.log.trouble(f"lead {lead} cannot go on: {error}")
        else:
            self.log.mistake(f"lead {lead}", error)

    # ------------------------------------------------------------------ leads

    async def _leads(self) -> None:
        while not self.stopped:
            try:
                await self._leads_once()
                self.signed.forget(self.hands.clock.now())
            except StoreError as error:
                self.log.trouble(str(error))
            except Exception as error:  # those that wait are waited for all the same
                self.log.mistake("the leads that wait", error)
            await self._pause()

    async def _leads_once(self) -> None:
        """Begin with all that is due, as many at once as may be."""
        for lead in await asyncio.to_thread(in_turn, self.store, self.hands.clock.now()):
            if self._rests(lead) or self.runs.is_busy(lead):
                continue
            await self._room()
            if not self.stopped and not self.runs.is_busy(lead) and self._still(lead):
                self.runs.go_on(lead)
        for again in await asyncio.to_thread(self.store.ask, resubmissions.due):
            await self._room()
            if not self.stopped and not self._rests(again.next) and not self.runs.is_busy(again.next):
                await self._offer_again(again)

    async def _room(self) -> None:
        while len(self.runs.again) >= AT_ONCE and not self.stopped:
            await asyncio.wait(self.runs.again.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _offer_again(self, again: Resubmission) -> None:
        try:
            plan = await asyncio.to_thread(plan_for, self.store, self.hands.plans, again)
            self.runs.begin_again(plan, next_arrival(self.store, plan, again))
        except CANNOT_GO_ON as problem:
            self.failed(again.next, problem)

    def _rests(self, lead: str) -> bool:
        pause = self.pauses.get(lead)
        return pause is not None and pause.until > time.monotonic()

    def _still(self, lead: str) -> bool:
        """Is it due yet? Its Run may have ended since that was asked."""
        sql = (
            "SELECT 1 FROM lead l LEFT JOIN work w ON w.lead = l.id "
            "WHERE l.id = ? AND (l.outcome IS NULL OR w.due <= ?)"
        )
        return bool(self.store.query(sql, (lead, iso(self.hands.clock.now()))))

    # ------------------------------------------------------------------ chores

    async def _chore(self, chore: Chore) -> None:
        while not self.stopped:
            try:
                await chore(self.hands, self._tell)
            except StoreError as error:
                self.log.trouble(str(error))
            except Exception as error:  # one chore's mistake stops no other
                self.log.mistake("a chore", error)
            await asyncio.sleep(LOOK_EVERY)

    def _tell(self, did: Did) -> None:
        if did.failed:
            self.log.trouble(did.line)

    async def _pause(self) -> None:
        """Until the next look, or until an order has freed something."""
        self.soon.clear()
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await self.soon.wait()
        except TimeoutError:
            pass
