"""Flow files that a command is given: files as they are, folders as the flow files in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

SKIPPED = frozenset({"node_modules", "__pycache__"})


def flow_files(paths: Iterable[str]) -> list[Path]:
    """The files that are meant, each once, in order. Raises ``click.UsageError`` for a folder that holds none."""
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        files = _below(path) if path.is_dir() else [path]
        if not files:
            raise click.UsageError(f"{path}: no flow file (*.flow) is in this folder")
        found.update(dict.fromkeys(files))
    return list(found)


def _below(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*.flow") if path.is_file())
    return sorted(path for path in files if not _hidden(path.relative_to(folder)))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in SKIPPED for part in path.parts)
