"""What one request costs by HTTP client: those that are well kept, ours, and a bare protocol for reference.

    python bench/clients.py [REQUESTS] [NAME ...]

CPU microseconds a request at 16 in flight (a post of 1 KB on connections that are kept, one local server that is a
process of its own), and the milliseconds of an auction: 50 requests at once, the median of 200. Each is measured on
asyncio's loop and, where it is installed, on uvloop. Clients that are not installed are left out and named; the last
line is ours over TLS. The figures are of one machine in one minute: compare them with each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import multiprocessing
import ssl
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard
from leadflow_engine.secrets import Secrets

Send = Callable[[], Awaitable[object]]
IN_FLIGHT = 16
AUCTION = 50
ROUNDS = 200
BODY = '{"first_name": "Ann", "phone": "+12025550100", "note": "' + "x" * 900 + '"}'
ANSWER = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"result": "success"}'
)
CERTIFICATE = str(Path(__file__).parents[1] / "tests" / "engine" / "outbound" / "loopback.pem")
TYPE = {"Content-Type": "application/json"}


class Replies(asyncio.Protocol):
    """Answers each request as soon as its body is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection."""
        self.transport, self.left = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer when the request is whole."""
        self.left += data
        if self.left.endswith(b'x"}'):
            self.left = b""
            self.transport.write(ANSWER)  # type: ignore[attr-defined]


def serve(pipe: Connection) -> None:
    """Serve until the process is ended; tell the ports first, the second of which speaks TLS."""

    async def run() -> None:
        loop, tls = asyncio.get_running_loop(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTIFICATE)
        plain = await loop.create_server(Replies, "127.0.0.1", 0)
        safe = await loop.create_server(Replies, "127.0.0.1", 0, ssl=tls)
        pipe.send((plain.sockets[0].getsockname()[1], safe.sockets[0].getsockname()[1]))
        await asyncio.gather(plain.serve_forever(), safe.serve_forever())

    asyncio.run(run())


# ------------------------------------------------------------------ the clients


@contextlib.asynccontextmanager
async def ours(port: int) -> AsyncIterator[Send]:
    """Through the guard, with a secret to fill in and to mask."""
    async with _through(port, "http") as send:
        yield send


@contextlib.asynccontextmanager
async def ours_over_tls(port: int) -> AsyncIterator[Send]:
    """The same over TLS, verified."""
    async with _through(port, "https") as send:
        yield send


@contextlib.asynccontextmanager
async def _through(port: int, scheme: str) -> AsyncIterator[Send]:
    request = HttpRequest("POST", f"{scheme}://127.0.0.1:{port}/", tuple(TYPE.items()), BODY)
    guard, tls = Guard(frozenset({("127.0.0.1", port)})), ssl.create_default_context(cafile=CERTIFICATE)
    async with HttpOutbound(OutboundSettings(guard, Secrets({"KEY": "s3cret value"}), tls=tls)) as out:
        yield lambda: out.send(request)


@contextlib.asynccontextmanager
async def aiohttp_bare(port: int) -> AsyncIterator[Send]:
    """aiohttp with everything off that can be."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    ) as session:

        async def send() -> bytes:
            async with session.post(f"http://127.0.0.1:{port}/", data=BODY.encode(), headers=TYPE) as answer:
                return await answer.read()

        yield send


@contextlib.asynccontextmanager
async def httpx_alone(port: int) -> AsyncIterator[Send]:
    """httpx by itself."""
    import httpx

    limits = httpx.Limits(max_connections=512, max_keepalive_connections=512)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        yield lambda: client.post(f"http://127.0.0.1:{port}/", content=BODY, headers=TYPE)


@contextlib.asynccontextmanager
async def httpx_over_aiohttp(port: int) -> AsyncIterator[Send]:
    """httpx's surface over aiohttp's connections."""
    import httpx_aiohttp

    limits = {"max_connections": 512, "max_keepalive_connections": 512}
    import httpx

    transport = httpx_aiohttp.AiohttpTransport(limits=httpx.Limits(**limits))
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        yield lambda: client.post(f"http://127.0.0.1:{port}/", content=BODY, headers=TYPE)


@contextlib.asynccontextmanager
async def pyreqwest(port: int) -> AsyncIterator[Send]:
    """reqwest (Rust) from Python: its connections live on threads of its own."""
    from pyreqwest.client import ClientBuilder

    async with ClientBuilder().build() as client:

        async def send() -> object:
            post = client.post(f"http://127.0.0.1:{port}/").headers(TYPE).body_text(BODY)
            answer = await post.build().send()
            return await answer.bytes()

        yield send


@contextlib.asynccontextmanager
async def niquests(port: int) -> AsyncIterator[Send]:
    """The successor of requests."""
    import niquests

    async with niquests.AsyncSession(pool_connections=10, pool_maxsize=512) as session:
        session.trust_env = False

        async def send() -> object:
            return (await session.post(f"http://127.0.0.1:{port}/", data=BODY, headers=TYPE)).content

        yield send


class Bare(asyncio.Protocol):
    """A connection for one request at a time, without a guard, a limit or a time-out: how little it can cost."""

    def __init__(self) -> None:
        import httptools

        self.parser, self.body = httptools.HttpResponseParser(self), bytearray()
        self.answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: Any) -> None:
        """It is there."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Some of an answer."""
        self.parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""

    def on_body(self, data: bytes) -> None:
        """Some of the body."""
        self.body += data

    def on_message_complete(self) -> None:
        """The answer is whole."""
        assert self.answer
        self.answer.set_result(bytes(self.body))
        self.body.clear()


@contextlib.asynccontextmanager
async def protocol(port: int) -> AsyncIterator[Send]:
    """asyncio's protocol on httptools, for reference."""
    loop, free = asyncio.get_running_loop(), []
    made: list[Bare] = []
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"

    async def send() -> bytes:
        if free:
            one = free.pop()
        else:
            _, one = await loop.create_connection(Bare, "127.0.0.1", port)
            made.append(one)
        one.answer = loop.create_future()
        data = BODY.encode()
        one.transport.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        found = await one.answer
        free.append(one)
        return found

    yield send
    for one in made:
        one.transport.close()


CLIENTS: dict[str, tuple[str, Callable[[int], Any]]] = {
    "leadflow": ("leadflow_engine", ours),
    "protocol": ("httptools", protocol),
    "pyreqwest": ("pyreqwest", pyreqwest),
    "aiohttp": ("aiohttp", aiohttp_bare),
    "httpx-aiohttp": ("httpx_aiohttp", httpx_over_aiohttp),
    "niquests": ("niquests", niquests),
    "httpx": ("httpx", httpx_alone),
    "leadflow, TLS": ("leadflow_engine", ours_over_tls),
}


# ------------------------------------------------------------------ measuring


async def measured(make: Callable[[int], Any], port: int, requests: int) -> tuple[float, float]:
    """(CPU microseconds a request at 16 in flight: the best of three, milliseconds of an auction: the median)."""
    async with make(port) as send:

        async def several(number: int) -> None:
            for _ in range(number):
                await send()

        async def auction() -> float:
            began = time.perf_counter()
            await asyncio.gather(*(send() for _ in range(AUCTION)))
            return (time.perf_counter() - began) * 1000

        await asyncio.gather(*(several(5) for _ in range(IN_FLIGHT)))
        found = []
        for _ in range(3):
            cpu = time.process_time()
            await asyncio.gather(*(several(requests // IN_FLIGHT) for _ in range(IN_FLIGHT)))
            found.append((time.process_time() - cpu) / requests * 1e6)
        rounds = ROUNDS if found[0] < 500 else ROUNDS // 10
        for _ in range(5):
            await auction()
        return min(found), statistics.median([await auction() for _ in range(rounds)])


def run(name: str, loop: str, port: int, requests: int) -> tuple[float, float]:
    """One client on one loop."""
    factory = None
    if loop == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(measured(CLIENTS[name][1], port, requests))


def main(requests: int, names: list[str]) -> None:
    """Print all, and how they compare with httpx on asyncio."""
    near, far = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(far,), daemon=True)
    server.start()
    plain, safe = near.recv()
    loops = ["asyncio", *(["uvloop"] if importlib.util.find_spec("uvloop") else [])]
    print(f"{'client':14} {'loop':8} {'CPU us':>8} {'auction of 50, ms':>18}")
    for name in names or list(CLIENTS):
        if importlib.util.find_spec(CLIENTS[name][0]) is None:
            print(f"{name:14} not installed")
            continue
        for loop in loops:
            port = safe if name.endswith("TLS") else plain
            cpu, auction = run(name, loop, port, requests if name != "httpx" else requests // 8)
            print(f"{name:14} {loop:8} {cpu:8.0f} {auction:18.1f}", flush=True)
    server.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000, sys.argv[2:])
