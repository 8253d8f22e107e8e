"""The whole lead over HTTP in and out: fifty buyers with five wishes, a cap and a dedupe key each; two refuse, the
third takes the lead; twelve steps and three exchanges are kept, the intent durable before every post (FULL).

    python bench/whole.py [LEADS]                    leads a second, milliseconds a lead by process
    python bench/whole.py LEADS loop|journal         and where the service's loop, or its journal's thread, spends them
    python bench/whole.py LEADS loop STACKS          the stacks of both into a file, for a flame graph

Sixteen leads are under way at any time. Processor time is that of the service, of who calls and of the buyers.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import load
import machine
import whole_workload as work

AT_ONCE = 16
SETTINGS = '[serve]\nrate = "100000 per second"\nconcurrency = 512\n'
FLOW = """flow whole
lead {
  ref text required
  first_name first_name required
  last_name last_name required
  email email required
  phone phone required
  zip postal_code
  state state required
  age number required
  bill money required
  credit number required
  homeowner boolean
}
source web {
  dedupe on email within 30d
  cap 1000000 per day
  cost 1.00
}
"""
SCORES = """score quality {
  start 50
  add 20 when credit >= 700
  add 10 when bill >= 250
  subtract 10 when email.is_free
}
score value {
  start 10
  add 5 when homeowner
  add 5 when age >= 40
}
score risk {
  start 0
  add 40 when credit < 560
  add 10 when age < 25
}
"""


def _buyer(buyer: work.Buyer) -> str:
    owner = '  accept when homeowner  else "owners only"\n' if buyer.owner else ""
    pairs = "  ".join(f"{name} = {name}{'.e164' if name == 'phone' else ''}" for name in work.SENT)
    return f"""buyer {buyer.name} {{
  accept when state in [{", ".join(buyer.states)}]  else "state not bought"
  accept when age between {buyer.ages[0]} and {buyer.ages[1]}  else "age out of range"
  accept when bill >= {buyer.bill}  else "bill too small"
  accept when credit >= {buyer.credit}  else "credit too low"
{owner}  price {buyer.price}.00
  cap 1000000 per day
  dedupe on email within 30d  else "bought before"
  deliver {{
    post "https://{buyer.name}.example/{buyer.name}"
    idempotency header "Idempotency-Key"
    body json {{ {pairs} }}
    response json {{
      accepted when "ok"
      otherwise rejected
      reason "why"
      reference "id"
    }}
  }}
}}
"""


def flow(buyers: list[work.Buyer]) -> str:
    """The workload as a flow."""
    filters = "".join(
        f'filter {name} {{ reject when {when} because "{why}" }}\n' for name, when, why in work.FILTERS
    )
    names = ", ".join(buyer.name for buyer in buyers)
    return FLOW + filters + SCORES + "".join(map(_buyer, buyers)) + f"route {{ waterfall {names} }}\n"


def requests(leads: list[dict[str, Any]], path: str) -> list[bytes]:
    """A call of the service for each lead."""
    return [load.post_of(path, json.dumps(lead).encode()) for lead in leads]


@dataclass(slots=True)
class Measured:
    """What a stack did. ``cpu``: milliseconds a lead by process (and of the service's loop); ``rate``: leads a second
    by the clock; ``p50`` and ``p99``: milliseconds from the call to its answer. What was sent was
    checked. ``rows``: what a journal holds of a lead, in all its tables."""

    name: str
    leads: int
    rate: float
    p50: float
    p99: float
    cpu: dict[str, float]
    rows: float = 0.0

    @property
    def all_cpu(self) -> float:
        """Milliseconds a lead of the service, the callers and the buyers."""
        return sum(self.cpu[part] for part in ("service", "callers", "buyers"))

    @property
    def carries(self) -> float:
        """Leads a second that two cores would carry by processor time alone: each process has one interpreter."""
        return 1000 / max(self.cpu["service"] - self.cpu["beside"], self.all_cpu / 2)


@contextmanager
def served(here: Path, flow_file: str, out: load.Buyers, *watched: str) -> Iterator[subprocess.Popen[str]]:
    """A service with a flow of a folder, whose journal has its name; ``watched`` as `sampled.py` takes it."""
    (here / "leadflow.toml").write_text(SETTINGS)
    address = f"127.0.0.1:{out.port}"
    environ = {**os.environ, "LEADFLOW_SANDBOX": address, "LEADFLOW_ALLOW_HOSTS": address}
    script, journal = Path(__file__).absolute().with_name("sampled.py"), Path(flow_file).with_suffix(".db")
    command = [sys.executable, str(script), flow_file, str(journal), *watched]
    service = subprocess.Popen(command, env=environ, cwd=here, stdout=subprocess.PIPE, text=True)
    try:
        yield service
    finally:
        service.kill()
        service.communicate()


def port_of(service: subprocess.Popen[str]) -> int:
    """The port that a service tells first."""
    assert service.stdout is not None
    said = service.stdout.readline()
    if not said:
        raise RuntimeError("the service did not start; what it said stands above")
    return int(said.split()[1].rsplit(":", 1)[1])


def run(leads: int, report: str = "", stacks: str = "-") -> tuple[Measured, str]:
    """Send the workload's leads through a service. Gives what came of it, and what the service said of itself."""
    with tempfile.TemporaryDirectory() as folder:
        out = load.Buyers(work.REFUSALS)
        (Path(folder) / "whole.flow").write_text(flow(work.buyers()))
        with served(Path(folder), "whole.flow", out, report, stacks) as service:
            done = measured(
                "leadflow",
                service,
                "/flows/whole/sources/web/submit",
                out,
                leads,
                lambda: service.send_signal(signal.SIGUSR1),
            )
            service.send_signal(signal.SIGTERM)
            said, _ = service.communicate(timeout=120)
        out.end()
        done.rows, told = _kept(Path(folder) / "whole.db", leads + warm(leads))
        return done, f"{said}{told}"


def warm(leads: int) -> int:
    """How many leads are sent before so many are measured."""
    return min(300, leads // 2)


def measured(
    name: str,
    service: subprocess.Popen[str],
    path: str,
    out: load.Buyers,
    leads: int,
    begin: Callable[[], object] = lambda: None,
) -> Measured:
    """Send the workload's leads to a stack, which prints its address first; check what its buyers were sent. ``begin``
    is called when it is warm."""
    port = port_of(service)
    before_it = warm(leads)
    todo = work.leads(before_it + leads, work.buyers())
    calls = requests(todo, path)
    _sold(load.called(port, calls[:before_it], AT_ONCE))
    begin()
    time.sleep(0.2)
    before, bought = _threads(service.pid), out.cpu()
    came = load.called(port, calls[before_it:], AT_ONCE)
    after, bought = _threads(service.pid), out.cpu() - bought
    _sold(came)
    sent = by_lead(out.sent())
    check(todo, sent, work.buyers())
    spent = {thread: seconds - before.get(thread, 0.0) for thread, seconds in after.items()}
    cpu = {
        "service": sum(spent.values()),
        "callers": came.cpu,
        "buyers": bought,
        "loop": spent[service.pid],
        "beside": sum(spent.get(child, 0.0) for child in machine.children(service.pid)),
    }
    each = {part: seconds * 1000 / leads for part, seconds in cpu.items()}
    return Measured(name, leads, leads / came.seconds, came.at(0.5), came.at(0.99), each)


def _threads(service: int) -> dict[int, float]:
    """Processor time by thread, of a service and of the processes that it has begun."""
    return {
        thread: took
        for pid in (service, *machine.children(service))
        for thread, took in machine.threads_cpu(pid).items()
    }


def _sold(came: load.Came) -> None:
    said = Counter(json.loads(body)["outcome"] for body in came.bodies)
    assert set(came.statuses) == {200} and set(said) == {"sold"}, (came.statuses, said, came.bodies[:1])


def by_lead(sent: list[tuple[str, dict[str, Any]]]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """What buyers received, by lead, in turn."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for path, body in sent:
        found.setdefault(body["ref"], []).append((path.lstrip("/"), body))
    return found


def check(
    leads: list[dict[str, Any]],
    sent: dict[str, list[tuple[str, dict[str, Any]]]],
    buyers: list[work.Buyer],
) -> None:
    """Every lead was sent to whom it had to be sent, and what. Raises ``AssertionError``."""
    assert len(sent) == len(leads), (len(sent), len(leads))
    for lead in leads:
        got = sent[lead["ref"]]
        assert [name for name, _ in got] == work.expected(lead, buyers), (lead, got)
        for _, body in got:
            assert body == shown(lead), (lead, body)


def shown(lead: dict[str, Any]) -> dict[str, Any]:
    """What a buyer is sent of a lead."""
    return {name: lead[name] for name in work.SENT} | {"phone": f"+1{lead['phone']}"}


def _kept(db: Path, leads: int) -> tuple[float, str]:
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as journal:
        tables = [
            name
            for (name,) in journal.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        counts = {
            name: journal.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] / leads for name in tables
        }
    shown = "  ".join(f"{name} {count:.4g}" for name, count in sorted(counts.items()) if count >= 0.1)
    rows, size = sum(counts.values()), db.stat().st_size / leads / 1000
    return rows, f"rows a lead: {rows:.1f}  ({shown})  {size:.1f} kB a lead\n"


def main(leads: int, report: str = "", stacks: str = "-") -> None:
    """Measure, check, tell."""
    done, said = run(leads, report, stacks)
    print(
        f"{leads} leads, {AT_ONCE} at once: {done.rate:,.0f} a second, p50 {done.p50:.1f} ms, p99 {done.p99:.1f} ms"
    )
    for name, took in {**done.cpu, "all": done.all_cpu}.items():
        print(f"{name:10} {took:.3f} ms a lead")
    print(f"two cores carry {done.carries:,.0f} leads a second by processor time")
    print(said, end="")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, *sys.argv[2:])
