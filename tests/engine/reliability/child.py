"""Runs leads as ``leadflow run`` and ``leadflow work`` do, in processes that die where they are told to.

Reads one order (a line of JSON) after the other from standard input. Each is carried out in a fork of its own, so
that ``SIGKILL`` ends a whole process and nothing tidies up behind it, while imports and plans are made once. Each is
answered with a line of JSON: the exit code (-9: killed), and what the process said.

Faults are put in at two seams and nowhere else: ``ports.Store.write`` (before and after each commit) and
``ports.Outbound.send`` (before a byte is sent, and after the answer came and before anybody knows it).
"""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from leadflow_engine.drivers import replay
from leadflow_engine.effects import HttpRequest, Result, Write
from leadflow_engine.operations.batch import Job, run_job
from leadflow_engine.operations.loading import description, load, secrets_for
from leadflow_engine.operations.resume import Plans
from leadflow_engine.operations.work import work_once
from leadflow_engine.outbound.client import HttpOutbound, settings_from
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore, decide, reads


@dataclass(slots=True)
class Point:
    """Where to die: before or after the ``nth`` event of a kind (accept, intent, settle, suspend, end, call; "" for
    any) whose effect key or url contains ``within``."""

    kind: str = ""
    when: str = "before"
    nth: int = 0
    within: str = ""
    met: int = 0

    def reached(self, kind: str, name: str) -> bool:
        """Count an event; is it the one?"""
        if not self.nth or self.kind not in ("", kind) or self.within not in name:
            return False
        self.met += 1
        return self.met == self.nth


def die() -> None:
    """As if the machine's plug were pulled, for this process."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class KillingStore:
    """A store whose process dies at a point of its writes."""

    store: Any
    point: Point

    async def write(self, write: Write) -> Result:
        """``Store.write``, and perhaps the end."""
        here = self.point.reached(write.effect.kind, f"{write.lead} {write.effect.key}")
        if here and self.point.when == "before":
            die()
        result = await self.store.write(write)
        if here:
            die()
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@dataclass(slots=True)
class KillingOutbound:
    """A way out whose process dies at a point of its requests."""

    outbound: HttpOutbound
    point: Point

    async def send(self, request: HttpRequest) -> Result:
        """``Outbound.send``, and perhaps the end."""
        here = self.point.reached("call", request.url)
        if here and self.point.when == "before":
            die()
        result = await self.outbound.send(request)
        if here:
            die()
        return result

    def begin(self, request: HttpRequest, arrived: Callable[[Result], None]) -> bool:
        """``HttpOutbound.begin``, and perhaps the end; what cannot begin at once is as if it were never asked."""
        before = self.point.met
        here = self.point.reached("call", request.url)
        if here and self.point.when == "before":
            die()

        def came(result: Result) -> None:
            if here:
                die()
            arrived(result)

        begun = self.outbound.begin(request, came)
        if not begun:
            self.point.met = before
        return begun

    async def close(self) -> None:
        """``Outbound.close``."""
        await self.outbound.close()


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The machine's clock, moved: a flow with hours is then the same at any time of day."""

    by: datetime.timedelta

    def now(self) -> datetime.datetime:
        """The present moment, moved."""
        return datetime.datetime.now(datetime.UTC) + self.by


@dataclass(slots=True)
class Order:
    """One process: what it is to do, and where it is to die."""

    flow: str
    leads: str
    db: str
    source: str
    sandbox: str
    shift: float = 0.0
    concurrency: int = 4
    work: bool = False
    point: dict[str, Any] = field(default_factory=dict)
    kill_after: float = 0.0
    words: list[list[Any]] = field(default_factory=list)
    defect: str = ""


@cache
def plan_of(flow: str) -> Plan:
    """A plan, made once for all forks."""
    return load(flow).plan


# ------------------------------------------------------------------ mistakes that must be found


@dataclass(slots=True)
class TellsTooEarly:
    """A store that tells of an intent before it is committed."""

    store: Any
    going: set[asyncio.Task[Result]] = field(default_factory=set)

    async def write(self, write: Write) -> Result:
        """``Store.write``, but for the promise."""
        if write.effect.kind != "intent":
            while self.going:
                await asyncio.gather(*self.going)
            return dict(await self.store.write(write))
        task = asyncio.create_task(self._later(write))
        self.going.add(task)
        task.add_done_callback(self.going.discard)
        return {"granted": True, "at": "2026-11-20T12:00:00Z"}

    async def _later(self, write: Write) -> Result:
        await asyncio.sleep(0.2)
        return dict(await self.store.write(write))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def takes_a_crash_for_a_refusal() -> None:
    """A recovery that goes on to the next buyer as if a lost answer had been a no."""
    replay.CRASHED = {**replay.CRASHED, "phase": "not_sent", "failure": "connect"}


def counts_no_caps() -> None:
    """A journal in which every claim fits."""
    decide.claims_refused = lambda *given: None
    reads.each_refused = lambda *given: {}


DEFECTS: dict[str, Callable[[], None]] = {
    "takes a crash for a refusal": takes_a_crash_for_a_refusal,
    "counts no caps": counts_no_caps,
    "tells too early": lambda: None,
    "": lambda: None,
}


# ------------------------------------------------------------------ processes


async def carry_out(order: Order) -> dict[str, Any]:
    """Run the file, or work off what waits. Tells how each record was met and how many leads went on."""
    plan = plan_of(order.flow)
    clock = ShiftedClock(datetime.timedelta(seconds=order.shift))
    environ = {"LEADFLOW_ALLOW_HOSTS": order.sandbox, "LEADFLOW_SANDBOX": order.sandbox}
    point = Point(**order.point)
    store = SqliteStore.open(order.db, clock)
    DEFECTS[order.defect]()
    killing: Any = KillingStore(TellsTooEarly(store) if order.defect == "tells too early" else store, point)
    outbound = KillingOutbound(HttpOutbound(settings_from(environ, secrets_for(plan))), point)
    store.add_plan(plan.name, description(plan))
    how: dict[str, Any] = {}
    began = time.monotonic()
    try:
        if order.work:
            for lead, buyer, number, word in order.words:
                store.settle_delivery(lead, buyer, number, word, "olga", "they said so")
            plans, worked = Plans(store, {plan.name: plan}), []
            how["worked"] = await work_once(killing, plans, outbound, clock, worked.append, order.concurrency)
            how["problems"] = [each.problem for each in worked if each.problem]
        else:
            job = Job(plan, order.source, Path(order.leads), killing, outbound, clock, order.concurrency)
            await run_job(job, lambda done: how.__setitem__(done.how, how.get(done.how, 0) + 1))
    finally:
        await outbound.close()
        await store.close()
    return {**how, "met": point.met, "seconds": round(time.monotonic() - began, 3)}


def forked(order: Order) -> dict[str, Any]:
    """Carry out an order in a fork; wait for its end, however it comes."""
    plan_of(order.flow)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _and_end(order, writing)
    os.close(writing)
    if order.kill_after:
        time.sleep(random.Random(order.kill_after).random() * order.kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as said:
        text = said.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": code, **(json.loads(text) if text else {})}


def _and_end(order: Order, writing: int) -> None:
    """What the fork does; it never returns."""
    code, said = 0, {}
    try:
        said = asyncio.run(carry_out(order))
    except BaseException:  # told to whoever gave the order
        code, said = 1, {"failed": traceback.format_exc()}
    os.write(writing, json.dumps(said).encode())
    os._exit(code)


def serve() -> None:
    """Carry out orders until there are no more."""
    for line in sys.stdin:
        try:
            came = forked(Order(**json.loads(line)))
        except Exception:  # a flow that cannot be loaded: said, not died of
            came = {"failed": traceback.format_exc()}
        print(json.dumps(came), flush=True)


if __name__ == "__main__":
    serve()
