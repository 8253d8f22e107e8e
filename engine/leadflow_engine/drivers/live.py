"""The live driver: real requests, the journal, the real clock."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

from leadflow_engine.drivers.public import called_at
from leadflow_engine.effects import CallOut, Clock, Effect, HttpRequest, ReadCallback, Result, Timer, Write
from leadflow_engine.interpreter.journey import iso
from leadflow_engine.ports import Clock as ClockPort
from leadflow_engine.ports import Outbound, Store

Begin: TypeAlias = Callable[[HttpRequest, Callable[[Result], None]], bool]
"""Makes a request now, and tells its result; False where it did nothing."""


class LiveDriver:
    """Answers one Run's effects for real. What is still on its way when the Run ends is left to end by itself.

    A call goes out at once where the way out can begin with it (``begin``), and its result comes by itself. What
    else is asked alone is waited for by the Run's own task: one of its own would cost 15 us a time. Only what is under
    way beside something else has one."""

    def __init__(self, lead: str, store: Store, outbound: Outbound, clock: ClockPort) -> None:
        self._lead, self._store, self._outbound, self._clock = lead, store, outbound, clock
        self._asked: list[tuple[str, Coroutine[Any, Any, Result]]] = []
        self._arrived: deque[tuple[str, Result | BaseException]] = deque()
        self._going: dict[str, asyncio.Task[None]] = {}
        self._begun = 0
        self._begin_call: Begin | None = getattr(outbound, "begin", None)
        self._waiter: asyncio.Future[None] | None = None
        self._now = ""

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Begin an effect: at the latest when the next result is waited for."""
        data = effect.data
        if write is not None:
            self._asked.append((effect.key, self._store.write(write)))
        elif isinstance(data, CallOut):
            self._call(effect.key, data.request)
        elif isinstance(data, Timer):
            self._begun += 1
            asyncio.get_running_loop().call_later(data.seconds, self._comes, effect.key, {})
        elif isinstance(data, Clock):
            self._arrived.append((effect.key, {"now": self.time()}))
        elif isinstance(data, ReadCallback):
            token = str(self._store.read(self._lead, effect)["token"])
            self._arrived.append((effect.key, called_at(data, token)))
        else:
            self._arrived.append((effect.key, self._store.read(self._lead, effect)))

    async def next(self) -> tuple[str, Result]:
        """The next result, in the order of arrival. Raises what the store raised."""
        if not self._arrived:
            self._now = ""
            if len(self._asked) == 1 and not self._going and not self._begun:
                key, work = self._asked.pop()
                return key, await work
            if self._asked:
                self._have_under_way()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        key, result = self._arrived.popleft()
        if isinstance(result, BaseException):
            raise result
        return key, result

    def time(self) -> str:
        """The real time, looked at once between two waits: nothing else happens meanwhile."""
        if not self._now:
            self._now = iso(self._clock.now())
        return self._now

    def _call(self, key: str, request: HttpRequest) -> None:
        if self._begin_call is not None and self._begin_call(request, partial(self._comes, key)):
            self._begun += 1
        else:
            self._asked.append((key, self._outbound.send(request)))

    def _have_under_way(self) -> None:
        """What was asked goes on by itself, and arrives when it ends."""
        loop = asyncio.get_running_loop()
        for key, work in self._asked:
            self._going[key] = loop.create_task(self._finish(key, work))
        self._asked.clear()

    async def _finish(self, key: str, work: Coroutine[Any, Any, Result]) -> None:
        try:
            self._arrives(key, await work)
        except Exception as error:  # handed to the runner, which stops this lead
            self._arrives(key, error)
        finally:  # by itself: a callback of each of fifty tasks costs the loop a turn of its own
            del self._going[key]

    def _comes(self, key: str, result: Result) -> None:
        self._begun -= 1
        self._arrives(key, result)

    def _arrives(self, key: str, result: Result | BaseException) -> None:
        self._arrived.append((key, result))
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
