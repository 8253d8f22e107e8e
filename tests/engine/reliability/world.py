"""The world around a run that is killed: a sandbox with books of its own, in a process of its own, and the processes
that run leads and die."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadflow_engine.sandbox.ledger import field_digest

HERE = Path(__file__).parent
FLOWS = HERE / "flows"
ROOT = HERE.parent.parent.parent
LEADFLOW = [sys.executable, "-c", "from leadflow_engine.cli import main; main(prog_name='leadflow')"]
EARLY = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
"""A Friday, 07:00 in New York."""
KILLED = -9


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds the packages as this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Simulated buyers in another process. ``books`` is the file in which it notes what it received."""

    address: str
    books: Path

    def entries(self, since: int = 0) -> list[dict[str, Any]]:
        """What it received, in order; ``since`` is how long the books were when one began to look."""
        with self.books.open("rb") as books:
            books.seek(since)
            return [json.loads(line) for line in books]

    def length(self) -> int:
        """How long the books are by now, for ``entries``."""
        return self.books.stat().st_size


@contextmanager
def sandbox(answers: Path, books: Path) -> Iterator[Sandbox]:
    """A sandbox that serves these answers while the block runs."""
    command = [*LEADFLOW, "sandbox", str(answers), "--port", "0", "--ledger", str(books)]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        said = process.stdout.readline()
        yield Sandbox(said.split(" on ")[1].split(",")[0].strip(), books)
    finally:
        process.kill()
        process.communicate()


class Children:
    """Processes that run leads and may die (``child.py``)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "child.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )

    def run(self, fails: bool = False, **order: Any) -> dict[str, Any]:
        """One process, from its beginning to its end; its code is ``KILLED`` where it died by SIGKILL. It may only
        fail (``failed``: its traceback) where it ``fails``."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()
        came: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert ("failed" in came) == fails, came.get("failed", "it did not fail")
        return came

    def close(self) -> None:
        """No more orders."""
        self._process.communicate()


def shift_to(moment: datetime.datetime) -> float:
    """By how many seconds a clock must be moved to read ``moment`` now."""
    return (moment - datetime.datetime.now(datetime.UTC)).total_seconds()


def write_leads(path: Path, leads: Iterable[Mapping[str, Any]]) -> Path:
    """A file of leads."""
    path.write_text("".join(json.dumps(lead) + "\n" for lead in leads), encoding="utf-8")
    return path


SHAPES = (
    "waterfall",
    "pinged",
    "capped",
    "auction",
    "look_up",
    "fallback",
    "hold",
    "doubt_next",
    "doubt_hold",
    "resend",
    "shared",
    "best",
)


def shaped(shapes: Iterable[str], prefix: str = "L") -> list[dict[str, str]]:
    """One lead of each shape, every one with a phone of its own."""
    return [
        {"ref": f"{prefix}{number:05d}", "shape": shape, "phone": f"+1212555{number:04d}"}
        for number, shape in enumerate(shapes, start=1)
    ]


def field_digest_of(value: str) -> str:
    """A value as the sandbox's books have it."""
    return field_digest(value)
