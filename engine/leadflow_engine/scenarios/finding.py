"""Which files of scenarios are meant: those of a folder, that of a flow, or one by its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leadflow_engine.scenarios.load import ENDING

SKIPPED: Final = frozenset({"node_modules", "__pycache__"})


def scenario_files(paths: Iterable[str | Path]) -> list[Path]:
    """The files, each once, in order. A folder is searched through; a flow without scenarios gives none."""
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            found.update(dict.fromkeys(_below(path)))
        elif path.suffix == ".flow":
            beside = path.with_name(path.stem + ENDING)
            found.update({beside: None} if beside.is_file() else {})
        else:
            found[path] = None
    return list(found)


def _below(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob(f"*{ENDING}") if path.is_file())
    return sorted(path for path in files if not _hidden(path.relative_to(folder)))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in SKIPPED for part in path.parts)
