"""The live driver: real requests, the journal, the real clock."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from leadflow_engine.drivers.public import called_at
from leadflow_engine.effects import CallOut, Clock, Effect, ReadCallback, Result, Timer, Write
from leadflow_engine.interpreter.journey import iso
from leadflow_engine.ports import Clock as ClockPort
from leadflow_engine.ports import Outbound, Store


class LiveDriver:
    """Answers one Run's effects for real. What is still on its way when the Run ends is left to end by itself."""

    def __init__(self, lead: str, store: Store, outbound: Outbound, clock: ClockPort) -> None:
        self._lead, self._store, self._outbound, self._clock = lead, store, outbound, clock
        self._arrived: asyncio.Queue[tuple[str, Result | BaseException]] = asyncio.Queue()
        self._going: set[asyncio.Task[None]] = set()

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Begin an effect."""
        data = effect.data
        if write is not None:
            self._begin(effect.key, self._store.write(write))
        elif isinstance(data, CallOut):
            self._begin(effect.key, self._outbound.send(data.request))
        elif isinstance(data, Timer):
            self._begin(effect.key, _wait(data.seconds))
        elif isinstance(data, Clock):
            self._arrived.put_nowait((effect.key, {"now": self.time()}))
        elif isinstance(data, ReadCallback):
            token = str(self._store.read(self._lead, effect)["token"])
            self._arrived.put_nowait((effect.key, called_at(data, token)))
        else:
            self._arrived.put_nowait((effect.key, self._store.read(self._lead, effect)))

    async def next(self) -> tuple[str, Result]:
        """The next result, in the order of arrival. Raises what the store raised."""
        key, result = await self._arrived.get()
        if isinstance(result, BaseException):
            raise result
        return key, result

    def time(self) -> str:
        """The real time."""
        return iso(self._clock.now())

    def _begin(self, key: str, work: Coroutine[Any, Any, Result]) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(key, work))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _finish(self, key: str, work: Coroutine[Any, Any, Result]) -> None:
        try:
            self._arrived.put_nowait((key, await work))
        except Exception as error:  # handed to the runner, which stops this lead
            self._arrived.put_nowait((key, error))


async def _wait(seconds: float) -> Result:
    await asyncio.sleep(seconds)
    return {}
