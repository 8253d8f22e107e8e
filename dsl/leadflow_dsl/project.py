"""The files of a project: where its root is, and reading what flows name, never outside of it.

Paths here are relative to the root with ``/`` between their parts, as they stand in diagnostics, in the plan and in
the journal. A file may also be given as text (``overlay``), before the one on the disk: an editor's unsaved buffer,
a test's example.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from dataclasses import field
from importlib import resources
from pathlib import Path
from typing import Final

from leadflow_dsl.parser import normalised
from leadflow_dsl.unguarded import dataclass

MARKERS: Final = ("pyproject.toml", "leadflow.toml")
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of the largest file that is read; more is no flow, template or list of the front end."""
SHIPPED: Final = "library/"
OUTSIDE: Final = "it leads outside the project"
MARK: Final = "\ufeff"
"""A byte order mark, which some editors put before a text."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file was not read: kind is "missing", "outside", "unreadable"."""

    kind: str
    reason: str


@dataclass(slots=True)
class Project:
    """A root directory and what was read below it (``texts``: path to text, shipped files included)."""

    root: Path
    overlay: Mapping[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str | Unread:
        """The text of the file at ``path`` below the root, or why there is none."""
        if path in self.texts:
            return self.texts[path]
        text = self._fresh(path)
        if isinstance(text, Unread):
            return text
        self.texts[path] = text.removeprefix(MARK) if path.endswith(".csv") else normalised(text)
        return self.texts[path]

    def raw(self, path: str) -> str | None:
        """A file below the root as it is written, line ends and byte order mark too; None where none can be read."""
        text = self._fresh(path)
        return None if isinstance(text, Unread) else text

    def _fresh(self, path: str) -> str | Unread:
        if path in self.overlay:
            return self.overlay[path]
        if path == ".." or path.startswith(("../", "/")):
            return Unread("outside", "it lies outside the project")
        target = self.root / path
        return _text_of(target) if _lies_in(target, self.root) else Unread("outside", OUTSIDE)

    def find(self, path: str, beside: str = "") -> tuple[str, str | Unread]:
        """A file named in the file ``beside`` (relative to that), or relative to the root where that is "".

        Gives its path and its text. What begins with ``library/`` and does not exist there is looked for among
        the libraries that come with the language.
        """
        if "\\" in path or path.startswith("/") or "\0" in path or ":" in path.split("/")[0]:
            return path, Unread("outside", "a path is relative, with `/` between its parts")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(beside), path))
        found = self.read(place)
        if isinstance(found, Unread) and found.kind == "missing" and path.startswith(SHIPPED):
            shipped = shipped_library(path)
            if shipped is not None:
                self.texts[path] = shipped
                return path, shipped
        return place, found


def _lies_in(target: Path, root: Path) -> bool:
    """Whether a path stays below a root, whatever links it goes through. One that leads nowhere does."""
    try:
        return target.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return True


def bytes_of(target: Path) -> bytes | Unread:
    """What a file holds; never what a pipe, a device or a file beyond ``LARGEST`` would give."""
    try:
        if not target.is_file():
            return Unread("missing", "it is no file" if target.exists() else "there is no such file")
        if target.stat().st_size > LARGEST:
            return Unread("unreadable", f"it is larger than {LARGEST // 2**20} MB")
        return target.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name that no file can have
        return Unread("unreadable", getattr(error, "strerror", None) or "it cannot be read")


def _text_of(target: Path) -> str | Unread:
    data = bytes_of(target)
    if isinstance(data, Unread):
        return data
    try:
        return data.decode("utf-8")  # a byte order mark is the text's: `normalised` takes it out
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Unread("unreadable", f"line {line} is not UTF-8")


def shipped_library(path: str) -> str | None:
    """The text of a library that comes with the language (``library/standard_fields.flow``), or None."""
    name = posixpath.normpath(path).removeprefix(SHIPPED)
    if "/" in name or not name.endswith(".flow"):
        return None
    file = resources.files("leadflow_dsl").joinpath("library", name)
    return file.read_text("utf-8") if file.is_file() else None


def shipped_libraries() -> tuple[str, ...]:
    """The paths of all libraries that come with the language."""
    folder = resources.files("leadflow_dsl").joinpath("library")
    return tuple(
        sorted(f"{SHIPPED}{entry.name}" for entry in folder.iterdir() if entry.name.endswith(".flow"))
    )


def root_of(file: Path) -> Path:
    """The project that a flow file belongs to: the nearest directory above it with a marker, else its own."""
    folder = file.absolute().parent
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).is_file() for marker in MARKERS):
            return candidate
    return folder


def open_project(
    file: str | os.PathLike[str], overlay: Mapping[str, str] | None = None
) -> tuple[Project, str]:
    """The project of a flow file, and the file's path within it."""
    path = Path(os.path.abspath(file))
    root = root_of(path)
    return Project(root, overlay or {}), path.relative_to(root).as_posix()
