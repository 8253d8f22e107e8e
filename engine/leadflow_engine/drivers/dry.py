"""The dry driver: no network, no waiting. Answers are simulated, recorded or assumed; time is virtual; what would be
written goes to a store that is thrown away."""

from __future__ import annotations

import datetime
import heapq
from typing import Protocol

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.public import NOWHERE, called_at
from leadflow_engine.effects import CallOut, Clock, Effect, ReadCallback, Result, Timer, Write
from leadflow_engine.interpreter.journey import iso


class Answers(Protocol):
    """Where a dry run's answers come from."""

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """The result of a call, ``ms`` telling when it arrives."""
        ...


class ThrownAway(Protocol):
    """A store that answers at once and keeps nothing for good."""

    def write_now(self, write: Write) -> Result:
        """Perform a durable effect at once."""
        ...

    def read(self, lead: str, effect: Effect) -> Result:
        """Answer a read effect."""
        ...


class DryDriver:
    """Answers one Run's effects in virtual time: the earliest result first, and the clock moves with it."""

    def __init__(self, lead: str, store: ThrownAway, answers: Answers, clock: VirtualClock) -> None:
        self._lead, self._store, self._answers, self._clock = lead, store, answers, clock
        self._coming: list[tuple[datetime.datetime, int, str, Result]] = []
        self._count = 0

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Answer an effect; its result arrives when its time has come."""
        data = effect.data
        if write is not None:
            self._arrives(effect.key, self._store.write_now(write))
        elif isinstance(data, CallOut):
            result = self._answers.answer(self._lead, effect, data)
            self._arrives(effect.key, result, float(result.get("ms") or 0) / 1000)
        elif isinstance(data, Timer):
            self._arrives(effect.key, {}, data.seconds)
        elif isinstance(data, ReadCallback):
            self._arrives(effect.key, called_at(data, "TOKEN", NOWHERE))
        elif isinstance(data, Clock):
            self._arrives(effect.key, {"now": self.time()})
        else:
            self._arrives(effect.key, self._store.read(self._lead, effect))

    async def next(self) -> tuple[str, Result]:
        """The earliest result."""
        at, _, key, result = heapq.heappop(self._coming)
        self._clock.at = max(self._clock.at, at)
        return key, result

    def time(self) -> str:
        """The virtual time."""
        return iso(self._clock.now())

    def _arrives(self, key: str, result: Result, seconds: float = 0.0) -> None:
        self._count += 1  # those that arrive at the same moment arrive in the order in which they were asked
        at = self._clock.at
        if seconds:
            at += datetime.timedelta(seconds=seconds)
        heapq.heappush(self._coming, (at, self._count, key, result))
