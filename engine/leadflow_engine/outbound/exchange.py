"""How far one request came: filled in while it goes, read when it ends, however it ends."""

from __future__ import annotations

import time
from typing import TypeAlias

from leadflow_engine.outbound.redirects import Hop, told

Headers: TypeAlias = list[tuple[bytes, bytes]]


class Exchange:
    """One request and what has come of its answer. ``status`` is None until an answer's head is whole; ``connected``
    is set before the first byte is written; ``done`` is whether an answer was followed behind which the request may
    have counted; ``started`` is in seconds of ``time.perf_counter``."""

    __slots__ = ("body", "connected", "done", "headers", "hops", "started", "status")

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.connected = self.done = False
        self.status: int | None = None
        self.headers: Headers = []
        self.body = bytearray()
        self.hops: list[str] = []

    def follow(self, hop: Hop) -> None:
        """Begin the request that an answer asked for."""
        self.hops.append(told(self.status or 0, hop.wire.url))
        self.done = self.done or hop.done
        self.connected, self.status, self.headers = False, None, []
        self.body.clear()

    def left(self, seconds: float) -> float:
        """What is left of so many seconds; nothing left is a time-out at once."""
        return max(seconds - (time.perf_counter() - self.started), 0.001)
