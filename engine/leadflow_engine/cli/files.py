"""Flow files that a command is given, and putting a new text in a file's place."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

SKIPPED = frozenset({"node_modules", "__pycache__"})


def flow_files(paths: Iterable[str]) -> list[Path]:
    """The files that are meant, each once, in order; of a folder the flow files in it, hidden folders left out.

    Raises ``click.UsageError`` for a folder that holds none.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        files = sorted(_below(path)) if path.is_dir() else [path]
        if not files:
            raise click.UsageError(f"{path}: no flow file (*.flow) is in this folder")
        found.update(dict.fromkeys(files))
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = (name for name in folders if not _left_out(name))
        found = (Path(place, name) for name in files if name.endswith(".flow") and not _left_out(name))
        yield from (path for path in found if path.is_file())


def _left_out(name: str) -> bool:
    return name.startswith(".") or name in SKIPPED


def replace_text(file: Path, text: str) -> None:
    """Put the text in the file's place in one move: a crash leaves the old file or the new one."""
    target = file.resolve()
    beside = target.with_name(f".{target.name}.formatted")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        shutil.copymode(target, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def difference(file: str, before: str, after: str, what: str) -> str:
    """What would change in a file, as a unified diff; ``what`` is said of the new text: ``formatted``."""
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), file, f"{file} ({what})")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
