"""An event loop in which time is virtual: whenever nothing can be done, the clock jumps to what comes next."""

from __future__ import annotations

import asyncio
import datetime
import selectors
from collections.abc import Mapping
from typing import Any


class Stuck(RuntimeError):
    """Everybody waits and nothing will ever come: a lead or a chore that nobody wakes."""


class _Jumping(selectors.BaseSelector):
    """Never waits: the time that would be waited is added to the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self._map: dict[Any, selectors.SelectorKey] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let the time pass."""
        if timeout is None:
            raise Stuck("everybody waits, and nothing is due")
        self.now += max(timeout, 0.0)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """The loop's own pipe, which nobody writes to."""
        key = selectors.SelectorKey(fileobj, 0, events, data)
        self._map[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget it."""
        return self._map.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """What was registered."""
        return self._map


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at ``at`` seconds of virtual time."""

    def __init__(self, at: float = 0.0) -> None:
        self._jumping = _Jumping()
        self._jumping.now = at
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Virtual seconds."""
        return self._jumping.now


class LoopClock:
    """``ports.Clock`` by the loop that runs now; between loops the time stands still."""

    def __init__(self, began: datetime.datetime) -> None:
        self.began = began
        self.loop: VirtualLoop | None = None

    def now(self) -> datetime.datetime:
        """The virtual moment, in UTC."""
        seconds = self.loop.time() if self.loop is not None else 0.0
        return self.began + datetime.timedelta(seconds=seconds)
