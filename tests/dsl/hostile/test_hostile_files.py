"""Files that are no files, and paths that lead where nobody wants to go: told by every command that reads a flow."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leadflow_dsl.checking import check
from leadflow_engine.operations.loading import LoadProblem, load

FLOW = "flow f\nlead {\n  age number\n  name text\n}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder, with something outside of it."""
    (tmp_path / "outside.flow").write_text("library outside\n", encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "pyproject.toml").touch()
    return inside


def pipe(place: Path) -> None:
    os.mkfifo(place)


def folder(place: Path) -> None:
    place.mkdir()


def device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def link_outside(place: Path) -> None:
    place.symlink_to(place.parent.parent / "outside.flow")


def link_to_itself(place: Path) -> None:
    place.symlink_to(place)


def utf_16(place: Path) -> None:
    place.write_bytes("library l\n".encode("utf-16"))


def not_utf_8(place: Path) -> None:
    place.write_bytes(b"library l\n# caf\xe9\n")


def endless(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(200_000_000)


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (pipe, "LF208"),
    "a folder": (folder, "LF208"),
    "a device": (device, "LF209"),
    "a link that leads outside": (link_outside, "LF209"),
    "a link to itself": (link_to_itself, "LF208"),
    "UTF-16": (utf_16, "LF208"),
    "no UTF-8": (not_utf_8, "LF208"),
    "200 MB": (endless, "LF208"),
}
READS = {
    "import": 'import "odd"\n',
    "list": 'list l from csv "odd" column x\n',
    "template": 'buyer b { price 1  deliver { post "https://x.example/"  body json from "odd" } }\n',
}


@pytest.mark.parametrize("statement", READS.values(), ids=list(READS))
@pytest.mark.parametrize(("make", "code"), ODD.values(), ids=list(ODD))
def test_a_file_that_is_named_and_is_none(
    project: Path, make: Callable[[Path], None], code: str, statement: str
) -> None:
    make(project / "odd")
    (project / "f.flow").write_text(FLOW + statement, encoding="utf-8")
    begun = time.process_time()
    assert code in {finding.code for finding in check(project / "f.flow").diagnostics}
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("make", [make for make, _ in ODD.values()], ids=list(ODD))
def test_a_flow_that_is_no_file(project: Path, make: Callable[[Path], None]) -> None:
    make(project / "f.flow")
    assert check(project / "f.flow").errors
    with pytest.raises(LoadProblem) as problem:
        load(project / "f.flow")
    assert problem.value.diagnostics


def test_lint_and_fmt_name_each_and_go_on(project: Path) -> None:
    makes = [make for make, _ in ODD.values() if make not in (folder, link_to_itself)]
    names = [f"{number}.flow" for number in range(len(makes))]
    for name, make in zip(names, makes, strict=True):
        make(project / name)
    (project / "last.flow").write_text("flow   f\n", encoding="utf-8")
    linted = run(project, "lint", "--format", "concise", *names)
    assert linted.returncode == 1
    named = {line.partition(":")[0] for line in linted.stdout.splitlines()}
    assert named == set(names)
    formatted = run(project, "fmt", *names, "last.flow")
    assert formatted.returncode == 1
    assert (project / "last.flow").read_text(encoding="utf-8") == "flow f\n"
    assert "Traceback" not in formatted.stderr


def test_a_dry_run_says_what_is_no_flow(project: Path) -> None:
    pipe(project / "f.flow")
    (project / "leads.jsonl").write_text('{"age": 5}\n', encoding="utf-8")
    said = run(project, "dry-run", "f.flow", "leads.jsonl")
    assert said.returncode == 2
    assert "cannot read `f.flow`: it is no file" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_path_that_is_no_text_can_be_said(project: Path) -> None:
    name = os.fsdecode(b"caf\xe9.flow")
    (project / name).write_text(FLOW + "filter x { reject wen a }\n", encoding="utf-8")
    for command in ("lint", "fmt"):
        said = run(project, command, name)
        assert said.returncode == 1
        assert "Traceback" not in said.stderr


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder; one that waits for ever fails."""
    command = [Path(sys.executable).parent / "leadflow", *words]
    environ = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=30,
        check=False,
    )
