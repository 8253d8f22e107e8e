"""``format_text``: a file in the one style of the language.

Two spaces an indent, white space alone between statements, columns lined up where lines belong together, a block on one
line where it was written so and fits. Comments stay where they are, blank lines stay as one. The text means what it
meant: its tree is the same. Around a mistake whole lines stay as they were (``printer_kept``).
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import field, replace
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.parser import Parsed, decoded, normalised, parse_whole
from leadflow_dsl.printer_expressions import expression
from leadflow_dsl.printer_forms import OPTIONS, Block, Line, Widths, widths
from leadflow_dsl.printer_kept import Kept, among, kept, kept_whole
from leadflow_dsl.printer_statements import WRITERS
from leadflow_dsl.tokens import source
from leadflow_dsl.unguarded import dataclass

WIDTH: Final = 100
WIDEST_TAIL: Final = 64
INDENT: Final = "  "


@dataclass(slots=True)
class _Row:
    """A line of the result: its code, a tail in a shared column, a comment behind. ``exact``: lines as written."""

    indent: int
    text: str
    tail: str = ""
    group: str = ""
    comment: str = ""
    comment_column: int = 0
    exact: bool = False

    @property
    def code(self) -> str:
        return INDENT * self.indent + self.text


@dataclass(slots=True)
class _Layout:
    """The rows so far, and the comments that are still to come."""

    comments: deque[nodes.Comment]
    kept: tuple[Kept, ...] = ()
    rows: list[_Row] = field(default_factory=list)
    last_line: int = 0
    routes: int = 0

    # -------------------------------------------------------------- blank lines and comments

    def _gap(self, line: int) -> None:
        """One blank line where the text had one or more, but not at the beginning of a block or a file."""
        opens = not self.rows or (self.rows[-1].text.endswith("{") and not self.rows[-1].tail)
        if line > self.last_line + 1 and not opens and self.rows[-1].text:
            self.rows.append(_Row(0, ""))

    def _comments_before(self, offset: int, indent: int, alone: bool = False) -> None:
        """The comments before an offset, behind the row that they follow or (``alone``) each on its own."""
        while self.comments and self.comments[0].span.start < offset:
            comment = self.comments.popleft()
            if not (alone or comment.alone) and self._takes_comment():
                self.rows[-1].comment = comment.raw
                self.rows[-1].comment_column = comment.span.column - 1
            else:
                self._gap(comment.span.line)
                self.rows.append(_Row(indent, comment.raw))
            self.last_line = comment.span.line

    def _takes_comment(self) -> bool:
        """Whether the last row is code without a comment behind it."""
        last = self.rows[-1] if self.rows else _Row(0, "")
        return bool(last.text) and not last.comment and not last.exact and not last.text.startswith("#")

    def _holds(self, span: Span) -> bool:
        """Whether a comment or kept lines stand inside a statement (before which no comment is left to place)."""
        if self.comments and self.comments[0].span.start < span.end:
            return True
        return any(span.start <= lines.span.start < span.end for lines in self.kept)

    # -------------------------------------------------------------- statements

    def item(self, node: object, indent: int, columns: Widths) -> None:
        """One statement: the comments before it, its rows."""
        span: Span = node.span  # type: ignore[attr-defined]  # every node has one
        if isinstance(node, Kept):
            self._keep(node, indent)
            return
        statement = None if isinstance(node, nodes.If) else WRITERS[type(node)](node, columns)
        first = span.end if isinstance(statement, Line) else span.start
        self._comments_before(span.start, indent)
        self._gap(span.line)
        self.last_line = span.line
        if isinstance(node, nodes.If):
            self._if(node, indent)
        elif isinstance(statement, Block):
            self._block(statement, indent, span)
        elif statement:
            self._comments_before(first, indent, alone=True)
            self.rows.append(_Row(indent, statement.text, statement.tail, statement.group))
        self.last_line = span.end_line

    def _keep(self, lines: Kept, indent: int) -> None:
        """Lines as they were written, with the comments in them."""
        self._comments_before(lines.span.start, indent)
        while self.comments and self.comments[0].span.start < lines.span.end:
            self.comments.popleft()
        self._gap(lines.span.line)
        self.rows.append(_Row(0, lines.raw, exact=True))
        self.last_line = lines.span.end_line

    def _block(self, block: Block, indent: int, span: Span) -> None:
        """A block; comments between its opening word and its brace stand before it."""
        flat = None if self._holds(span) else _flat(block)
        if flat is not None and len(INDENT * indent + flat) <= WIDTH:
            tail = flat.removeprefix(block.header).strip() if block.group == OPTIONS else ""
            row = _Row(indent, block.header, tail, f"{OPTIONS}{self.routes}") if tail else _Row(indent, flat)
            self.rows.append(row)
            return
        items = among(block.items, self.kept, block.span.start, block.span.end)
        start: int = items[0].span.start if items else block.span.end  # type: ignore[attr-defined]
        self.last_line = span.line
        self.rows.append(_Row(indent, f"{block.header} {{"))
        self._comments_before(min(start, block.span.end), indent + 1)
        self.items(items, indent + 1)
        self._comments_before(span.end, indent + 1)
        self.rows.append(_Row(indent, "}" + block.after))

    def items(self, items: tuple[object, ...], indent: int) -> None:
        """The statements of a block, their columns lined up."""
        columns = widths(items)
        for each in items:
            self.item(each, indent, columns)

    def _if(self, node: nodes.If, indent: int) -> None:
        flat = None if self._holds(node.span) else _flat_if(node)
        if flat is not None and len(INDENT * indent + flat) <= WIDTH:
            self.rows.append(_Row(indent, flat))
            return
        opening = f"if {expression(node.condition)} {{"
        self._branch(opening, node.then, indent)
        rest = node.otherwise
        while isinstance(rest, nodes.If):
            self._branch(
                f"{self._closing(indent)} else if {expression(rest.condition)} {{", rest.then, indent
            )
            rest = rest.otherwise
        if rest is not None:
            self._branch(f"{self._closing(indent)} else {{", rest, indent)

    def _closing(self, indent: int) -> str:
        """The brace that closes the branch before, taken back so that the ``else`` stands on its line. A comment
        behind that brace moves into the next branch."""
        row = self.rows.pop()
        if row.comment:
            here = Span("", self.last_line, 0, self.last_line, 0, -1, -1)
            self.comments.appendleft(nodes.Comment(row.comment, True, here))
        return row.text

    def _branch(self, opening: str, branch: nodes.Branch, indent: int) -> None:
        self.rows.append(_Row(indent, opening))
        self.last_line = branch.span.line
        self.items(among(branch.items, self.kept, branch.span.start, branch.span.end), indent + 1)
        self._comments_before(branch.span.end, indent + 1)
        self.rows.append(_Row(indent, "}"))
        self.last_line = branch.span.end_line

    def file(self, tree: nodes.File) -> str:
        """The whole text."""
        top = (*((tree.head,) if tree.head else ()), *tree.items)
        for each in among(top, self.kept, 0, tree.span.end):
            self.routes += isinstance(each, nodes.Route)
            self.item(each, 0, Widths())
        self._comments_before(tree.span.end + 1, 0)
        return _text(self.rows)


def _on_one_line(block: Block) -> bool:
    """Whether a block was written on one line (an empty one counts as such)."""
    return not block.items or block.span.line == block.span.end_line


def _flat(block: Block) -> str | None:
    """A block on one line, where it was written so and all that it holds can stand on one."""
    if not _on_one_line(block):
        return None
    parts = [_flat_item(item) for item in block.items]
    if any(part is None or "\n" in part for part in parts):
        return None
    inner = "  ".join(part for part in parts if part is not None)
    return f"{block.header} {{ {inner} }}{block.after}" if inner else f"{block.header} {{ }}{block.after}"


def _flat_item(node: object) -> str | None:
    if isinstance(node, nodes.If):
        return _flat_if(node)
    statement = WRITERS[type(node)](node, Widths())
    if isinstance(statement, Block):
        return _flat(statement)
    return f"{statement.text} {statement.tail}".rstrip()


def _flat_if(node: nodes.If) -> str | None:
    """An ``if`` with its branches on one line."""
    then = _flat_branch(f"if {expression(node.condition)}", node.then)
    if then is None or node.otherwise is None:
        return then
    rest = node.otherwise
    other = _flat_branch("else", rest) if isinstance(rest, nodes.Branch) else _flat_if(rest)
    if other is None or node.span.line != node.span.end_line:
        return None
    return f"{then} {other}" if isinstance(rest, nodes.Branch) else f"{then} else {other}"


def _flat_branch(header: str, branch: nodes.Branch) -> str | None:
    return _flat(Block(header, branch.items, branch.span))


# ------------------------------------------------------------------ columns


def _text(rows: list[_Row]) -> str:
    placed = _comments_placed(_tails_placed(rows))
    return "".join((row.code if row.exact else row.code.rstrip()) + "\n" for row in placed)


def _tails_placed(rows: list[_Row]) -> list[_Row]:
    """Tails in the column of their group: two blanks after the longest line before them. A line that is much longer
    than others are allowed to be stands out alone."""
    columns: dict[str, int] = {}
    for row in rows:
        if row.tail and len(row.code) <= WIDEST_TAIL:
            columns[row.group] = max(columns.get(row.group, 0), len(row.code) + 2)
    return [_with_tail(row, columns.get(row.group, 0)) if row.tail else row for row in rows]


def _with_tail(row: _Row, column: int) -> _Row:
    gap = max(column - len(row.code), 2)
    return replace(row, text=row.text + " " * gap + row.tail, tail="")


def _comments_placed(rows: list[_Row]) -> list[_Row]:
    """Comments behind lines that follow each other in one column: where they were, if there is room."""
    placed: list[_Row] = []
    run: list[_Row] = []
    for row in [*rows, _Row(0, "")]:
        if row.comment:
            run.append(row)
            continue
        placed += _lined_up(run)
        placed.append(row)
        run = []
    return placed[:-1]


def _lined_up(run: list[_Row]) -> list[_Row]:
    column = max((_width(row) + 2 for row in run), default=0)
    column = max(column, min((row.comment_column for row in run), default=0))
    return [
        replace(row, text=row.text + " " * (column - _width(row)) + row.comment, comment="") for row in run
    ]


def _width(row: _Row) -> int:
    """The width of a row's last line (a long text has several)."""
    return len(row.code.rpartition("\n")[2])


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text in the one style (None where nothing of it could be read), what is wrong with it, and the lines that
    were left as they are because of that."""

    text: str | None
    findings: tuple[Diagnostic, ...]
    kept: tuple[Span, ...] = ()


def format_whole(text: str, file: str) -> Formatted:
    """A file's text in the one style.

    What is wrong stays wrong in the same way: where formatting the rest would give another tree or other findings,
    whole declarations are left alone; where that does not help either, the whole text.
    """
    text = (
        normalised(text) if text.endswith("\n") else normalised(text) + "\n"
    )  # so that its end is a place of its own
    parsed, before = parse_whole(text, file), source(file, text)
    if parsed.tree is None:
        return Formatted(None, parsed.findings)
    for leave in (kept, kept_whole):
        lines = leave(parsed, before)
        after = _Layout(deque(parsed.tree.comments), lines).file(parsed.tree)
        if not parsed.findings or (_signs(after) == _signs(text) and _same(parse_whole(after, file), parsed)):
            return Formatted(after, parsed.findings, tuple(each.span for each in lines))
    return Formatted(None, parsed.findings)


def format_bytes(data: bytes, file: str) -> Formatted:
    """``format_whole`` of a file's bytes; what is not UTF-8 is a finding."""
    text = decoded(data, file)
    return Formatted(None, (text,)) if isinstance(text, Diagnostic) else format_whole(text, file)


def _signs(text: str) -> Counter[str]:
    """How often each character stands in a text, but for white space and parentheses, which formatting changes."""
    return Counter(re.sub(r"[\s()\ufeff]", "", text))


def _same(one: Parsed, other: Parsed) -> bool:
    """Whether two texts have one tree and are wrong in the same way."""
    if one.tree is None or other.tree is None:
        return False
    trees = one.tree.head == other.tree.head and one.tree.items == other.tree.items
    return trees and [each.code for each in one.findings] == [each.code for each in other.findings]


def format_text(text: str, file: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """A file's text in the one style and what is wrong with it; None where nothing of it could be read."""
    formatted = format_whole(text, file)
    return formatted.text, formatted.findings
