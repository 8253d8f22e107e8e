"""The walls between the parts, and the measures that files keep. Read from the syntax trees, so nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DSL = ROOT / "dsl" / "leadflow_dsl"
ENGINE = ROOT / "engine" / "leadflow_engine"
SOURCES = sorted([*DSL.rglob("*.py"), *ENGINE.rglob("*.py")])

# Where the engine meets the outside, relative to the package; a folder ends in a slash.
OUTSIDE = tuple("drivers/ store/ sandbox/ service/ console/ cli/ outbound/ secrets.py".split())
OUTSIDE_MODULES = frozenset(
    "sqlite3 sqlite_utils socket ssl aiohttp httpx subprocess urllib.request "
    "http.client http.server fcntl signal".split()
)
MACHINE_CALLS = frozenset(
    "os.getenv datetime.now datetime.datetime.now datetime.utcnow datetime.date.today date.today time.time "
    "time.monotonic time.perf_counter random.random random.randint random.choice uuid.uuid4 secrets.token_hex".split()
)
WRITING_METHODS = frozenset("write_text write_bytes unlink mkdir rmdir touch".split())

# The one file of the language that writes: its own module command puts the built table beside the grammar.
MAY_WRITE_ITS_TABLE = "dsl/leadflow_dsl/"

LONGEST_FILE = 400
LONGEST_PLAIN_DATA = 650  # a file of records alone reads from the top, however long it is
LONGEST_FUNCTION = 60


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Each module that is imported, with the line that says it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def within(module: str, packages: frozenset[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of a call's function, or ``?.c`` where what is before the last dot is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def is_code(module: ast.Module) -> bool:
    """Whether a file has functions of its own, beside what records tell of themselves."""
    return any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for node in module.body)


def is_outside(path: Path) -> bool:
    return path.is_relative_to(ENGINE) and path.relative_to(ENGINE).as_posix().startswith(OUTSIDE)


def writes(call: ast.Call) -> bool:
    called = dotted(call.func)
    if called.rpartition(".")[2] in WRITING_METHODS:
        return True
    modes = [
        each.value
        for each in [*call.args, *(k.value for k in call.keywords)]
        if isinstance(each, ast.Constant)
    ]
    return called.rpartition(".")[2] == "open" and any(
        isinstance(mode, str) and re.fullmatch(r"[rwabxt+]*[wax+][rwabxt+]*", mode) for mode in modes
    )


@pytest.mark.parametrize("path", sorted(DSL.rglob("*.py")), ids=name)
def test_the_language_knows_no_engine(path: Path) -> None:
    found = [
        (line, module) for line, module in imported(tree(path)) if module.split(".")[0] == "leadflow_engine"
    ]
    assert not found


@pytest.mark.parametrize("path", [path for path in SOURCES if not is_outside(path)], ids=name)
def test_the_outside_is_met_only_where_it_belongs(path: Path) -> None:
    module = tree(path)
    found = [
        f"line {line}: import {what}" for line, what in imported(module) if within(what, OUTSIDE_MODULES)
    ]
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and dotted(node) == "os.environ":
            found.append(f"line {node.lineno}: os.environ")
        if isinstance(node, ast.Call) and dotted(node.func) in MACHINE_CALLS:
            found.append(f"line {node.lineno}: {dotted(node.func)}() depends on the machine")
        if isinstance(node, ast.Call) and writes(node) and not name(path).startswith(MAY_WRITE_ITS_TABLE):
            found.append(f"line {node.lineno}: {dotted(node.func)}() writes a file")
    assert not found


def test_nothing_but_the_runner_builds_a_run() -> None:
    builders = {
        name(path)
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "Run"
    }
    assert builders == {"engine/leadflow_engine/runner.py"}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_stay_short(path: Path) -> None:
    module = tree(path)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (LONGEST_FILE if is_code(module) else LONGEST_PLAIN_DATA)
    functions = [
        node for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    sizes = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {each: size for each, size in sizes.items() if size > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    module = tree(path)
    public = [
        node
        for node in module.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
    ]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    assert ast.get_docstring(module) or not module.body, "the module has no docstring"
    assert not silent
