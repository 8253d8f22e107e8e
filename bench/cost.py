"""What a lead costs the service in processor time, by part: processor time and not seconds, so that the figures mean
the same on a busy machine. Five buyers in a waterfall; two refuse, the third takes the lead.

    python bench/cost.py [LEADS]            milliseconds a lead: loop, journal's thread, all
    python bench/cost.py LEADS loop         and where the event loop spends it, by function
    python bench/cost.py LEADS journal      and where the journal's thread does
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

import aiohttp

from leadflow_engine.store.writer import Writer

LEADFLOW = str(Path(sys.executable).with_name("leadflow"))
AT_ONCE = 100
WARM = 200
EVERY = 0.002
BUYER = """buyer {name} {{
  accept when budget >= {least}  else "too little"
  price {price}.00
  cap 1000000 per day
  dedupe on mail within 30d  else "bought before"
  deliver {{
    post "https://{name}.example/leads"
    idempotency header "Idempotency-Key"
    body json {{ mail = mail  zip = zip  budget = budget }}
    response json {{
      accepted when "ok"
      otherwise rejected
      reason "why"
      reference "id"
    }}
  }}
}}
"""
NAMES = ("ace", "bee", "cat", "dog", "elk")
FLOW = """flow bench
lead {
  first_name first_name required
  phone phone
  mail email required
  zip postal_code
  budget money
}
source web {
  dedupe on mail within 30d
  cost 1.00
}
filter small { reject when budget < 10 because "too small" }
score quality {
  start 50
  add 20 when budget >= 1000
  subtract 10 when mail.is_free
}
"""
ANSWER = """  {name}:
    deliver:
      url: https://{name}.example/leads
      latency: 5ms-20ms
      answers:
        - {answer}
"""
REFUSES = '{status: 200, body: {ok: false, why: "not now"}}'
TAKES = '{takes: true, body: {ok: true, id: "R-1"}}'
SETTINGS = '[serve]\nrate = "100000 per second"\nconcurrency = 512\n'


def write_files(here: Path) -> None:
    """The flow, its answers and the service's settings."""
    buyers = "".join(BUYER.format(name=name, least=20 + at, price=30 - at) for at, name in enumerate(NAMES))
    (here / "bench.flow").write_text(f"{FLOW}{buyers}route {{ waterfall {', '.join(NAMES)} }}\n")
    answers = "".join(
        ANSWER.format(name=name, answer=REFUSES if name in NAMES[:2] else TAKES) for name in NAMES
    )
    (here / "answers.yaml").write_text(f"seed: 1\nbuyers:\n{answers}")
    (here / "leadflow.toml").write_text(SETTINGS)


# ------------------------------------------------------------------ the service, as a process of its own


def _served(report: str) -> None:
    """Serve until SIGTERM, and tell what it cost; SIGUSR1 begins the measurement."""
    from leadflow_engine.service.server import Asked, serve

    journal, samples = Journal(), Samples()
    marks: list[tuple[float, float]] = []

    def begin() -> None:
        marks.append((time.process_time(), time.thread_time()))
        journal.begin()
        if report:
            samples.begin(journal)

    async def life() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, begin)
        await serve(Asked(("bench.flow",), "bench.db", port=0, open=True, watch=False), _say, _note)

    journal.listen()
    asyncio.run(life())
    samples.end()
    took = time.process_time() - marks[0][0]
    print(f"all {took} loop {time.thread_time() - marks[0][1]} journal {journal.took}")
    print(f"{journal.jobs} transactions asked for, in {journal.commits} commits; most memory {_memory()} MiB")
    if report:
        samples.print(report, took)


class Journal:
    """What the journal's thread does: its jobs, its commits, its processor time since ``begin``."""

    def __init__(self) -> None:
        self.jobs = self.commits = self.ident = 0
        self.began = self.took = 0.0
        self.on = False

    def begin(self) -> None:
        """Count from now."""
        self.on = True

    def listen(self) -> None:
        """Hear of every batch that any writer takes."""
        take = Writer._take

        def heard(writer: Writer) -> object:
            self.ident = threading.get_ident()
            if self.on and not self.began:
                self.began = time.thread_time()
            self.took = time.thread_time() - self.began if self.began else 0.0
            batch = take(writer)
            if self.on and batch:
                self.jobs, self.commits = self.jobs + len(batch), self.commits + 1
            return batch

        Writer._take = heard  # type: ignore[method-assign, assignment]


class Samples:
    """Where the process is, looked at once in so much of its processor time: nothing gets dearer by being looked at."""

    def __init__(self) -> None:
        self.seen: dict[str, Counter[str]] = {"loop": Counter(), "journal": Counter()}
        self.within: dict[str, Counter[str]] = {"loop": Counter(), "journal": Counter()}
        self.count = 0

    def begin(self, journal: Journal) -> None:
        """Look from now on. While the loop waits, it is the journal's thread that works."""

        def look(_: int, frame: FrameType | None) -> None:
            part = "loop"
            if frame is not None and frame.f_code.co_name == "select":
                part, frame = "journal", sys._current_frames().get(journal.ident)
            self._note(part, frame)

        signal.signal(signal.SIGPROF, look)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def _note(self, part: str, frame: FrameType | None) -> None:
        self.count += 1
        names = []
        while frame is not None:
            code = frame.f_code
            names.append(f"{'/'.join(code.co_filename.rsplit('/', 2)[1:])}:{code.co_name}")
            frame = frame.f_back
        self.seen[part][names[0] if names else "?"] += 1
        self.within[part].update(set(names))

    def end(self) -> None:
        """Look no more."""
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_PROF, 0)

    def print(self, part: str, took: float) -> None:
        """The functions of a part: shares of all processor time, within each and in it alone."""
        for name, within in self.within[part].most_common(130):
            print(f"{within / self.count:7.1%} {self.seen[part][name] / self.count:7.1%}  {name}")


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _say(text: str) -> None:
    print(text, flush=True)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ------------------------------------------------------------------ who calls


async def _offer(url: str, first: int, leads: int) -> None:
    numbers = iter(range(first, first + leads))

    async def caller(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            body = {
                "first_name": "Ida",
                "phone": f"602555{number % 10000:04}",
                "mail": f"lead{number}@example.com",
                "zip": "85001",
                "budget": "1200",
            }
            async with session.post(url, json=body) as answer:
                said = await answer.json()
                assert said["outcome"] == "sold", said

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(caller(session) for _ in range(AT_ONCE)))


def main(leads: int, report: str = "") -> None:
    """Start a buyer and a service, send leads, tell what they cost."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        write_files(here)
        buyer = subprocess.Popen(
            [LEADFLOW, "sandbox", "answers.yaml", "--port", "0"], cwd=here, stdout=subprocess.PIPE, text=True
        )
        address = buyer.stdout.readline().split(" on ")[1].split(",")[0]
        environ = {**os.environ, "LEADFLOW_SANDBOX": address, "LEADFLOW_ALLOW_HOSTS": address}
        command = [sys.executable, str(Path(__file__).absolute()), "--served", report]
        service = subprocess.Popen(command, env=environ, cwd=here, stdout=subprocess.PIPE, text=True)
        try:
            url = f"{service.stdout.readline().split()[1]}/flows/bench/sources/web/submit"
            asyncio.run(_offer(url, 0, WARM))
            service.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
            began = time.perf_counter()
            asyncio.run(_offer(url, WARM, leads))
            print(f"{leads} leads in {time.perf_counter() - began:.1f} s, {AT_ONCE} at once")
            service.send_signal(signal.SIGTERM)
            said, _ = service.communicate(timeout=120)
            figures, _, rest = said.partition("\n")
            words = figures.split()
            for name, took in zip(words[::2], words[1::2], strict=True):
                print(f"{name:10} {float(took) * 1000 / leads:.3f} ms a lead")
            print(rest)
        finally:
            for process in (service, buyer):
                process.kill()
                process.communicate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--served"]:
        _served(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, *sys.argv[2:])
