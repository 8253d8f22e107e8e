"""How many leads a second the journal takes: four durable points a lead (accept, intent, settle, end), about
15 rows.

    python bench/journal.py [LEADS] [IN_FLIGHT]
"""

from __future__ import annotations

import asyncio
import datetime
import os
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from leadflow_engine import effects as fx
from leadflow_engine import records as rec
from leadflow_engine.store import SqliteStore


class Clock:
    """The machine's clock."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        return datetime.datetime.now(datetime.UTC)


BODY = '{"result": "success", "id": "A1", "padding": "' + "x" * 900 + '"}'


def _claims(lead: str) -> tuple[fx.Accept, fx.Intent]:
    """What a lead and its delivery reserve."""
    cap = fx.LimitClaim(
        "sunpath/cap", "day", "America/New_York", 1, 10**9, "capped", "cap 1000000000 per day", timeout=5
    )
    hour = fx.LimitClaim(
        "sunpath/hour", "hour", "America/New_York", 1, 10**9, "capped", "cap 1000000000 per hour", timeout=5
    )
    phone = fx.KeyClaim("buyer/sunpath", "phone_1", lead, 7776000.0, "bought before")
    accept = fx.Accept(
        "facebook", (cap,), (fx.KeyClaim("source/facebook", "email", lead, 2592000.0, "duplicate"),)
    )
    intent = fx.Intent("sunpath", 1, "route.1", Decimal(50), (cap, hour), (phone,), True, False, "k", False)
    return accept, intent


def writes(lead: str, now: str) -> list[fx.Write]:
    """The Writes of a lead that two buyers did not want and a third took."""
    accept, intent = _claims(lead)
    posting = rec.Posting(
        "post/sunpath/1",
        "post",
        "sunpath",
        "POST",
        "https://s.example/leads",
        "ab",
        200,
        "",
        BODY[:500],
        38.0,
        "accepted",
        1,
    )
    return [
        fx.Write(
            lead,
            fx.Effect("accept/facebook", accept),
            (fx.Fact(0, "received", "received", now, {"bytes": 900}, {"payload": BODY}),),
            (rec.LeadRecord("solar", "p", "facebook", lead, now, False, {"state": "CA"}, cost=Decimal(18)),),
        ),
        fx.Write(
            lead,
            fx.Effect("intent/sunpath/1", intent),
            (
                fx.Fact(2, "clock/segment.1", "read", now, {"now": now}),
                fx.Fact(3, "limits/route.1/1", "read", now, {"out": {}}),
            ),
            (
                rec.StepRecord(1, 1, "intake", "intake", "success"),
                rec.StepRecord(2, 1, "filter", "suppressed", "success"),
                rec.StepRecord(3, 1, "score", "quality", "success", note="80 = 50 + 20 + 10"),
                rec.Judged("route.1", 1, "0" * 100),
            ),
        ),
        fx.Write(
            lead,
            fx.Effect("settle/1", fx.Flush()),
            (fx.Fact(5, "post/sunpath/1", "call", now, {"status": 200, "ms": 38.0}, {"body": BODY}),),
            (posting, rec.Delivery("sunpath", 1, "confirmed", Decimal(50), "A1")),
        ),
        fx.Write(
            lead,
            fx.Effect("end", fx.End("sold", "sold to sunpath")),
            (),
            (rec.Considered("route.1", 1, "", "sunpath", "sold", price=Decimal(50), position=1),),
        ),
    ]


def fsync_us(folder: Path) -> float:
    """What the disk takes for one small durable write, in microseconds."""
    with (folder / "probe").open("wb", buffering=0) as probe:
        start = time.perf_counter()
        for _ in range(200):
            probe.write(b"x" * 4096)
            os.fdatasync(probe.fileno())
    return (time.perf_counter() - start) / 200 * 1e6


async def main(leads: int, in_flight: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "bench.db", Clock())
        store.add_plan("p", {"flow": "solar", "buyers": ["sunpath"]})
        now = Clock().now().isoformat()
        todo = [writes(f"L{number}", now) for number in range(leads)]
        waits: list[float] = []

        async def worker() -> None:
            while todo:
                for write in todo.pop():
                    start = time.perf_counter()
                    await store.write(write)
                    waits.append(time.perf_counter() - start)

        start, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(worker() for _ in range(in_flight)))
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        rows = sum(
            store.query(f"SELECT count(*) FROM {table}")[0][0]
            for table in (
                "fact",
                "step",
                "judged",
                "considered",
                "posting",
                "delivery",
                "reservation",
                "dedupe_key",
                "ledger",
                "lead",
            )
        )
        waits.sort()
        print(
            f"{leads} leads, {in_flight} in flight: {leads / took:,.0f} leads/s, {len(waits) / took:,.0f} "
            f"writes/s, "
            f"{rows / leads:.1f} rows and {cpu / leads * 1e6:.0f} us CPU a lead, "
            f"wait p50 {waits[len(waits) // 2] * 1e3:.2f} ms p99 {waits[len(waits) * 99 // 100] * 1e3:.2f} "
            f"ms, "
            f"fdatasync {fsync_us(Path(folder)):.0f} us"
        )
        await store.close()


if __name__ == "__main__":
    count, parallel = (int(each) for each in (sys.argv[1:] + ["5000", "32"][len(sys.argv) - 1 :]))
    asyncio.run(main(count, parallel))
