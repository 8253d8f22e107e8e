"""How many leads a second the service takes and answers: offered at a steady rate to a buyer that answers in 5 to 40 ms
and fails for 5 of 100, all on this machine (callers, service and buyer share its processors).

    python bench/serve.py [LEADS-A-SECOND] [SECONDS]

What cannot be served is refused with 503. Afterwards every lead that was acknowledged is looked for in the journal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp

LEADFLOW = str(Path(sys.executable).with_name("leadflow"))
FLOW = """flow bench
lead {
  mail email required
  zip postal_code
  budget money
}
source web { dedupe on mail within 30d }
buyer ace {
  price 20.00
  cap 1000000 per day
  down after 100000 failures in 1m for 1m
  deliver {
    post "https://ace.example/leads"
    idempotency header "Idempotency-Key"
    body json { mail = mail  zip = zip  budget = budget }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall ace }
"""
ANSWERS = """seed: 1
buyers:
  ace:
    deliver:
      url: https://ace.example/leads
      latency: 5ms-40ms
      answers:
        - {chance: 5%, status: 500, takes: true}
        - {takes: true, body: {ok: true}}
"""
SETTINGS = '[serve]\nrate = "100000 per second"\nconcurrency = 512\n'


async def offer(url: str, rate: int, seconds: int) -> tuple[Counter[int], list[float], list[str]]:
    """Send leads at a rate, whatever becomes of those before. Gives statuses, latencies in ms, acknowledged leads."""
    statuses: Counter[int] = Counter()
    took: list[float] = []
    kept: list[str] = []
    going: set[asyncio.Task[None]] = set()

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        body = {"mail": f"lead{number}@example.com", "zip": "85001", "budget": "1200"}
        began = time.perf_counter()
        try:
            async with session.post(url, json=body) as answer:
                said = await answer.json()
                statuses[answer.status] += 1
                if answer.status in (200, 202):
                    took.append((time.perf_counter() - began) * 1000)
                    kept.append(said["lead"]["id"])
        except (aiohttp.ClientError, TimeoutError):
            statuses[0] += 1

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30)) as session:
        began = time.perf_counter()
        for number in range(rate * seconds):
            wait = began + number / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            task = asyncio.create_task(one(session, number))
            going.add(task)
            task.add_done_callback(going.discard)
        await asyncio.gather(*going)
    return statuses, sorted(took), kept


def report(statuses: Counter[int], took: list[float], kept: list[str], seconds: float, db: Path) -> None:
    """Print what came of it."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as journal:
        stored = {row[0] for row in journal.execute("SELECT id FROM lead")}
        outcomes = dict(journal.execute("SELECT coalesce(outcome, 'running'), count(*) FROM lead GROUP BY 1"))
    print(f"answered   {dict(sorted(statuses.items()))}  (0: no answer)")
    print(f"served     {len(took) / seconds:,.0f} leads a second")
    if took:
        at = [took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99, 0.999)]
        print("latency    p50 {:,.0f} ms   p99 {:,.0f} ms   p99.9 {:,.0f} ms".format(*at))
    print(f"lost       {len(set(kept) - stored)} of {len(kept):,} acknowledged")
    print(f"journal    {outcomes}")


def main(rate: int, seconds: int) -> None:
    """Start a buyer and a service, offer leads, tell what came of them."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name, text in (("bench.flow", FLOW), ("answers.yaml", ANSWERS), ("leadflow.toml", SETTINGS)):
            (here / name).write_text(text, encoding="utf-8")
        start = {"cwd": here, "stdout": subprocess.PIPE, "text": True}
        buyer = subprocess.Popen([LEADFLOW, "sandbox", "answers.yaml", "--port", "0"], **start)
        address = buyer.stdout.readline().split(" on ")[1].split(",")[0]
        environ = {**os.environ, "LEADFLOW_SANDBOX": address, "LEADFLOW_ALLOW_HOSTS": address}
        command = [LEADFLOW, "serve", "bench.flow", "--db", "bench.db", "--port", "0", "--open"]
        service = subprocess.Popen(command, env=environ, **start)
        try:
            url = f"{service.stdout.readline().split()[1]}/flows/bench/sources/web/submit"
            began = time.perf_counter()
            found = asyncio.run(offer(url, rate, seconds))
            took = time.perf_counter() - began
            service.send_signal(signal.SIGTERM)
            service.wait(60)
            report(*found, took, here / "bench.db")
        finally:
            for process in (service, buyer):
                process.kill()
                process.communicate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
