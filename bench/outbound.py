"""What one request costs: our outbound beside httpx, CPU time a request with 16 in flight, against one local server.

    python bench/outbound.py [REQUESTS]

The server is a process of its own, so that its time is not counted. Compare the ratio, not the times.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import httpx

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard
from leadflow_engine.secrets import Secrets

IN_FLIGHT = 16
BODY = '{"first_name": "Ann", "phone": "+12025550100", "note": "' + "x" * 900 + '"}'
ANSWER = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"result": "success"}'
)


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
    """Serve until the process is ended; tell the port first."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Replies, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def measured(send: Callable[[], Awaitable[object]], requests: int) -> tuple[float, float]:
    """(CPU microseconds a request, requests a second)."""

    async def several(number: int) -> None:
        for _ in range(number):
            await send()

    await asyncio.gather(*(several(5) for _ in range(IN_FLIGHT)))
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(several(requests // IN_FLIGHT) for _ in range(IN_FLIGHT)))
    return (time.process_time() - cpu) / requests * 1e6, requests / (time.perf_counter() - wall)


async def ours(port: int, requests: int) -> tuple[float, float]:
    """Through the guard, with a secret to fill in and to mask."""
    guard = Guard(frozenset({("127.0.0.1", port)}))
    request = HttpRequest("POST", f"http://127.0.0.1:{port}/", (("Content-Type", "application/json"),), BODY)
    async with HttpOutbound(OutboundSettings(guard, Secrets({"KEY": "s3cret value"}))) as out:
        return await measured(lambda: out.send(request), requests)


async def theirs(port: int, requests: int) -> tuple[float, float]:
    """httpx by itself."""
    limits = httpx.Limits(max_connections=512, max_keepalive_connections=512)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        headers = {"Content-Type": "application/json"}
        return await measured(
            lambda: client.post(f"http://127.0.0.1:{port}/", content=BODY, headers=headers), requests
        )


def main() -> None:
    """Print both and their ratio."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    near, far = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(far,), daemon=True)
    server.start()
    port = near.recv()
    results = {
        name: asyncio.run(run(port, requests)) for name, run in (("outbound", ours), ("httpx", theirs))
    }
    server.terminate()
    for name, (cpu, rate) in results.items():
        print(f"{name:10}{cpu:8.0f} us CPU a request {rate:10.0f} requests/s")
    print(f"ratio     {results['httpx'][0] / results['outbound'][0]:8.1f}")


if __name__ == "__main__":
    main()
