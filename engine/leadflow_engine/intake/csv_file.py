"""CSV as spreadsheets write it: a row at a time, a broken one reported with its line and passed over."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from leadflow_engine.intake.lines import LONGEST_LINE, Line
from leadflow_engine.intake.strict_json import IntakeError

DELIMITERS: Final = (",", ";", "\t", "|")
MOST_COLUMNS: Final = 1_000
MOST_LINES: Final = 200
"""Lines that one row may reach over. A quote that nobody closed would else swallow the rest of the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line on which it begins: cells by column, or why it cannot be read."""

    line: int
    cells: dict[str, str] | IntakeError


def rows(source: Iterator[Line]) -> Iterator[Row]:
    """The rows below a header. Empty lines are passed over. Raises ``IntakeError`` for a header that is
    none."""
    pending = _Pending(source)
    first = pending.take()
    while first and not first.error and not first.text.strip():
        first = pending.take()
    if first is None:
        return
    if first.error:
        raise first.error
    delimiter = _delimiter(first.text)
    header = _header(_cells(first, pending, delimiter), first.number)
    while line := pending.take():
        if line.error:
            yield Row(line.number, line.error)
        elif line.text.strip():
            yield _row(line, _cells(line, pending, delimiter), header)


class _Pending:
    """Lines to come, some of which were looked at and given back."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._back: deque[Line] = deque()

    def take(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._source, None)

    def give_back(self, taken: list[Line]) -> None:
        self._back.extendleft(reversed(taken))


def _delimiter(header: str) -> str:
    """The mark that stands most often in the header outside quotes; the comma where none does."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _cells(line: Line, pending: _Pending, delimiter: str) -> list[str] | IntakeError:
    """The cells of the row that begins on a line, read on over further lines while a quote is open."""
    if "\0" in line.text:
        return IntakeError("a NUL character; remove it", line.number, line.text.index("\0") + 1)
    taken: list[Line] = []
    try:
        return next(csv.reader(_reach(line, pending, taken), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        pending.give_back(taken)
        if "unexpected end of data" in str(problem):
            return IntakeError("a quote is opened and never closed", line.number)
        return IntakeError(f"broken row ({problem}); quote the cell and double the quotes in it", line.number)


def _reach(line: Line, pending: _Pending, taken: list[Line]) -> Iterator[str]:
    """The lines that a row may reach over, as the reader asks for them; those beyond the first are noted."""
    yield line.text
    length = len(line.text)
    while len(taken) < MOST_LINES and length <= LONGEST_LINE:
        further = pending.take()
        if further is None:
            return
        taken.append(further)
        if further.error:
            return
        length += len(further.text)
        yield further.text


def _header(cells: list[str] | IntakeError, line: int) -> list[str]:
    if isinstance(cells, IntakeError):
        raise cells
    names = [cell.strip() for cell in cells]
    if len(names) > MOST_COLUMNS:
        raise IntakeError(f"{len(names):,} columns; at most {MOST_COLUMNS:,} are read", line)
    seen: set[str] = set()
    for place, name in enumerate(names, start=1):
        if name and name.casefold() in seen:
            raise IntakeError(
                f"the header names {name[:100]!r} twice (again in column {place}); rename one", line
            )
        seen.add(name.casefold())
    if not any(names):
        raise IntakeError("the header names no column", line)
    return names


def _row(line: Line, cells: list[str] | IntakeError, header: list[str]) -> Row:
    if isinstance(cells, IntakeError):
        return Row(line.number, cells)
    if len(cells) != len(header):
        message = f"the header names {len(header)} columns and this row has {len(cells)}"
        return Row(line.number, IntakeError(message, line.number))
    nameless = [
        place for place, (name, cell) in enumerate(zip(header, cells, strict=True), 1) if cell and not name
    ]
    if nameless:
        return Row(line.number, IntakeError(f"column {nameless[0]} has a value and no name", line.number))
    return Row(line.number, {name: cell for name, cell in zip(header, cells, strict=True) if name})
