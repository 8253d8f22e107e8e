"""The journal alone: rows a second that are durable, and how long an acknowledgement takes at a steady rate.

    python bench/durable.py [LEADS]

Each lead makes the four durable writes of `journal.py`, one after the other, each acknowledged after its commit
(synchronous FULL). First as fast as 32 leads at once allow, then at 500 leads a second.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import journal
import machine
from frame import Differs, Turn

from leadflow_engine.drivers import loops
from leadflow_engine.store import SqliteStore

AT_ONCE = 32
RATE = 500


@asynccontextmanager
async def opened(folder: str) -> AsyncIterator[SqliteStore]:
    """A journal that holds the plan of the writes."""
    store = SqliteStore.open(Path(folder) / "bench.db", journal.Clock())
    store.add_plan("p", {"flow": "solar", "buyers": ["sunpath"]})
    try:
        yield store
    finally:
        await store.close()


PACKED = ("fact", "step", "considered", "judged", "posting")
"""The views of `written`, a row of which holds several of theirs."""


def rows_of(store: SqliteStore) -> tuple[int, int]:
    """All rows that the journal shows, those of a packed row each for itself; and all that lie in its tables."""
    tables = store.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    counts = {name: _count(store, name) for (name,) in tables}
    lying = sum(counts.values())
    return lying - counts["written"] + sum(_count(store, name) for name in PACKED), lying


def _count(store: SqliteStore, name: str) -> int:
    return int(store.query(f'SELECT count(*) FROM "{name}"')[0][0])


async def fast(leads: int) -> dict[str, float]:
    """Rows a second as they are shown and as they lie, and of a lead, and its microseconds of processor time, so many
    leads at once."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(folder) as store:
            before, now = rows_of(store), journal.Clock().now().isoformat()
            todo = [journal.writes(f"L{number}", now) for number in range(leads)]

            async def several() -> None:
                while todo:
                    for write in todo.pop():
                        await store.write(write)

            began, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(several() for _ in range(AT_ONCE)))
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            kept = store.query("SELECT count(*) FROM lead WHERE outcome = 'sold'")[0][0]
            if kept != leads:
                raise Differs(f"{kept} of {leads} leads are kept as sold")
            shown, lying = (now - then for now, then in zip(rows_of(store), before, strict=True))
    return {
        "rows a second": shown / took,
        "lying a second": lying / took,
        "leads a second": leads / took,
        "journal rows": shown / leads,
        "journal lying": lying / leads,
        "cpu": cpu / leads * 1e6,
    }


async def steady(leads: int, rate: float) -> list[float]:
    """Milliseconds that each write waited for its acknowledgement, sorted, at so many leads a second."""
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with opened(folder) as store:
            now = journal.Clock().now().isoformat()

            async def one(number: int) -> None:
                for write in journal.writes(f"L{number}", now):
                    began = time.perf_counter()
                    await store.write(write)
                    waits.append((time.perf_counter() - began) * 1000)

            began, going = time.perf_counter(), []
            for number in range(leads):
                if (wait := began + number / rate - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                going.append(asyncio.create_task(one(number)))
            await asyncio.gather(*going)
    return sorted(waits)


def once(quick: bool) -> Turn:
    """One turn of both."""
    figures = loops.run(fast(1000 if quick else 5000))
    waits = loops.run(steady(RATE * (2 if quick else 8), RATE))
    figures |= {"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100]}
    figures["fsync"] = machine.fsync_us(Path(tempfile.gettempdir()))
    return Turn(figures)


if __name__ == "__main__":
    for name, value in once(len(sys.argv) > 1).figures.items():
        print(f"{name:16} {value:10,.2f}")
