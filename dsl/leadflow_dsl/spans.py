"""Where something stands in a file. There are more places in a flow than of anything else, so they are small."""

from __future__ import annotations

from functools import total_ordering
from typing import Any, Final

_HALF: Final = 1 << 31
_LOW: Final = (1 << 32) - 1
_ZEROS: Final = sum(_HALF << 32 * place for place in range(5))
"""What five zeros are packed as: numbers below zero fit, too."""
_PARTS: Final = ("file", "line", "column", "end_line", "end_column", "start", "end")


@total_ordering
class Span:
    """A piece of a file. Lines and columns count from 1; ``end_column`` is the first column after it.

    ``start`` and ``end`` are offsets in characters from 0. Nothing changes one. The numbers are packed into a single
    one, in which they compare in this order: 96 bytes in all, where six numbers by themselves take 216.
    """

    __slots__ = ("_places", "file")

    def __init__(
        self,
        file: str,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        start: int = 0,
        end: int = 0,
    ) -> None:
        self.file = file
        self._places = (
            ((line << 32) + column << 128)
            + ((end_line << 32) + end_column << 64)
            + ((start << 32) + end)
            + _ZEROS
        )

    @property
    def line(self) -> int:
        """The line on which it begins."""
        return self._places >> 160

    @property
    def column(self) -> int:
        """The column at which it begins."""
        return (self._places >> 128 & _LOW) - _HALF

    @property
    def end_line(self) -> int:
        """The line on which it ends."""
        return (self._places >> 96 & _LOW) - _HALF

    @property
    def end_column(self) -> int:
        """The first column after it."""
        return (self._places >> 64 & _LOW) - _HALF

    @property
    def start(self) -> int:
        """The offset of its first character."""
        return (self._places >> 32 & _LOW) - _HALF

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return (self._places & _LOW) - _HALF

    def replaced(self, **changes: Any) -> Span:
        """The same but for these parts."""
        return Span(**{part: getattr(self, part) for part in _PARTS} | changes)

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not Span:
            return NotImplemented
        assert isinstance(other, Span)
        return self._places == other._places and self.file == other.file

    def __lt__(self, other: Span) -> bool:
        return (self.file, self._places) < (other.file, other._places)

    def __hash__(self) -> int:
        return hash((self.file, self._places))

    def __repr__(self) -> str:
        return f"Span({', '.join(f'{part}={getattr(self, part)!r}' for part in _PARTS)})"

    def __reduce__(self) -> tuple[object, ...]:
        return _packed, (self.file, self._places)


def _packed(file: str, places: int) -> Span:
    span = object.__new__(Span)
    span.file, span._places = file, places
    return span


NOWHERE: Final = Span("", 0, 0, 0, 0)
