"""The regression guard: what a lead costs, in counts, is held against what is kept; what makes it dearer is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench"
DEARER = """
import guard
from leadflow_engine.service.metrics import Metrics

ended = Metrics.ended

def dearer(*asked):
    for number in range(5_000):  # work that nobody needs, once a lead
        number = number + 1
    return ended(*asked)

Metrics.ended = dearer
raise SystemExit(guard.main())
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Python with the benches in reach, and the same order of sets each time."""
    environ = {**os.environ, "PYTHONPATH": str(BENCH), "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [sys.executable, *command], env=environ, cwd=BENCH.parent, capture_output=True, text=True
    )


def test_a_lead_costs_no_more_than_is_kept() -> None:
    done = run(str(BENCH / "guard.py"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_makes_a_lead_dearer_is_told() -> None:
    done = run("-c", DEARER)
    assert done.returncode == 1, done.stderr
    assert "instructions of a lead grew to" in done.stdout
    assert "more than the" in done.stdout
    assert "--update" in done.stdout
