"""Every command that a page shows is run, in a copy of the project, and must print what the page says."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from pages import ROOT, Command, commands, links, pages

COPIED = ("pyproject.toml", "flows", "mappings", "lists", "examples")
MAKE_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
RUNNABLE = [page for page in pages() if any(commands(page))]
PORT = "8801"


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    return tmp_path


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "110", "NO_COLOR": "1"}


@contextmanager
def background(text: str, where: Path, environ: dict[str, str]) -> Iterator[None]:
    """A command that stays up; the block begins once it has said its first line."""
    command = f"exec {text.removesuffix('&')}"
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=where, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        assert process.stdout.readline(), f"`{text}` said nothing"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def run(command: Command, text: str, where: Path, environ: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", text], cwd=where, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == command.code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("page", RUNNABLE, ids=page_name)
def test_a_page_prints_what_it_says(page: Path, checkout: Path) -> None:
    environ, port = environment(), free_port()
    with ExitStack() as still_up:
        for command in commands(page):
            text = command.text.replace(PORT, port)
            place = f"{page_name(page)}:{command.line}: {text}"
            if text.startswith("make "):
                assert set(text.split()[1:]) <= MAKE_TARGETS, place
            elif text.startswith("export "):
                environ |= {
                    name: value for name, _, value in (pair.partition("=") for pair in text.split()[1:])
                }
            elif text.endswith("&"):
                still_up.enter_context(background(text, checkout, environ))
            else:
                printed = run(command, text, checkout, environ)
                assert agrees(command.printed.replace(PORT, port), printed), f"{place}\n{printed}"


def agrees(said: str, printed: str) -> bool:
    """Whether a page's text is what was printed, where ``...`` stands for anything. Nothing said agrees with all."""
    if not said.strip():
        return True
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(said, printed, flags)


@pytest.mark.parametrize("page", pages(), ids=page_name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_the_commands_of_a_page_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A\n\n```console exit=1\n$ one &\n$ two --x\nsays\n  this\n```\n", encoding="utf-8")
    assert list(commands(page)) == [Command(4, "one &", "", 0), Command(5, "two --x", "says\n  this\n", 1)]


def test_what_a_page_says_must_be_what_is_printed() -> None:
    assert agrees("sold ... in 5 ms\n", "sold  for $5.00   in 5 ms\n")
    assert not agrees("sold\n", "unsold\n")


def test_the_flow_in_the_readme_is_the_smallest_example() -> None:
    smallest = (ROOT / "examples" / "01-smallest" / "flow.flow").read_text(encoding="utf-8")
    assert f"```\n{smallest}```" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(smallest.splitlines()) == 10
