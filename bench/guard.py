"""The regression guard: what a lead costs in counts that a busy machine does not change, held against what is kept.

    python bench/guard.py              says what grew by more than it may, by how much and where; then ends with 1
    python bench/guard.py --update     keeps today's counts in bench/guard.json: where a change is meant, and say why
    python bench/guard.py --functions  the dearest functions, by the bytecode instructions that a lead runs in them

Counted are bytecode instructions a lead, by room of the engine (both threads, asyncio and its kin left out),
statements of SQL and rows written, for leads that come by HTTP, that two buyers refuse and a third of fifty takes.
Instructions belong to a minor version of Python: one that has none kept is held against statements and rows alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import load
import whole
import whole_workload as work

KEPT = Path(__file__).absolute().with_name("guard.json")
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
WARM = 6
LEADS = 6
MAY_GROW = {"instructions": 0.05, "statements": 0.25, "rows": 0.05}
"""The share by which a count may grow before anybody is told. Statements vary by themselves: what else is written in
the same moment, such as what a minute's chores keep, comes in a transaction of its own or not."""
WAITING = (
    "asyncio",
    "selectors",
    "threading",
    "concurrent",
    "queue",
    "multiprocessing",
    "subprocess",
    "bench",
)


class Counts:
    """Instructions by code, on every thread that starts after ``begin``, and on this one."""

    def __init__(self) -> None:
        self.by_code: Counter[CodeType] = Counter()
        self.on = False

    def begin(self) -> None:
        """Watch; nothing is counted before ``on`` is set."""
        sys._getframe().f_trace_opcodes = True  # 3.12 only looks at instructions where one frame asked before
        threading.settrace(self._entered)
        sys.settrace(self._entered)

    def end(self) -> None:
        """Watch no more."""
        sys.settrace(None)
        threading.settrace(None)

    def _entered(self, frame: FrameType, what: str, _: Any) -> Any:
        if not self.on:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._ran

    def _ran(self, frame: FrameType, what: str, _: Any) -> Any:
        if what == "opcode":
            self.by_code[frame.f_code] += 1
        return self._ran


def room_of(code: CodeType) -> str:
    """The room of the engine that a function belongs to, its file where it stands in none; "" for what only waits,
    "libraries" for what is not ours."""
    parts = Path(code.co_filename).with_suffix("").parts
    for package in ("leadflow_engine", "leadflow_dsl"):
        if package in parts:
            inside = parts[parts.index(package) + 1 :]
            return inside[0] if package == "leadflow_engine" else package
    if any(each in parts for each in WAITING):
        return ""
    return "libraries"


def counted() -> tuple[dict[str, float], Counter[CodeType]]:
    """Figures a lead: ``instructions``, ``instructions ROOM``, ``statements``, ``rows``; and instructions by function,
    of all leads. The service runs in this process, callers and buyers in others, one lead at a time."""
    from leadflow_engine.drivers import loops

    counts, statements = Counts(), Statements()
    with tempfile.TemporaryDirectory() as folder:
        here, out = Path(folder), load.Buyers(work.REFUSALS)
        (here / "whole.flow").write_text(whole.flow(work.buyers()))
        (here / "leadflow.toml").write_text(whole.SETTINGS)
        address = f"127.0.0.1:{out.port}"
        os.environ |= {"LEADFLOW_SANDBOX": address, "LEADFLOW_ALLOW_HOSTS": address}
        counts.begin()
        statements.listen()
        rows = loops.run(_served(here, counts, statements))
        statements.end()
        counts.end()
        sent = out.sent()
        out.end()
    assert len(sent) == (WARM + LEADS) * (work.REFUSALS + 1), len(sent)
    figures: Counter[str] = Counter()
    for code, ran in counts.by_code.items():
        if room := room_of(code):
            figures[f"instructions {room}"] += ran
            figures["instructions"] += ran
    found = {name: round(ran / LEADS, 1) for name, ran in sorted(figures.items())}
    return found | rows, counts.by_code


async def _served(here: Path, counts: Counts, statements: Statements) -> dict[str, float]:
    """Serve, have leads sent one after the other, and end. Gives statements and rows a lead."""
    from leadflow_engine.service.server import Asked, serve

    said = asyncio.Queue[str]()
    asked = Asked((str(here / "whole.flow"),), str(here / "whole.db"), port=0, open=True, watch=False)
    service = asyncio.create_task(serve(asked, said.put_nowait, lambda text: print(text, file=sys.stderr)))
    port = int((await said.get()).split()[1].rsplit(":", 1)[1])
    calls = whole.requests(work.leads(WARM + LEADS, work.buyers()), "/flows/whole/sources/web/submit")
    await asyncio.to_thread(load.called, port, calls[:WARM], 1)
    before = statements.so_far()
    counts.on = True
    came = await asyncio.to_thread(load.called, port, calls[WARM:], 1)
    counts.on = False
    after = statements.so_far()
    assert came.statuses == {200: LEADS}, came.bodies[:1]
    os.kill(os.getpid(), signal.SIGTERM)
    await service
    return {name: round((after[name] - before[name]) / LEADS, 1) for name in after}


class Statements:
    """Statements of SQL, and rows written, on every connection that is made while it listens."""

    def __init__(self) -> None:
        self.count = 0
        self.connections: list[sqlite3.Connection] = []
        self._connect = sqlite3.connect

    def listen(self) -> None:
        """Hear of every connection from now on."""

        def heard(*args: Any, **more: Any) -> sqlite3.Connection:
            made: sqlite3.Connection = self._connect(*args, **more)
            made.set_trace_callback(self._ran)
            self.connections.append(made)
            return made

        sqlite3.connect = heard  # type: ignore[assignment]

    def end(self) -> None:
        """Hear no more."""
        sqlite3.connect = self._connect

    def _ran(self, _: str) -> None:
        self.count += 1

    def so_far(self) -> dict[str, int]:
        """Both, as they are now."""
        return {"statements": self.count, "rows": sum(_changes(each) for each in self.connections)}


def _changes(connection: sqlite3.Connection) -> int:
    try:
        return connection.total_changes
    except sqlite3.ProgrammingError:
        return 0


def problems(kept: dict[str, float], now: dict[str, float]) -> list[str]:
    """A sentence for each count that grew by more than it may; of instructions, with the rooms in which they are."""
    found = []
    for name, share_of in MAY_GROW.items():
        before, after = kept.get(name), now.get(name)
        if before and after and after > before * (1 + share_of):
            share = f"{after / before - 1:.0%} more than the {before:,.0f} that are kept"
            rooms = f": {_rooms(kept, now)}" if name == "instructions" else ""
            found.append(f"{name} of a lead grew to {after:,.0f}, {share}{rooms}")
    return found


def _rooms(kept: dict[str, float], now: dict[str, float]) -> str:
    rooms = {name for name in kept.keys() | now.keys() if name.startswith("instructions ")}
    grew = {name.split()[1]: now.get(name, 0.0) - kept.get(name, 0.0) for name in rooms}
    first = sorted(grew.items(), key=lambda each: -each[1])[:4]
    return ", ".join(f"{room} {more:+,.0f}" for room, more in first if more > 0)


def main(*asked: str) -> int:
    """Compare, or keep. 0 where nothing grew."""
    now, by_code = counted()
    if asked == ("--functions",):
        for code, ran in by_code.most_common(60):
            print(f"{ran / LEADS:9,.0f}  {room_of(code) or 'waiting':12} {code.co_qualname}")
        return 0
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    if asked == ("--update",):
        kept[VERSION] = now
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"kept for Python {VERSION}: {now['instructions']:,.0f} instructions a lead")
        import page  # where they stand in a table

        page.refill()
        return 0
    against = kept.get(VERSION) or {name: value for each in kept.values() for name, value in each.items()}
    if VERSION not in kept:
        against = {name: value for name, value in against.items() if not name.startswith("instructions")}
    found = problems(against, now)
    for sentence in found:
        print(sentence)
    if found:
        print("Where that is meant: python bench/guard.py --update, and say why in the commit.")
    else:
        print(", ".join(f"{name} {now[name]:,.0f}" for name in MAY_GROW))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
