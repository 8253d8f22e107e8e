"""``make run`` as somebody sees it, in a copy of the project: what it prints, what it leaves behind and what not."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("examples", "flows", "mappings", "lists"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@contextmanager
def demo(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(checkout / "examples" / "demo.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def address(printed: str) -> tuple[str, int]:
    """Where the sandbox said that it was."""
    found = re.search(r"on (127\.0\.0\.1):(\d+)", printed)
    assert found, printed
    return found.group(1), int(found.group(2))


def answers_at(where: tuple[str, int]) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(where) == 0


def test_it_routes_the_leads_tells_one_and_leaves_the_journal_alone(checkout: Path) -> None:
    with demo(checkout) as process:
        printed = process.communicate(timeout=120)[0]
    assert process.returncode == 0, printed
    assert "sold to" in printed or "unsold" in printed
    assert not answers_at(address(printed))
    with closing(sqlite3.connect(checkout / ".leadflow" / "solar.db")) as journal:
        assert journal.execute("select count(*) from lead").fetchone() == (640,)
        assert journal.execute("select count(*) from lead where outcome is null").fetchone() == (0,)


def test_where_the_port_is_taken_it_takes_another(checkout: Path) -> None:
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8801))
            other.listen()
        except OSError:
            pass  # taken by somebody else: just as well
        with demo(checkout) as process:
            assert process.stdout
            assert address(process.stdout.readline())[1] != 8801


def test_a_flow_with_a_mistake_leaves_nothing_running(checkout: Path) -> None:
    flow = checkout / "flows" / "solar.flow"
    flow.write_text(
        flow.read_text(encoding="utf-8").replace("homeowner and", "homeownr and"), encoding="utf-8"
    )
    with demo(checkout) as process:
        printed = process.communicate(timeout=60)[0]
    assert process.returncode != 0
    assert "homeownr" in printed
    assert not answers_at(address(printed))


def test_ended_from_outside_it_leaves_nothing_running(checkout: Path) -> None:
    with demo(checkout) as process:
        assert process.stdout
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert not answers_at(address(line))
