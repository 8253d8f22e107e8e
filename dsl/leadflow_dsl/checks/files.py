"""Files of a project that none of its flows reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.rules.names import UNUSED_FILE

FOLDERS: Final = {"mappings": "", "lists": ".csv"}
"""Where a project keeps what its flows read, and how the names of such files end."""


def unused_files(root: Path, read: Collection[str]) -> Iterator[Diagnostic]:
    """Mapping and list files below a project's root that are not among those that were ``read`` (paths below the root),
    in the order of their names."""
    for folder, ending in FOLDERS.items():
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if name in read or hidden or not name.endswith(ending) or not path.is_file():
                continue
            message = f"no flow of this project reads `{name}`"
            help = ("name it in a flow: a `body ... from`, a `list` or a `table`", "or delete it")
            yield UNUSED_FILE.at(Span(name, 1, 1, 1, 1), message, "read by nothing", help)
