"""The machine on which something is measured, and what a process on it has cost so far."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("aiohttp", "httptools", "uvicorn", "uvloop", "starlette", "orjson", "httpx", "cryptography")


def fsync_us(folder: Path, times: int = 200) -> float:
    """What the disk takes for one small durable write, in microseconds: the median of so many."""
    took = []
    with tempfile.TemporaryFile(buffering=0, dir=folder) as probe:
        for _ in range(times):
            probe.write(b"x" * 4096)
            start = time.perf_counter()
            os.fdatasync(probe.fileno()) if hasattr(os, "fdatasync") else os.fsync(probe.fileno())
            took.append(time.perf_counter() - start)
    return sorted(took)[times // 2] * 1e6


def loop_us(times: int = 5) -> float:
    """A fixed piece of work in Python, microseconds of processor time, the best of so many: what every figure of
    processor time is to be held against on another machine."""
    best = float("inf")
    for _ in range(times):
        start, total, seen = time.process_time(), 0, {}
        for number in range(20_000):
            total += number * 3 % 7
            seen[number & 255] = total
        best = min(best, time.process_time() - start)
    return best * 1e6


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def described(folder: Path) -> dict[str, str | int | float]:
    """The machine, for a table or a file."""
    found: dict[str, str | int | float] = {
        "cores": cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "fsync_us": round(fsync_us(folder)),
        "reference_loop_us": round(loop_us()),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def threads_cpu(pid: int) -> dict[int, float]:
    """Seconds of processor time of each thread of a process so far; of those that have ended, nothing. Where there is
    no ``/proc``, the process alone, in hundredths of a second."""
    tasks = Path(f"/proc/{pid}/task")
    if tasks.exists():
        found = {}
        for task in tasks.iterdir():
            try:
                found[int(task.name)] = int((task / "schedstat").read_text().split()[0]) / 1e9
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found
    said = subprocess.run(
        ["ps", "-o", "cputime=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    seconds = 0.0
    for part in said.stdout.strip().replace("-", ":").split(":"):
        seconds = seconds * 60 + float(part)
    return {pid: seconds}


def family_cpu(pid: int) -> float:
    """Seconds of processor time of a process so far."""
    return sum(threads_cpu(pid).values())


def children(pid: int) -> list[int]:
    """The processes that a process has begun and that go on; none where there is no ``/proc``."""
    said = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(each) for each in " ".join(said).split()]


def _used() -> tuple[float, float]:
    """(seconds of all cores that were used, seconds of all cores), since the machine started."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(part) for part in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK"), sum(ticks) / os.sysconf("SC_CLK_TCK")


def others_use(seconds: float = 0.5) -> float:
    """The share of all cores that is used while this process sleeps, 0 to 1; 0 where there is no ``/proc``."""
    if not Path("/proc/stat").exists():
        return 0.0
    used, whole = _used()
    time.sleep(seconds)
    after, end = _used()
    return max(0.0, (after - used) / max(end - whole, 0.01))
