"""kill -9 in the middle of a sending, in a process of its own: the directory has the file once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.ways import Ways
from leadflow_engine.store import SqliteStore
from tests.engine.batches.test_sending import into
from tests.engine.batches.world import NOW, World, plan_of

CHILD = """
import os, signal, sys
from pathlib import Path
from tests.engine.batches.test_kills import opened, outbound

root, part = Path(sys.argv[1]), int(sys.argv[2])
real, count = outbound(root), 0

class Dying:
    async def send(self, request):
        global count
        result = await real.send(request)
        count += 1
        if count == part:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

opened(root).send(Dying())
"""


def opened(root: Path) -> World:
    """The journal of a test, with its one batch in it."""
    clock = VirtualClock(NOW)
    store = SqliteStore.open(root / "journal.db", clock)
    return World(plan_of(into(root / "out"), root), store, clock)


def outbound(root: Path) -> HttpOutbound:
    return HttpOutbound(OutboundSettings(ways=Ways(folders=(str(root / "out"),))))


@pytest.mark.parametrize("part", [pytest.param(1, marks=pytest.mark.long), 2])
def test_a_file_is_delivered_once(part: int, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    world = opened(tmp_path)
    world.lead("Ana")
    world.store.close_now()
    root = Path(__file__).resolve().parents[3]
    killed = subprocess.run(
        [sys.executable, "-c", CHILD, tmp_path, str(part)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert killed.returncode == -signal.SIGKILL
    fetched = [path.read_bytes() for path in (tmp_path / "out").glob("*.csv")]
    for path in (tmp_path / "out").glob("*.csv"):
        path.unlink()  # the buyer has taken it
    world = opened(tmp_path)
    assert world.batches()[0].state == "sending"
    world.send(outbound(tmp_path))
    assert world.batches()[0].state == "sent"
    fetched += [path.read_bytes() for path in (tmp_path / "out").iterdir()]
    assert fetched == [b"name,phone,note\r\nAna,+12125550123,\r\n"]
    world.store.close_now()
