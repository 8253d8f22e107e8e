"""Files that a flow or a template names: the paths in its texts, and what they lead to."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.language_server.analysis import Analysis, holds
from leadflow_dsl.project import Unread
from leadflow_dsl.templates import Place, read_template
from leadflow_dsl.walk import walk


def named_files(analysis: Analysis, file: str) -> Iterator[tuple[str, Span]]:
    """Every file that a file names and that can be read: its path as the flow calls it, and the text that names it."""
    tree = analysis.tree(file)
    for node in walk(tree) if tree is not None else ():
        match node:
            case nodes.Import(path=path):
                yield from _found(analysis, path.value, path.span, file)
            case nodes.TemplateFile(path=path) | nodes.ListFile(path=path) | nodes.Table(path=path):
                yield from _found(analysis, path.value, path.span)
    if tree is None and file in analysis.checked.sources and not file.endswith(".csv"):
        for name, span in read_template(analysis.text(file), Place(file)).files:
            yield from _found(analysis, name, span)


def _found(analysis: Analysis, path: str, span: Span, beside: str = "") -> Iterator[tuple[str, Span]]:
    place, text = analysis.draft.project.find(path, beside)
    if not isinstance(text, Unread):
        yield place, span


def named_file(analysis: Analysis, file: str, offset: int) -> tuple[str, Span] | None:
    """The file that the text under the cursor names."""
    return next((found for found in named_files(analysis, file) if holds(found[1], file, offset)), None)
