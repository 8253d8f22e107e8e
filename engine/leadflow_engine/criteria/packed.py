"""Many texts and the slots that each of them turns, in two arrays.

With an array of its own for every text, a million pairs of a ZIP code and a buyer took 159 MB; here a pair takes two
bytes, and a text four in each block. Texts are numbered once for all blocks of an index.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import chain
from typing import Final, TypeAlias

Slots: TypeAlias = "array[int]"
"""Numbers of slots. Never changed once a table uses them: tables that were patched share them."""

Numbers: TypeAlias = dict[str, int]
"""Texts by number, counted from 0: it only grows, so that threads may look while it does."""

MANY: Final = 256
"""From so many texts on they are packed: fewer are as small as they are."""


class Packed:
    """The slots of texts; it does not change. The slots of text ``n`` begin where ``_starts[n]`` says."""

    __slots__ = ("_numbers", "_slots", "_starts")

    def __init__(self, slots: Mapping[str, Slots], numbers: Numbers) -> None:
        for text in slots:
            numbers.setdefault(text, len(numbers))
        in_order = [slots.get(text, ()) for text in numbers]
        self._numbers = numbers
        self._starts = array("I", bytes(4))
        for each in in_order:
            self._starts.append(self._starts[-1] + len(each))
        self._slots: Slots = array(next(iter(slots.values())).typecode, chain.from_iterable(in_order))

    def get(self, text: str) -> Slots:
        """The slots that a text turns; an empty array where it is not among the texts."""
        number = self._numbers.get(text)
        if number is None or number + 1 >= len(self._starts):  # another block's, which was numbered later
            return self._slots[:0]
        return self._slots[self._starts[number] : self._starts[number + 1]]
