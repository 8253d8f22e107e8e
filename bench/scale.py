"""What grows and what must not: memory of a run of many leads, of a flow of many buyers with ZIP codes each, and the
time until a service of fifty flows answers its first lead.

    python bench/scale.py [LEADS [BUYERS]]      by default runs of 5,000 and 20,000 leads, and 1,000 buyers
    python bench/scale.py --run 1000000         one run alone, and its memory as the journal grows: half an hour
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import machine
from frame import Differs, Turn

LEADFLOW = str(Path(sys.executable).with_name("leadflow"))
MB = 1024
"""What the system counts memory in, KB, by the megabyte."""
FLOWS, BUYERS, ZIPS = 50, 20, 100
A_LIBRARY = 500
"""Buyers of one file: a file has at most a million characters."""
STATES = "CA TX FL NY AZ NV GA OH PA IL MI NC VA WA CO".split()
ENVIRON = {**os.environ, "TOKEN": "x"}
HEAD = """flow {name}
{imports}
lead {{
  email          email    required
  phone_1        phone
  zip            postal_code
  state          state    required
  age            number
  electric_bill  money
}}
source web {{ dedupe on email within 30d  else "duplicate" }}
"""
BUYER = """
buyer b{n} {{
  tag every
  accept when state in [{states}] and age between {young} and {old}  else "outside"
  {zips}
  accept when electric_bill >= {bill}  else "bill too low"
  price {price}.00
  priority {priority}
  cap 1000 per day
  dedupe on phone_1 within 90d  else "bought before"
  deliver {{
    post "https://api.b{n}.example/leads"
    auth bearer env TOKEN
    body json {{ number = phone_1.e164  mail = email  st = state  bill = electric_bill }}
    timeout 5s
    response json {{
      accepted when "result" == "success"
      otherwise rejected
      reference "id"
    }}
  }}
}}
"""
ROUTE = "\nroute { waterfall tag every { order by priority } }\n"
LEAD = {"phone_1": "602-555-0187", "zip": "85001", "state": "CA", "age": "99", "electric_bill": "150"}
"""Too old for every buyer, so that nobody has to be there to be contacted."""


def write_flow(folder: Path, name: str, buyers: int, zips: int = 0) -> Path:
    """A flow of so many buyers with so many ZIP codes each; where it is long, they come from libraries."""
    draw = random.Random(name)
    texts = [_buyer(draw, number, zips) for number in range(buyers)]
    parts = [texts[first : first + A_LIBRARY] for first in range(0, buyers, A_LIBRARY)]
    for number, part in enumerate(parts if len(parts) > 1 else ()):
        (folder / f"{name}_{number}.flow").write_text(f"library {name}_{number}\n{''.join(part)}")
    imports = "".join(
        f'import "{name}_{number}.flow"\n' for number in range(len(parts) if len(parts) > 1 else 0)
    )
    file = folder / f"{name}.flow"
    file.write_text(
        HEAD.format(name=name, imports=imports) + "".join(texts if len(parts) == 1 else ()) + ROUTE
    )
    return file


def _buyer(draw: random.Random, number: int, zips: int) -> str:
    codes = ", ".join(f'"{draw.randrange(10_000, 52_000)}"' for _ in range(zips))  # as many as there are
    return BUYER.format(
        n=number,
        states=", ".join(draw.sample(STATES, 5)),
        young=draw.randrange(18, 40),
        old=draw.randrange(50, 90),
        zips=f'accept when zip in [{codes}]  else "not our zip"' if zips else "",
        bill=draw.randrange(0, 200, 10),
        price=draw.randrange(20, 90),
        priority=draw.randrange(1, 100),
    )


# ------------------------------------------------------------------ runs of many leads


def run_memory(leads: int, looking: Callable[[int, Path], None] = lambda process, journal: None) -> int:
    """The most memory, in KB, of ``leadflow run`` over a file of so many leads; ``looking`` is called once it goes on,
    with the number of its process and its journal."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        flow = write_flow(here, "many", 5)
        with (here / "leads.jsonl").open("w") as file:
            file.writelines(
                json.dumps({"email": f"lead{n}@example.com", **LEAD}) + "\n" for n in range(leads)
            )
        command = [LEADFLOW, "run", flow.name, "leads.jsonl", "--db", "many.db"]
        process = subprocess.Popen(command, cwd=here, env=ENVIRON, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        looking(process.pid, here / "many.db")
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        if f"({leads:,})" not in said:
            raise Differs(f"a run of {leads} leads said {said}")
        return used.ru_maxrss


def levels(process: int, journal: Path) -> None:
    """Print, each time another hundred thousand leads are in the journal, what the process holds and has used."""
    told, status = 0, Path(f"/proc/{process}/status")
    while "VmRSS" in (found := dict(line.split(":", 1) for line in status.read_text().splitlines())):
        leads = _leads_in(journal) if journal.exists() else 0
        if leads >= told + 100_000:
            told = leads
            size, held = journal.stat().st_size >> 20, int(found["VmRSS"].split()[0]) / MB
            print(
                f"{leads:9,} leads  {held:6.1f} MB  {sum(machine.threads_cpu(process).values()):6.0f} s  "
                f"journal {size:,} MB",
                flush=True,
            )
        time.sleep(2)


def _leads_in(journal: Path) -> int:
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM lead").fetchone()[0])


# ------------------------------------------------------------------ flows of many buyers


def plan_memory(buyers: int) -> dict[str, float]:
    """What a process holds that took in a flow of so many buyers, checked by another, and planned it: MB, and how many
    seconds of its processor time taking in and planning took."""
    with tempfile.TemporaryDirectory() as folder:
        flow = write_flow(Path(folder), "large", buyers, ZIPS)
        command = [sys.executable, __file__, "--holds", str(flow)]
        done = subprocess.run(command, env=ENVIRON, capture_output=True, text=True, check=True)
        found: dict[str, float] = json.loads(done.stdout)
        return found


def _holds(flow: str) -> None:
    from leadflow_engine.drivers.apart import Apart
    from leadflow_engine.operations.loading import load

    with Apart([flow]) as apart:
        began = time.process_time()
        plan = load(flow, apart.checked).plan.ready()
        took = time.process_time() - began
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = pages * resource.getpagesize() / 1024 / MB
    print(json.dumps({"held": held, "most": most / MB, "took": took, "buyers": len(plan.buyers)}))


# ------------------------------------------------------------------ a service's start


def start() -> dict[str, float]:
    """Seconds until a service of fifty flows has answered its first lead, and of them its own processor time: the
    second start, as installing compiles what Python reads, and a copy of the sources may not be."""
    with tempfile.TemporaryDirectory() as compiled:
        environ = {name: value for name, value in ENVIRON.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environ["PYTHONPYCACHEPREFIX"] = compiled
        _started(environ)
        return _started(environ)


def _started(environ: dict[str, str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        files = [write_flow(Path(folder), f"f{number}", BUYERS) for number in range(FLOWS)]
        command = [LEADFLOW, "serve", *(file.name for file in files), "--db", "start.db", "--port", "0"]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--open", "--no-watch"], cwd=folder, env=environ, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout
            address = process.stdout.readline().split()[1]
            answered = _post(f"{address}/flows/f7/sources/web/submit")
            took = time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0
    if answered != "unsold":
        raise Differs(f"the first lead was {answered}")
    return {"first lead": took, "start cpu": used.ru_utime + used.ru_stime}


def _post(url: str) -> str:
    body = json.dumps({"email": "ida@example.com", **LEAD}).encode()
    with urllib.request.urlopen(
        urllib.request.Request(url, body, {"Content-Type": "application/json"})
    ) as answer:
        return str(json.load(answer)["outcome"])


# ------------------------------------------------------------------


def figures(leads: int, buyers: int) -> Iterator[tuple[str, float]]:
    """Every figure by its name."""
    few, many = run_memory(leads // 4), run_memory(leads)
    yield "run", many / MB
    yield "run growth", (many - few) / MB
    plan = plan_memory(buyers)
    yield "plan held", plan["held"]
    yield "plan most", plan["most"]
    yield "plan taken in", plan["took"]
    yield from start().items()


def once(quick: bool) -> Turn:
    """One turn; the start alone where it has to be quick: memory shows in long runs and large flows."""
    return Turn(start() if quick else dict(figures(60_000, 10_000)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--holds"]:
        _holds(sys.argv[2])
    elif sys.argv[1:2] == ["--run"]:
        print(f"at most   {run_memory(int(sys.argv[2]), levels) / MB:6.1f} MB")
    else:
        numbers = [int(word) for word in sys.argv[1:]]
        for name, value in figures(*(*numbers, *(20_000, 1_000)[len(numbers) :])):
            print(f"{name:14} {value:8.2f}", flush=True)
