"""Who calls and who buys, as lean as they can be, in processes of their own that tell what they cost.

Both speak HTTP/1.1 over kept connections by hand: heads end with an empty line, bodies have a length; anything else is
an error here. So a call costs them some tens of microseconds, and what is measured is what stands between them.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_REF = re.compile(rb'"ref" ?: ?"([^"]*)"')
REFUSES = b'{"ok": false, "why": "not now"}'
Given = TypeVar("Given")
TAKES = b'{"ok": true, "id": "R-1"}'


def _on_a_loop(main: Coroutine[Any, Any, Given]) -> Given:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def message(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """The head and the body of the first message, and what follows; None while it is not whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    length = _LENGTH.search(data, 0, end)
    if length is None and b"\r\ntransfer-encoding" in data[:end].lower():
        raise ValueError(f"a body without a length: {data[:end]!r}")
    whole = end + 4 + (int(length[1]) if length else 0)
    if len(data) < whole:
        return None
    return data[:end], data[end + 4 : whole], data[whole:]


def answer_of(body: bytes) -> bytes:
    """A whole answer with this JSON body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def post_of(path: str, body: bytes, host: str = "127.0.0.1", kind: str = "application/json") -> bytes:
    """A whole request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# ------------------------------------------------------------------ who buys


class _Buyer(asyncio.Protocol):
    """One connection to the buyers: the path names the buyer, ``ref`` in the body the lead."""

    asked: Counter[bytes]
    sent: list[tuple[bytes, bytes]]
    refusals: int

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self.transport, self.data = cast(asyncio.WriteTransport, transport), b""

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self.data += data
        while found := message(self.data):
            head, body, self.data = found
            lead = _REF.search(body)
            if lead is None:
                raise ValueError(f"no ref in {body!r}")
            self.asked[lead[1]] += 1
            self.sent.append((head.split(b" ", 2)[1], body))
            self.transport.write(_TOOK if self.asked[lead[1]] > self.refusals else _REFUSED)


_TOOK, _REFUSED = answer_of(TAKES), answer_of(REFUSES)


def _buy(pipe: Connection, refusals: int) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        kept = type("Kept", (_Buyer,), {"asked": Counter(), "sent": [], "refusals": refusals})
        server = await loop.create_server(kept, "127.0.0.1", 0)
        ended = asyncio.Event()

        def told() -> None:
            word = pipe.recv()
            if word == "cpu":
                pipe.send(time.process_time())
            elif word == "sent":
                pipe.send([(path.decode(), json.loads(body)) for path, body in kept.sent])  # type: ignore[attr-defined]
            else:
                ended.set()

        loop.add_reader(pipe.fileno(), told)
        os.set_blocking(pipe.fileno(), True)  # libuv's loop makes it one that is not
        pipe.send(server.sockets[0].getsockname()[1])
        await ended.wait()

    _on_a_loop(run())


class Buyers:
    """Buyers in a process of their own. Whoever is asked for a lead is refused ``refusals`` times, then it is taken."""

    def __init__(self, refusals: int) -> None:
        fresh = multiprocessing.get_context("spawn")
        self._pipe, far = fresh.Pipe()
        self._process = fresh.Process(target=_buy, args=(far, refusals), daemon=True)
        self._process.start()
        far.close()
        self.port: int = self._pipe.recv()

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        self._pipe.send("cpu")
        return float(self._pipe.recv())

    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """All that was received: path and JSON body, in the order in which it came."""
        self._pipe.send("sent")
        return list(self._pipe.recv())

    def end(self) -> None:
        """End the process."""
        self._pipe.send("end")
        self._process.join(10)


# ------------------------------------------------------------------ who calls


@dataclass(slots=True)
class Came:
    """What came of the calls: milliseconds each in the order of their ends, statuses, bodies, seconds of
    the clock and of this process's processor time. A call without an answer has status 0."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the calls was answered."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Line(asyncio.Protocol):
    """A connection that asks one thing after the other."""

    def __init__(self, came: Came, free: Callable[[_Line], None]) -> None:
        self.came, self.free = came, free
        self.data, self.since = b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self.transport = cast(asyncio.WriteTransport, transport)

    def ask(self, request: bytes, since: float) -> None:
        """Send one request, which was due then."""
        self.since = since
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self.data += data
        if found := message(self.data):
            head, body, self.data = found
            self.came.took.append((time.perf_counter() - self.since) * 1000)
            self.came.statuses[int(head[9:12])] += 1
            self.came.bodies.append(body)
            self.since = 0.0
            self.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        if self.since:
            self.came.statuses[0] += 1
            self.since = 0.0
            self.free(self)


async def closed(port: int, requests: list[bytes], at_once: int) -> Came:
    """Send all of them, so many under way at any time: who is answered asks the next."""
    came, left, loop = Came(), iter(requests), asyncio.get_running_loop()
    ended, going = asyncio.Event(), at_once

    def free(line: _Line) -> None:
        nonlocal going
        request = next(left, None)
        if request is not None and not line.transport.is_closing():
            line.ask(request, time.perf_counter())
            return
        line.transport.close()
        going -= 1
        if not going:
            ended.set()

    lines = [
        (await loop.create_connection(lambda: _Line(came, free), "127.0.0.1", port))[1]
        for _ in range(at_once)
    ]
    began, cpu = time.perf_counter(), time.process_time()
    for line in lines:
        free(line)
    await ended.wait()
    came.seconds, came.cpu = time.perf_counter() - began, time.process_time() - cpu
    return came


async def steady(port: int, requests: list[bytes], rate: float, at_most: int = 2000) -> Came:
    """Send so many a second, whatever becomes of those before; latency counts from when a request was due."""
    came, loop = Came(), asyncio.get_running_loop()
    idle: list[_Line] = []
    lines = 0
    answered = asyncio.Event()

    def free(line: _Line) -> None:
        idle.append(line)
        answered.set()

    began, cpu = time.perf_counter(), time.process_time()
    for number, request in enumerate(requests):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        elif number % 20 == 0:
            await asyncio.sleep(0)
        if not idle and lines < at_most:
            idle.append((await loop.create_connection(lambda: _Line(came, free), "127.0.0.1", port))[1])
            lines += 1
        while not idle:
            answered.clear()
            await answered.wait()
        idle.pop().ask(request, due)
    while len(idle) < lines:
        answered.clear()
        await answered.wait()
    came.seconds, came.cpu = time.perf_counter() - began, time.process_time() - cpu
    for line in idle:
        line.transport.close()
    return came


def _call(pipe: Connection, port: int, requests: list[bytes], at_once: int, rate: float) -> None:
    if rate:
        pipe.send(_on_a_loop(steady(port, requests, rate)))
    else:
        pipe.send(_on_a_loop(closed(port, requests, at_once)))


def called(port: int, requests: list[bytes], at_once: int = 16, rate: float = 0.0) -> Came:
    """Send requests from a process of its own: ``at_once`` under way, or at a ``rate`` a second."""
    fresh = multiprocessing.get_context("spawn")
    near, far = fresh.Pipe()
    process = fresh.Process(target=_call, args=(far, port, requests, at_once, rate), daemon=True)
    process.start()
    far.close()
    came: Came = near.recv()
    process.join()
    return came
