"""Lines on a screen: columns that line up, long texts wrapped under themselves, nothing that steers a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from leadflow_engine.response import excerpt

Lines: TypeAlias = list[Text]

LONGEST: Final = 2_000
"""Characters of one text at most; more would flood a screen."""
NARROWEST: Final = 24
"""Columns that are assumed at least."""
STEP: Final = 6
"""The indent of a text whose head leaves it no room beside itself."""


_MEASURE: Final = Console(file=io.StringIO(), width=400)
"""Wrapping asks a console for its tab stops and for nothing else."""


def safe(text: object, limit: int = LONGEST) -> str:
    """A text from outside as it may stand on a screen: one line, control characters and direction marks escaped."""
    return excerpt(str(text), (), limit)


def safe_lines(text: str) -> str:
    """The same of a text of several lines, however long."""
    return "\n".join(safe(line.removesuffix("\r"), 6 * len(line) + 1) for line in text.split("\n"))


def painted(text: object, style: str = "") -> Text:
    """A safe text in a style of ``rich`` ("" for none)."""
    return Text(safe(text), style=style)


def joined(parts: Iterable[Text | str], between: str = "  ") -> Text:
    """The parts that are not empty, in one line."""
    return Text(between).join([Text(part) if isinstance(part, str) else part for part in parts if len(part)])


def padded(text: object, width: int, right: bool = False, style: str = "") -> Text:
    """A safe text filled up to ``width`` columns; a longer one stays whole."""
    shown = safe(text)
    fill = " " * max(0, width - cell_len(shown))
    return Text(fill + shown if right else shown + fill, style=style)


def widest(texts: Iterable[object], limit: int = 24) -> int:
    """The columns that the widest of these takes, at most ``limit``."""
    return min(limit, max((cell_len(safe(text)) for text in texts), default=0))


def hang(head: Text, body: Text, right: str, width: int) -> Lines:
    """``head`` and beside it ``body``, wrapped under itself, with ``right`` at the right edge of the first line."""
    width = max(width, NARROWEST)
    tail = f"  {right}" if right else ""
    if head.cell_len > width * 6 // 10 or width - head.cell_len - len(tail) < 12:
        return _below(head, body, tail, width)
    wrapped = _wrapped(body, width - head.cell_len - len(tail))
    first, rest = wrapped[0], wrapped[1:]
    lines = [_edge(head + first, tail, width)]
    return [*lines, *(Text(" " * head.cell_len) + line for line in rest)]


def command_line(head: str, command: str) -> Text:
    """A command to copy: never wrapped here, so that it stays one command."""
    return Text(head) + painted(command)


def _below(head: Text, body: Text, tail: str, width: int) -> Lines:
    """The body under its head, where there is no room beside it."""
    heads = _wrapped(head, width)
    first = heads[-1]
    first.rstrip()
    if first.cell_len + len(tail) <= width:
        heads[-1] = _edge(first, tail, width)
    elif tail:
        heads.append(_edge(Text(""), tail, width))
    if not body.plain.strip():
        return heads
    return [*heads, *(Text(" " * STEP) + line for line in _wrapped(body, width - STEP))]


def _edge(line: Text, tail: str, width: int) -> Text:
    if not tail:
        line.rstrip()
        return line
    fill = " " * max(0, width - line.cell_len - len(tail))
    return line + Text(fill) + Text(tail, style="dim")


def _wrapped(text: Text, width: int) -> list[Text]:
    """The text in lines of at most ``width`` columns, between words where that goes; at least one line."""
    lines: list[Text] = []
    for line in text.wrap(_MEASURE, max(1, width), overflow="fold"):
        line.rstrip()
        lines.append(line)
    return lines or [Text("")]


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), gap: str = "  ") -> list[str]:
    """Rows whose columns line up; the columns numbered in ``right`` are filled from the left."""
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [padded(cell, widths[n], n in right).plain for n, cell in enumerate(row)]
        lines.append(gap.join(cells).rstrip())
    return lines


def show(lines: Iterable[Text], console: Console) -> None:
    """Print the lines as they are: no markup, no highlighting, no second wrapping."""
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True, highlight=False, markup=False)
