"""Leads offered at a steady rate, whatever becomes of those before: over plain connections, so that whoever asks costs
little of what is measured."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_LINES = 3_000
"""Connections at once; a lead for which there is none left is not offered, and counted as such."""


@dataclass(slots=True)
class Offered:
    """What came of it. ``took`` holds the milliseconds of the leads that were acknowledged, from the moment at which
    each was to be sent; ``untold`` counts refusals without a time to come again."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    untold: int = 0
    unanswered: int = 0
    not_offered: int = 0
    seconds: float = 0.0

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the acknowledged leads was answered."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def __str__(self) -> str:
        served = len(self.acknowledged) / self.seconds
        times = "   ".join(f"p{share * 100:g} {self.at(share):,.0f} ms" for share in (0.5, 0.99, 0.999))
        rest = f"{self.unanswered} unanswered, {self.not_offered} not offered"
        return f"{served:,.0f} served a second   {times}   {dict(sorted(self.statuses.items()))}, {rest}"


class Line(asyncio.Protocol):
    """A connection that asks one thing after the other."""

    def __init__(self, offered: Offered, free: list[Line]) -> None:
        self.offered, self.free = offered, free
        self.transport: asyncio.WriteTransport | None = None
        self.since: float | None = None
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def ask(self, request: bytes, since: float) -> None:
        """Send one request."""
        self.since = since
        if self.transport:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self.data += data
        head, end, body = self.data.partition(b"\r\n\r\n")
        if not end or self.since is None:
            return
        headers = head.lower()
        length = int(headers.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) >= length:
            self._answered(int(head.split(b" ", 2)[1]), headers, body)

    def _answered(self, status: int, headers: bytes, body: bytes) -> None:
        self.offered.statuses[status] += 1
        if status in (200, 202) and self.since is not None:
            self.offered.took.append((time.perf_counter() - self.since) * 1000)
            self.offered.acknowledged.append(json.loads(body)["lead"]["id"])
        elif b"\r\nretry-after:" not in headers:
            self.offered.untold += 1
        self.data, self.since = b"", None
        if b"\r\nconnection: close" not in headers:
            self.free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self.offered.unanswered += self.since is not None
        self.since = None
        if self in self.free:
            self.free.remove(self)


async def offer(
    host: str, port: int, request_of: Callable[[int], bytes], rate: int, seconds: float
) -> Offered:
    """Offer leads; ``request_of`` gives the request of the n-th."""
    offered, free, lines = Offered(), [], []
    loop = asyncio.get_running_loop()
    opening: set[asyncio.Task[None]] = set()

    async def opened(request: bytes, since: float) -> None:
        try:
            _, line = await loop.create_connection(lambda: Line(offered, free), host, port)
        except OSError:
            offered.unanswered += 1
            return
        lines.append(line)
        line.ask(request, since)

    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        elif number % 20 == 0:
            await asyncio.sleep(0)
        if free:
            free.pop().ask(request_of(number), due)
        elif len(lines) + len(opening) < MOST_LINES:
            task = asyncio.create_task(opened(request_of(number), due))
            opening.add(task)
            task.add_done_callback(opening.discard)
        else:
            offered.not_offered += 1
    await asyncio.gather(*opening)
    offered.seconds = time.perf_counter() - began
    for _ in range(700):
        if not any(line.since is not None for line in lines):
            break
        await asyncio.sleep(0.05)
    for line in lines:
        if line.transport:
            line.transport.close()
    return offered
