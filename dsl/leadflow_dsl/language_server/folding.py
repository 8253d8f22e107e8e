"""What an editor may fold: blocks over several lines, the imports, comments that stand together."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl import nodes
from leadflow_dsl.unguarded import dataclass
from leadflow_dsl.walk import is_node, walk


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines from 1, both included. kind: region, comment, imports."""

    first: int
    last: int
    kind: str = "region"


def folds(tree: nodes.File, text: str) -> tuple[Fold, ...]:
    """The folds of a file, the widest first where two begin on one line (of which it is the only one)."""
    found: dict[int, Fold] = {}
    for fold in (*_blocks(tree, text), *_imports(tree), *_comments(tree)):
        if fold.first not in found or found[fold.first].last < fold.last:
            found[fold.first] = fold
    return tuple(found[line] for line in sorted(found))


def _blocks(tree: nodes.File, text: str) -> Iterator[Fold]:
    """Every piece of the tree that opens a brace (or a long text) on its first line and closes it on a later one."""
    lines = text.split("\n")
    for node in walk(tree):
        if node is tree or not is_node(node):
            continue
        span = node.span  # type: ignore[attr-defined]  # every node has one
        if span.end_line > span.line and span.line <= len(lines):
            line = lines[span.line - 1].split(" #")[0].rstrip()
            if line.endswith("{"):
                yield Fold(span.line, span.end_line - 1)
            elif line.endswith('"""') or line.count('"""') == 1:
                yield Fold(span.line, span.end_line)


def _imports(tree: nodes.File) -> Iterator[Fold]:
    lines = [item.span.line for item in tree.items if isinstance(item, nodes.Import)]
    if len(lines) > 1:
        yield Fold(lines[0], lines[-1], "imports")


def _comments(tree: nodes.File) -> Iterator[Fold]:
    first, last = 0, -2  # no line follows it
    for comment in (*(one for one in tree.comments if one.alone), None):
        line = comment.span.line if comment else -1
        if line != last + 1:
            if last > first:
                yield Fold(first, last, "comment")
            first = line
        last = line
