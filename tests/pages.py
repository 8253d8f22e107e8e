"""The project's pages as something that runs: their console blocks, and their links.

A console block holds commands behind ``$ `` and what they print. Ids, moments and times taken may differ from what is
printed, and ``...`` stands for anything. A block may say how its last command ends: ```` ```console exit=1````.
A block ```` ```flow file=NAME```` is a file that the reader writes: it is there from then on.
``export`` holds for the rest of the page, and a command that ends in ``&`` stays up while the page's later ones run.

``python tests/pages.py`` runs all pages and writes what was printed where they say something else; for pages that are
named also where they say nothing.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from warm import warmed

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console(?: exit=(\d+))?\n(.*?)^```$", re.M | re.S)
WRITTEN = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
COPIED = ("pyproject.toml", "flows", "mappings", "lists", "examples")
PORTS = ("8800", "8801", "8802")
# What differs from run to run: ids of leads, names of plans, times taken, moments.
FLEETING = re.compile(
    r"\b[0-9A-Z]{26}\b|(?<=plan )[0-9a-f]{7}\b|\b[\d,.]+(?= +ms\b)"
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+(Z| [A-Z]{3})"
    r"|\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\b|\b\d+:\d\d:\d\d\b"
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a page, what the page says it prints (empty: nothing is said), and its exit code."""

    line: int
    text: str
    printed: str
    code: int


@dataclass(frozen=True, slots=True)
class Played:
    """A command that was run: what it printed, and how it ended."""

    command: Command
    printed: str
    code: int


def pages() -> list[Path]:
    """Every page of the project: README, docs, and the pages beside flows, examples and benchmarks."""
    folders = ("docs", "flows", "examples", "bench")
    return [ROOT / "README.md", *sorted(page for folder in folders for page in (ROOT / folder).rglob("*.md"))]


def commands(page: Path) -> Iterator[Command]:
    """The commands of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        parts = re.split(r"^\$ ", block.group(2), flags=re.M)[1:]
        line = text.count("\n", 0, block.start()) + 2
        for number, part in enumerate(parts, start=1):
            command, _, printed = part.partition("\n")
            code = int(block.group(1) or 0) if number == len(parts) else 0
            yield Command(line, command.strip(), printed, code)
            line += part.count("\n")


def files(page: Path) -> Iterator[tuple[int, str, str]]:
    """The files that a page has its reader write: the line at which each stands, its name, its text."""
    text = page.read_text(encoding="utf-8")
    for block in WRITTEN.finditer(text):
        yield text.count("\n", 0, block.start()) + 1, block.group(1), block.group(2)


def links(page: Path) -> Iterator[str]:
    """Where a page points inside the project, without the part after ``#``."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            yield target.partition("#")[0]


def is_run(command: Command) -> bool:
    """Whether a command is run for what it prints; ``make`` does all of this page's work and more."""
    return not command.text.startswith(("make ", "export ")) and not command.text.endswith("&")


def play(page: Path, folder: Path, first: Path | None = None) -> Iterator[Played]:
    """Run a page's commands in ``folder``, which becomes a copy of what they need. The ports are others each time.

    Commands are looked for in ``first`` before all other places.
    """
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    environ, ports = _environment(first), {port: _free_port() for port in PORTS}
    to_write = list(files(page))
    with ExitStack() as still_up:
        for command in commands(page):
            while to_write and to_write[0][0] < command.line:
                _, name, written = to_write.pop(0)
                (folder / name).write_text(written, encoding="utf-8")
            text = _replaced(command.text, ports)
            if text.startswith("export "):
                environ |= {
                    name: value for name, _, value in (pair.partition("=") for pair in text.split()[1:])
                }
            elif text.endswith("&"):
                still_up.enter_context(_background(text, folder, environ))
            elif is_run(command):
                done = _run(text, folder, environ)
                printed = done.stdout + done.stderr
                back = {port: written for written, port in ports.items()}
                yield Played(command, _replaced(printed, back), done.returncode)


def _replaced(text: str, ports: Mapping[str, str]) -> str:
    for old, new in ports.items():
        text = text.replace(old, new)
    return text


def _environment(first: Path | None) -> dict[str, str]:
    places = [str(first)] if first else []
    path = os.pathsep.join([*places, str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "COLUMNS": "110", "NO_COLOR": "1"}


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _run(text: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", text]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def _background(text: str, folder: Path, environ: dict[str, str]) -> Iterator[None]:
    """A command that stays up; the block begins once it has said its first line."""
    command = ["bash", "-c", f"exec {text.removesuffix('&')}"]
    process = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        assert process.stdout.readline(), f"`{text}` said nothing"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def agrees(said: str, printed: str) -> bool:
    """Whether a page's text is what was printed. Nothing said agrees with all."""
    if not said.strip():
        return True
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    said, printed = (FLEETING.sub("0", OF_LEADS.sub(_sorted, text)) for text in (said, printed))
    return doctest.OutputChecker().check_output(said, printed, flags)


OF_LEADS = re.compile(r"(?:^[0-9A-Z]{26}  .*\n)+", re.M)
"""Lines of leads, one after the other: what is done for several at once is told in the order in which it is done."""


def _sorted(lines: re.Match[str]) -> str:
    return "".join(sorted(lines.group().splitlines(keepends=True)))


def rewritten(text: str, played: Iterator[Played], silent_too: bool = True) -> str:
    """A page's text with what its commands printed where it says something else, or (``silent_too``) nothing."""

    def block(match: re.Match[str]) -> str:
        lines, code = [], ""
        for part in re.split(r"^\$ ", match.group(2), flags=re.M)[1:]:
            told, _, said = part.partition("\n")
            lines.append(f"$ {told.strip()}\n")
            if is_run(Command(0, told.strip(), "", 0)):
                now = next(played)
                code = f" exit={now.code}" if now.code else ""
                same = agrees(said, now.printed) and (said.strip() or not silent_too)
                lines += [said] if same else [line.rstrip() + "\n" for line in now.printed.splitlines()]
        return f"```console{code}\n{''.join(lines)}```"

    return BLOCK.sub(block, text)


def main(names: list[str]) -> None:
    """Write into the named pages (all, where none is named) what their commands print."""
    with tempfile.TemporaryDirectory() as loaded, warmed(Path(loaded)) as first:
        for page in [ROOT / name for name in names] or pages():
            if any(commands(page)):
                with tempfile.TemporaryDirectory() as folder:
                    played = play(page, Path(folder), first)
                    text = rewritten(page.read_text(encoding="utf-8"), played, silent_too=bool(names))
                page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
