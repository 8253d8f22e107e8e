"""The repository as somebody finds it: what is locked, what is named, what every text may not mention."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SUFFIXES = frozenset(" .py .md .toml .lock .flow .yaml .yml .json .jsonl .j2 .csv .sh .lark .sql".split(" "))
SKIPPED = frozenset(
    ".git .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .leadflow __pycache__ dist "
    "node_modules".split()
)

# Each with a letter in brackets, so that this line is not found itself.
ELSEWHERE = re.compile(r"(?<![\w.}])/(w[o]rk|f[a]rm|r[o]ot|opt/p[y]pi|tmp/b[r]ief)/|\.\./s[h]ared")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> set[str]:
    """The names of all direct dependencies, for running and for developing."""
    requirements = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    return {canonical(re.split(r"[<>=!~;\[ ]", each)[0]) for each in requirements}


def texts() -> list[Path]:
    """Every text file of the project."""
    found = (path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts))
    return sorted(path for path in found if path.is_file() and path.suffix in SUFFIXES)


def test_the_lock_holds_every_dependency_with_its_hashes() -> None:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==\S+.*?((?:\\\n\s+--hash=sha256:[0-9a-f]{64}\s*)+)", LOCK, re.M)
    assert wanted() <= {canonical(name) for name, _ in pins}
    assert len(pins) == len(re.findall("==", re.sub(r";.*", "", LOCK))), "a pin without a hash"


def test_the_lock_names_no_index() -> None:
    assert "://" not in LOCK and "--index" not in LOCK and "--find-links" not in LOCK


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.M | re.S)
    assert block
    assert all(re.search(r'",\s+# \w', line) for line in block.group(1).splitlines())


def test_no_text_speaks_of_a_place_that_only_one_machine_has() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if ELSEWHERE.search(line)
    ]
    assert not found


def test_make_says_what_it_can_do() -> None:
    told = subprocess.run(
        ["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True
    ).stdout
    assert {"run", "test", "lint", "fmt", "bench"} <= set(re.findall(r"^\s+make (\S+)", told, re.M))


@pytest.mark.parametrize("version", ["2.7.18", "3.10.12"])
def test_setup_names_what_is_missing_in_one_line(tmp_path: Path, version: str) -> None:
    (tmp_path / "python3").write_text(f"#!/bin/sh\necho {version}\nexit 1\n", encoding="utf-8")
    (tmp_path / "python3").chmod(0o755)
    told = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "setup.sh"), str(tmp_path / "venv")],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
        cwd=ROOT,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr.splitlines() == [
        "leadflow  Python 3.11 or newer is missing: install it, or name one with make PYTHON=/path/to/python3.11"
    ]


@pytest.mark.parametrize("flow", ["solar", "mortgage"])
def test_the_invented_leads_are_those_that_their_script_writes(flow: str) -> None:
    script, committed = ROOT / "tools" / f"{flow}_leads.py", ROOT / "flows" / f"{flow}.leads.jsonl"
    made = subprocess.run([sys.executable, str(script)], capture_output=True, check=True).stdout
    assert made == committed.read_bytes()
