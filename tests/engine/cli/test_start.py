"""What a command reads before it does anything: a start is felt each time, and CI pays it for each file of a hook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FLOW = ROOT / "examples" / "02-two-buyers" / "flow.flow"
OWN = frozenset({"leadflow_dsl", "leadflow_engine", "click"})
LINT = OWN | {"jinja2", "markupsafe", "jmespath", "re2", "_re2"}
"""What a lint may read: the parts of the language that it checks are those of their own libraries."""
SLOW = frozenset(
    "asyncio concurrent ctypes http importlib.metadata json.tool logging multiprocessing sqlite3 ssl tomllib unittest "
    "urllib.request xml.etree".split()
)
"""Parts of the standard library that take milliseconds and that nothing here needs."""


def modules(*arguments: str) -> set[str]:
    """What is in memory after a command, without what Python itself starts with."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from leadflow_engine.cli import main\n"
        f"try: main({list(arguments)!r}, prog_name='leadflow')\n"
        "except SystemExit: pass\n"
        "print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


def foreign(names: set[str]) -> set[str]:
    """The packages among modules that do not come with Python."""
    packages = {name.partition(".")[0] for name in names}
    return {name for name in packages - sys.stdlib_module_names if not name.startswith("_sysconfig")}


def test_a_lint_reads_nothing_that_it_does_not_need() -> None:
    names = modules("lint", str(FLOW))
    assert foreign(names) <= LINT
    assert "leadflow_dsl.checking" in names  # it did lint
    assert not SLOW & names
    assert not [name for name in names if name.startswith("leadflow_dsl.language_server")]


@pytest.mark.parametrize("arguments", [("--help",), ("lint", "--help"), ("--version",)])
def test_help_reads_no_flow(arguments: tuple[str, ...]) -> None:
    names = modules(*arguments)
    assert foreign(names) <= OWN
    assert "leadflow_dsl.checking" not in names and "leadflow_dsl.parser" not in names
    assert arguments == ("--version",) or "importlib.metadata" not in names
