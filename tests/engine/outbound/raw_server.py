"""Real servers on loopback that behave as badly as a test asks: what they do is a coroutine over the socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard
from leadflow_engine.secrets import Secrets


@dataclass
class Seen:
    """What a server received: one text a request, and how many connections it took. ``stop``: it takes no more."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    stop: Callable[[], None] = lambda: None


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Seen], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Seen]:
    seen = Seen()

    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await behaviour(reader, writer, seen)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(connection(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    seen.stop = server.close
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader, seen: Seen) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next(
        (int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")),
        0,
    )
    text = head + (await reader.readexactly(length)).decode()
    seen.requests.append(text)
    return text


def replying(answer: bytes, *, keep_alive: bool = False) -> Behaviour:
    """Answers every request with these bytes; then closes, unless it keeps the connection."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        while True:
            await read_request(reader, seen)
            writer.write(answer)
            await writer.drain()
            if not keep_alive:
                return

    return behave


def http(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def post(port: int, body: str | None = "x=1", **parts: object) -> HttpRequest:
    url = parts.pop("url", f"http://127.0.0.1:{port}/leads")
    return HttpRequest(**{"method": "POST", "url": url, "body": body, "timeout": 2.0, **parts})  # type: ignore[arg-type]


def outbound(*ports: int, secrets: dict[str, str] | None = None, **settings: object) -> HttpOutbound:
    guard = Guard(frozenset(("127.0.0.1", port) for port in ports))
    return HttpOutbound(OutboundSettings(**{"guard": guard, "secrets": Secrets(secrets), **settings}))  # type: ignore[arg-type]
