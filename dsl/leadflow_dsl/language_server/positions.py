"""Positions: editors count lines from 0 and columns in code units (of UTF-16 unless agreed), we in characters."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from leadflow_dsl.parser import normalised
from leadflow_dsl.tokens import source
from leadflow_dsl.unguarded import dataclass

UNITS: Final = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
"""Bytes of a code unit by the encoding's name."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text as positions count in it: lines end with a line feed. ``encoding`` is in what columns are counted."""

    text: str
    starts: tuple[int, ...]
    encoding: str = "utf-16"

    def offset(self, line: int, character: int) -> int:
        """The offset of an editor's position; a position beyond a line's or the text's end is that end."""
        if line >= len(self.starts):
            return len(self.text)
        start = self.starts[max(line, 0)]
        row = self._row(start)
        if row.isascii():
            return start + min(max(character, 0), len(row))
        return start + _characters(row, character, self.encoding)

    def position(self, offset: int) -> tuple[int, int]:
        """An offset as the editor's line and column."""
        place = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, place) - 1
        before = self.text[self.starts[line] : place]
        return line, units(before, self.encoding)

    def at(self, line: int, column: int) -> tuple[int, int]:
        """A diagnostic's line and column (both from 1, in characters) as the editor's."""
        if line > len(self.starts):
            return self.position(len(self.text))
        return self.position(self.starts[max(line, 1) - 1] + max(column, 1) - 1)

    def _row(self, start: int) -> str:
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end]


def lines_of(text: str, encoding: str = "utf-16") -> Lines:
    """The positions of a text, as it came from the editor."""
    plain = normalised(text)
    return Lines(plain, source("", plain).lines, encoding)


def units(text: str, encoding: str) -> int:
    """How many code units a text takes."""
    if text.isascii():
        return len(text)
    name = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    return len(text.encode(name, "surrogatepass")) // (1 if encoding == "utf-8" else UNITS[encoding])


def _characters(row: str, character: int, encoding: str) -> int:
    """How many characters of a line lie before a column; one that is cut in two lies before it."""
    taken = 0
    for place, letter in enumerate(row):
        if taken >= character:
            return place
        taken += units(letter, encoding)
    return len(row)
