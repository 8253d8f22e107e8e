"""Reading the project's pages: their console blocks, and their links.

A console block holds commands behind ``$ `` and what they print. A block may say what its last command ends with:
```` ```console exit=1````. A command that ends in ``&`` stays up while the page's later ones run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console(?: exit=(\d+))?\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a page, what the page says it prints (empty: nothing is said), and its exit code."""

    line: int
    text: str
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


def links(page: Path) -> Iterator[str]:
    """Where a page points inside the project, without the part after ``#``."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            yield target.partition("#")[0]
