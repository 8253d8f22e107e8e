"""What checking a flow gave, as an editor asks it: findings, names and the words that are them, file by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path

from leadflow_dsl import nodes
from leadflow_dsl.checking import Checked, examine
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.project import SHIPPED
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Analysis:
    """A flow (or library) file, checked. ``name`` is its path below ``root``; ``draft`` tells of names and types."""

    path: Path
    root: Path
    name: str
    checked: Checked
    draft: Draft

    def text(self, file: str) -> str:
        """The text of a file as it was checked, or an empty one."""
        return self.checked.sources.get(file, "")

    def file_of(self, path: Path) -> str | None:
        """What this flow calls a file on the disk, where it read it."""
        if path.is_relative_to(self.root):
            name = path.relative_to(self.root).as_posix()
            return name if name in self.checked.sources or path == self.path else None
        shipped = shipped_name(path)
        return shipped if shipped in self.checked.sources else None

    def path_of(self, file: str) -> Path:
        """Where a file of this flow lies on the disk; a shipped library's own place."""
        target = self.root / file
        if file.startswith(SHIPPED) and not target.is_file():
            return library_folder() / file.removeprefix(SHIPPED)
        return target

    def is_shipped(self, file: str) -> bool:
        """Whether a file comes with the language, so that no edit may touch it."""
        return file.startswith(SHIPPED) and self.path_of(file).parent == library_folder()

    def tree(self, file: str) -> nodes.File | None:
        """The tree of a file of the flow."""
        return next((loaded.tree for loaded in self.draft.files if loaded.path == file), None)

    def symbol(self, kind: str, name: str) -> Symbol | None:
        """What is declared under a name; ``step`` stands for any kind of step."""
        found = self.draft.of(kind).get(name) or self.draft.words.get(name)
        return found if found is not None and (found.kind == kind or kind == "step") else None


def library_folder() -> Path:
    """Where the libraries that come with the language lie."""
    return Path(str(resources.files("leadflow_dsl").joinpath("library")))


def shipped_name(path: Path) -> str:
    """What a flow calls a file of the shipped libraries; an empty text for any other."""
    return f"{SHIPPED}{path.name}" if path.parent == library_folder() else ""


def analyse(path: Path, overlay: Mapping[Path, str]) -> Analysis:
    """Check a file with the texts that are open in the editor in the place of those on the disk."""
    from leadflow_dsl.project import root_of

    root = root_of(path)
    files = {
        other.relative_to(root).as_posix(): text
        for other, text in overlay.items()
        if other.is_relative_to(root)
    }
    checked, draft = examine(path, None, files)
    return Analysis(path, root, path.relative_to(root).as_posix(), checked, draft)


def scratch(draft: Draft) -> Draft:
    """The same names and types, apart: what is asked of it leaves no finding and no trace in the draft."""
    return replace(draft, findings=[], references=[], used=set(), unbuilt=[])


def holds(span: Span, file: str, offset: int) -> bool:
    """Whether an offset of a file lies on a span, its end included: a cursor behind a word is on the word."""
    return span.file == file and span.start <= offset <= span.end
