"""Auctions: fifty buyers that answer at once are pinged, the best bid is posted to; and twenty that take 300 ms.

    python bench/auction.py [RUNS] [SECONDS]

The first part is one Run after the other in this process, every step kept durably (FULL): milliseconds from the lead to
its end, with our requests and, everything else the same, with httpx's. The buyers are a process of their own that
answers at once, so that all of it is ours. The second is a service that is called 50 times a second; who is sold is
known beforehand: the buyer that bids most.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import httpx
import load
import whole
from frame import Differs, Turn

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.drivers.loops import run as on_a_loop
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.intake.door import lead_id
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.loading import load as loaded
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Outbound
from leadflow_engine.runner import run_lead
from leadflow_engine.service.memory import keep_what_is
from leadflow_engine.store import SqliteStore

INSTANT, SLOW = 50, 20
TAKES = 0.3
"""Seconds a slow buyer takes for every answer."""
RATE = 50.0
WARM = 20
FLOW = """flow auction
lead {
  ref text required
  email email required
  zip postal_code
  age number required
}
source web { }
"""


def _price(at: int) -> int:
    return 10 + at * 7 % 50


def flow(count: int) -> str:
    """So many buyers that bid, each its own price."""
    names = ", ".join(f"b{at:02}" for at in range(count))
    route = f"route {{ auction {names} {{ window 3s  order by bid desc }} }}\n"
    return FLOW + "".join(map(_buyer, range(count))) + route


def _buyer(at: int) -> str:
    return f"""buyer b{at:02} {{
  accept when age >= 18  else "too young"
  price from bid
  ping {{
    post "https://b{at:02}.example/ping/{_price(at)}"
    body json {{ ref = ref  zip = zip  age = age }}
    response json {{ accepted when "ok"  otherwise rejected  bid "bid"  reference "id" }}
  }}
  deliver {{
    post "https://b{at:02}.example/post/{_price(at)}"
    idempotency header "Idempotency-Key"
    body json {{ ref = ref  email = email  zip = zip  age = age  ping = ping.reference }}
    response json {{ accepted when "ok"  otherwise rejected  reference "id" }}
  }}
}}
"""


def best(count: int) -> str:
    """Who has to win."""
    return f"b{max(range(count), key=_price):02}"


def lead(number: int) -> dict[str, Any]:
    """One lead of many."""
    return {"ref": f"r{number}", "email": f"lead{number}@example.com", "zip": "85001", "age": 40}


# ------------------------------------------------------------------ who bids


class _Bidder(asyncio.Protocol):
    """Bids what its path says, and takes what is posted, after so many seconds."""

    takes = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self.transport, self.data = cast(asyncio.WriteTransport, transport), b""

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self.data += data
        while found := load.message(self.data):
            head, _, self.data = found
            price = head.split(b" ", 2)[1].rpartition(b"/")[2]
            answer = load.answer_of(b'{"ok": true, "bid": %s, "id": "P-1"}' % price)
            if self.takes:
                asyncio.get_running_loop().call_later(self.takes, self.transport.write, answer)
            else:
                self.transport.write(answer)


def _bid(pipe: Connection, takes: float) -> None:
    async def run() -> None:
        bidder = type("Bidder", (_Bidder,), {"takes": takes})
        server = await asyncio.get_running_loop().create_server(bidder, "127.0.0.1", 0, backlog=4096)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    on_a_loop(run())


class Bidders:
    """Buyers in a process of their own, as `whole.served` takes them."""

    def __init__(self, takes: float) -> None:
        fresh = multiprocessing.get_context("spawn")
        near, far = fresh.Pipe()
        self._process = fresh.Process(target=_bid, args=(far, takes), daemon=True)
        self._process.start()
        self.port: int = near.recv()

    def end(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join(10)


@contextmanager
def bidders(takes: float) -> Iterator[Bidders]:
    """Buyers while the block runs."""
    made = Bidders(takes)
    try:
        yield made
    finally:
        made.end()


# ------------------------------------------------------------------ one Run after the other


class HttpxOutbound:
    """``ports.Outbound`` over httpx, with nothing that ours does beside: no guard, no secrets, no limits."""

    def __init__(self, port: int) -> None:
        limits = httpx.Limits(max_connections=512, max_keepalive_connections=512)
        self._client = httpx.AsyncClient(limits=limits, trust_env=False)
        self._base = f"http://127.0.0.1:{port}/"

    async def send(self, request: HttpRequest) -> Result:
        """Make one request."""
        began, path = time.perf_counter(), request.url.split("/", 3)[3]
        answer = await self._client.post(
            self._base + path, content=request.body, headers=list(request.headers)
        )
        took = round((time.perf_counter() - began) * 1000, 3)
        headers = [[name, value] for name, value in answer.headers.items()]
        found = {"phase": "answered", "failure": "", "status": answer.status_code, "ms": took}
        return {**found, "headers": headers, "body": answer.text}

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()


def _ours(port: int) -> HttpOutbound:
    there = ("127.0.0.1", port)
    return HttpOutbound(OutboundSettings(Guard(frozenset({there}), there)))


OUTBOUND: Mapping[str, Any] = {"leadflow": _ours, "httpx": HttpxOutbound}


async def _runs(plan: Plan, outbound: Outbound, db: Path, runs: int) -> tuple[list[float], float]:
    """(milliseconds of each Run, milliseconds of processor time a Run)."""
    clock = RealClock()
    store = SqliteStore.open(db, clock)
    store.add_plan(plan.name, description(plan))
    took, cpu = [], 0.0
    try:
        for number in range(WARM + runs):
            if number == WARM:
                keep_what_is()  # as a service does once it has begun
                took, cpu = [], time.process_time()
            name = lead_id(plan.flow.name, str(number))
            arrival = Arrival(name, str(number), "web", lead(number))
            began = time.perf_counter()
            ending = await run_lead(plan, arrival, LiveDriver(name, store, outbound, clock))
            took.append((time.perf_counter() - began) * 1000)
            if best(INSTANT) not in ending.reason:
                raise Differs(f"{ending.outcome}: {ending.reason}, not {best(INSTANT)}")
        return took, (time.process_time() - cpu) * 1000 / runs
    finally:
        await outbound.close()
        await store.close()


def runs(name: str, count: int) -> tuple[float, float]:
    """(the median of so many Runs in milliseconds, milliseconds of processor time a Run)."""
    with tempfile.TemporaryDirectory() as folder, bidders(0.0) as out:
        there = Path(folder) / "auction.flow"
        there.write_text(flow(INSTANT))
        plan = loaded(there).plan

        async def measured() -> tuple[list[float], float]:
            return await _runs(plan, OUTBOUND[name](out.port), Path(folder) / "auction.db", count)

        took, cpu = on_a_loop(measured())
        return statistics.median(took), cpu


# ------------------------------------------------------------------ at a steady rate


def slow(seconds: float) -> load.Came:
    """What a service makes of 50 leads a second, each an auction among buyers that take 300 ms, and a post."""
    calls = [
        load.post_of("/flows/auction/sources/web/submit", json.dumps(lead(number)).encode())
        for number in range(int(RATE * (seconds + 1)))
    ]
    with tempfile.TemporaryDirectory() as folder, bidders(TAKES) as out:
        here = Path(folder)
        (here / "auction.flow").write_text(flow(SLOW))
        with whole.served(here, "auction.flow", cast(load.Buyers, out)) as service:
            port = whole.port_of(service)
            load.called(port, calls[: int(RATE)], rate=RATE)
            service.send_signal(signal.SIGUSR1)
            came = load.called(port, calls[int(RATE) :], rate=RATE)
            service.send_signal(signal.SIGTERM)
            service.communicate(timeout=60)
    outcomes = Counter(json.loads(body)["outcome"] for body in came.bodies)
    if set(outcomes) != {"sold"}:
        raise Differs(f"all leads have to be sold: {dict(outcomes)}")
    return came


def once(quick: bool) -> Turn:
    """One turn of all."""
    (ours, ours_cpu), (theirs, theirs_cpu) = (
        runs("leadflow", 50 if quick else 300),
        runs("httpx", 5 if quick else 20),
    )
    steady = slow(3 if quick else 20)
    figures = {"run": ours, "run cpu": ours_cpu, "httpx": theirs, "httpx ratio": theirs / ours}
    figures |= {
        "httpx cpu ratio": theirs_cpu / ours_cpu,
        "slow p50": steady.at(0.5),
        "slow p99": steady.at(0.99),
    }
    return Turn(figures)


def main(count: int, seconds: float) -> None:
    """Measure and tell."""
    for name, number in (("leadflow", count), ("httpx", max(3, count // 20))):
        median, cpu = runs(name, number)
        print(f"{INSTANT} instant buyers, {name:9} {median:8.1f} ms a Run, {cpu:7.1f} ms of processor time")
    came = slow(seconds)
    print(f"{SLOW} buyers of 300 ms, {RATE:g} leads/s: p50 {came.at(0.5):.0f} ms, p99 {came.at(0.99):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, float(sys.argv[2]) if len(sys.argv) > 2 else 10)
