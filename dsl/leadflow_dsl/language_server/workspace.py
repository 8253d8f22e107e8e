"""The texts that are open in the editor, what was checked with them, and what must be checked anew when one changes."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.language_server.analysis import Analysis, analyse
from leadflow_dsl.parser import normalised
from leadflow_dsl.project import MARKERS, root_of
from leadflow_dsl.unguarded import dataclass

MOST_FILES: Final = 5000
"""Files of a project that are looked at, at most."""
LARGEST: Final = 1_000_000
_SKIPPED: Final = frozenset({"node_modules", "__pycache__", "dist", "build"})
_NAMED: Final = re.compile(r"""["']([^"'\n]+\.(?:flow|j2|jinja2?|csv|json))["']""")
_LIBRARY: Final = re.compile(r"(?:\s|#[^\n]*\n)*library\b")
ENDINGS: Final = (".flow", ".j2", ".jinja", ".jinja2", ".csv", ".json")


@dataclass(slots=True)
class Workspace:
    """Open texts by path, and the newest analysis of each flow in which one of them takes part."""

    texts: dict[Path, str] = field(default_factory=dict)
    analyses: dict[Path, Analysis] = field(default_factory=dict)
    _users: dict[Path, tuple[Path, ...]] = field(default_factory=dict)

    def set(self, path: Path, text: str) -> None:
        """Take the text that the editor holds of a file."""
        if path not in self.texts:
            self._users.clear()
        self.texts[path] = text

    def drop(self, path: Path) -> None:
        """Forget the editor's text: the file on the disk counts again."""
        self.texts.pop(path, None)
        self._users.clear()

    def refresh(self) -> None:
        """Forget which files use which: something changed on the disk."""
        self._users.clear()

    def flows(self, path: Path) -> tuple[Path, ...]:
        """The files to check when a file changes: it itself where it is a flow, and every flow that uses it.

        A library that a flow imports is checked there, where its names are known; else by itself.
        """
        if path.suffix == ".flow" and not _LIBRARY.match(self.text(path) or ""):
            return (path,)
        users = self._used_by(path) if path.name.endswith(ENDINGS) else ()
        return users if users or path.suffix != ".flow" else (path,)

    def saying(self, root: Path, word: str) -> tuple[Path, ...]:
        """The flows of a project in which a word may be a name: those that say it, or use a file that does."""
        found: dict[Path, None] = {}
        for name in self.files(root):
            if word in (self.text(root / name) or ""):
                found.update(dict.fromkeys(self.flows(root / name)))
        return tuple(found)

    def check(self, flow: Path) -> Analysis:
        """Check a flow with the texts as they are now, and keep what came of it."""
        found = analyse(flow, dict(self.texts))
        self.analyses[flow] = found
        return found

    def fresh(self, path: Path) -> Analysis | None:
        """The analysis to ask about a file, checked anew where a text has changed since."""
        for flow in self.flows(path):
            found = self.analyses.get(flow)
            if found is None or self._is_stale(found):
                found = self.check(flow)
            if found.file_of(path) is not None:
                return found
        return None

    def newest(self, path: Path) -> Analysis | None:
        """The analysis to ask about a file, maybe of an earlier text; checked only where there is none yet."""
        for flow in self.flows(path):
            found = self.analyses.get(flow) or self.check(flow)
            if found.file_of(path) is not None:
                return found
        return None

    def _is_stale(self, analysis: Analysis) -> bool:
        for path, text in self.texts.items():
            name = analysis.file_of(path)
            if (
                name is not None
                and name in analysis.checked.sources
                and analysis.text(name) != _as_read(name, text)
            ):
                return True
        return False

    def forget_unused(self) -> None:
        """Drop the analyses in which no open text takes part."""
        wanted = {flow for path in self.texts for flow in self.flows(path)}
        for flow in [flow for flow in self.analyses if flow not in wanted]:
            del self.analyses[flow]

    def findings(self) -> dict[Path, tuple[Diagnostic, ...]]:
        """The findings of all analyses by file, each once; files of the shipped libraries are left out."""
        found: dict[Path, dict[Diagnostic, None]] = {}
        for analysis in list(self.analyses.values()):
            for finding in analysis.checked.diagnostics:
                if not analysis.is_shipped(finding.span.file):
                    found.setdefault(analysis.path_of(finding.span.file), {})[finding] = None
        return {path: tuple(each) for path, each in found.items()}

    # -------------------------------------------------------------- files

    def text(self, path: Path) -> str | None:
        """A file's text, the editor's first; None where it cannot be read, or is too large to be asked."""
        if path in self.texts:
            return normalised(self.texts[path])
        try:
            if path.stat().st_size > LARGEST:
                return None
            return normalised(path.read_text("utf-8", "replace"))
        except OSError:
            return None

    def files(self, root: Path) -> tuple[str, ...]:
        """The paths of a project's flows, libraries, templates and lists below its root."""
        on_disk = [path.relative_to(root).as_posix() for path in _walk(root)]
        opened = [path.relative_to(root).as_posix() for path in list(self.texts) if path.is_relative_to(root)]
        return tuple(sorted({*on_disk, *opened}))

    def _used_by(self, path: Path) -> tuple[Path, ...]:
        """The flows that import a library or send a template, also through others, by the files that each one names."""
        known = self._users.get(path)
        if known is not None:
            return known
        root = root_of(path)
        named = {file: _named(file, self.text(root / file) or "") for file in self.files(root)}
        wanted = {path.relative_to(root).as_posix()}
        found: dict[str, None] = {}
        while wanted:
            using = {file for file, names in named.items() if names & wanted and file not in found}
            found.update(dict.fromkeys(sorted(using)))
            wanted = using
        flows = (root / file for file in found if file.endswith(".flow") and root / file != path)
        users = tuple(flow for flow in flows if not _LIBRARY.match(self.text(flow) or "library"))
        self._users[path] = users
        return users


def _as_read(name: str, text: str) -> str:
    return text if name.endswith(".csv") else normalised(text)


def _named(file: str, text: str) -> set[str]:
    """The files that a file names, below the root: relative to it, or to the file."""
    folder, said = posixpath.dirname(file), _NAMED.findall(text)
    return {posixpath.normpath(path) for name in said for path in (name, posixpath.join(folder, name))}


def _walk(root: Path) -> Iterator[Path]:
    """The files of a project, at most ``MOST_FILES``; hidden folders and those of other tools are left out."""
    left = MOST_FILES
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_of_project(folder, name))
        for name in sorted(files):
            left -= 1
            if left < 0:
                return
            if name.endswith(ENDINGS):
                yield Path(folder, name)


def _is_of_project(folder: str, name: str) -> bool:
    """Whether a folder belongs to the project: neither hidden nor another tool's, and no project of its own."""
    if name.startswith(".") or name in _SKIPPED:
        return False
    return not any(os.path.isfile(os.path.join(folder, name, marker)) for marker in MARKERS)
