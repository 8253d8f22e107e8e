"""The commands with which pages tell how to measure: each is there, and what it loads can be loaded."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "bench/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
SCRIPTS = sorted(path for path in (ROOT / "bench").glob("*.py") if path.stem != "__main__")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
WORKLOADS = "criteria auction whole journal dry scale growth costs".split()


def said(pattern: str) -> set[str]:
    """What pages and the Makefile say, by a pattern's group."""
    texts = [path.read_text(encoding="utf-8") for path in (*PAGES, ROOT / "Makefile")]
    return {found for text in texts for found in re.findall(pattern, text)}


def bench(*words: str, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    """What a command prints that is run at the project's root."""
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )


def test_every_target_is_made() -> None:
    named = said(r"make (bench[a-z-]*)")
    assert {"bench", "bench-quick", "bench-peers"} <= named <= TARGETS


def test_every_script_is_there() -> None:
    named = said(r"python bench/(\w+\.py)") | set(
        re.findall(r"^\| .?`(\w+\.py)", (ROOT / "bench/README.md").read_text(encoding="utf-8"), re.M)
    )
    assert len(named) > 5
    for script in named:
        assert '__name__ == "__main__"' in (ROOT / "bench" / script).read_text(encoding="utf-8"), script


def test_every_workload_is_listed_by_its_name() -> None:
    words = {word for line in said(r"python bench ([a-z][a-z ]*)") for word in line.split()}
    assert words <= set(WORKLOADS)
    told = bench("bench", "--help")
    assert told.returncode == 0, told.stderr
    assert ", ".join(WORKLOADS) in " ".join(told.stdout.split())
    table = (ROOT / "bench/README.md").read_text(encoding="utf-8")
    assert [name for name in WORKLOADS if f"| `{name}` |" not in table] == []


def test_every_module_is_loaded() -> None:
    names = ", ".join(path.stem for path in SCRIPTS)
    told = bench("-c", f"import sys; sys.path.insert(0, 'bench'); import {names}")
    assert told.returncode == 0, told.stderr


@pytest.mark.long
def test_a_quick_run_tells_its_goals_and_keeps_its_figures(tmp_path: Path) -> None:
    told = bench("bench", "journal", "--quick", "--json", str(tmp_path / "figures.json"), seconds=300)
    assert told.returncode == 0, told.stderr
    assert "rows a second, durable" in told.stdout
    assert '"quick": true' in (tmp_path / "figures.json").read_text(encoding="utf-8")
