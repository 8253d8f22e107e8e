"""An auction over real connections: buyers that hang, close in the middle or come back to life are each told as they
are, over new connections as over kept ones; a Run that is stopped leaves nobody hanging."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.intake.door import lead_id
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.loading import description, load
from leadflow_engine.outbound.client import HttpOutbound
from leadflow_engine.plan import Plan
from leadflow_engine.records import Considered
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.store import SqliteStore

from .raw_server import Seen, http, outbound, read_request, reset, serving

pytestmark = pytest.mark.anyio


BUYERS = ("ten", "twelve", "hangs", "late", "closes", "resets", "fails")


def flow(port: int) -> str:
    """Each buyer's name is its path; one may be asked twice, one has a time of its own."""
    return "\n".join(
        (
            "flow auction",
            "lead { ref text required }",
            "source web { }",
            *(_buyer(name, port) for name in BUYERS),
            f"route {{ auction {', '.join(BUYERS)} {{ window 1s }} }}",
        )
    )


def _buyer(name: str, port: int) -> str:
    more = {"late": "timeout 200ms", "fails": "retry 1 on 5xx"}.get(name, "")
    return f"""buyer {name} {{
  price from bid
  ping {{
    post "http://127.0.0.1:{port}/{name}"
    body json {{ ref = ref }}
    {more}
    response json {{ accepted when "bid" is present  otherwise rejected  bid "bid" }}
  }}
  deliver {{
    post "http://127.0.0.1:{port}/post"
    body json {{ ref = ref }}
    response json {{ accepted when "ok"  otherwise rejected }}
  }}
}}"""


async def buyers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
    """Takes the name in the path as what it is to do."""
    while True:
        text = await read_request(reader, seen)
        name = text.split(" ", 2)[1].strip("/")
        if name in {"hangs", "late"}:
            await reader.read()
            return
        if name == "closes":
            writer.write(http(b'{"bid": 50}')[:-3])
            return
        if name == "resets":
            reset(writer)
            return
        again = sum("/fails" in one.split("\r\n", 1)[0] for one in seen.requests) % 2 == 0
        said: dict[str, Any] = {"ten": {"bid": 10}, "twelve": {"bid": 12}, "fails": {"bid": 9}}.get(
            name, {"ok": True}
        )
        status = "503 Not Now" if name == "fails" and not again else "200 OK"
        writer.write(http(json.dumps(said).encode(), status))


async def ran(plan: Plan, store: SqliteStore, out: HttpOutbound, number: int) -> Ending:
    name = lead_id(plan.flow.name, str(number))
    arrival = Arrival(name, str(number), "web", {"ref": f"r{number}"})
    return await run_lead(plan, arrival, LiveDriver(name, store, out, RealClock()))


def told(ending: Ending) -> dict[str, str]:
    return {record.buyer: record.outcome for record in ending.records if isinstance(record, Considered)}


async def test_everybody_is_told_as_it_is_over_new_connections_and_over_kept_ones(tmp_path: Path) -> None:
    async with serving(buyers) as server, outbound(server.port) as out:
        (tmp_path / "auction.flow").write_text(flow(server.port), encoding="utf-8")
        plan = load(tmp_path / "auction.flow").plan
        store = SqliteStore.open(tmp_path / "a.db", RealClock())
        store.add_plan(plan.name, description(plan))
        try:
            first = await ran(plan, store, out, 1)
            before = len(server.requests)
            stopped = asyncio.create_task(ran(plan, store, out, 2))
            while len(server.requests) < before + len(BUYERS):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.001)
            stopped.cancel()
            with pytest.raises(asyncio.CancelledError):
                await stopped
            second = await ran(plan, store, out, 3)
        finally:
            await store.close()
    assert told(first) == {
        "ten": "outbid",
        "twelve": "sold",
        "hangs": "late",
        "late": "timeout",
        "closes": "error",
        "resets": "error",
        "fails": "outbid",
    }
    assert told(second) == told(first)
