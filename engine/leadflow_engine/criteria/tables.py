"""Tables: from the value of a subject to the slots that do not fail on it.

A table holds at most one literal of its subject for each slot (what has two, ``age >= 25 and age < 70``, takes two
tables), so that whatever turns a test's truth round turns its slots round. What a value comes to is kept, for so many
values; what is not kept is a base and what the value turns, so that a list of a thousand postal codes costs two bytes a
code and buyer, and not a set of bits a code.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.criteria.keys import OPEN, OTHER, Key, Mark
from leadflow_engine.criteria.literals import Literal
from leadflow_engine.criteria.packed import Numbers, Slots
from leadflow_engine.criteria.shaped import Shaped, flip
from leadflow_engine.criteria.subjects import HERE, Test
from leadflow_engine.evaluation.comparing import plain, text_of
from leadflow_engine.evaluation.evaluate import leaf_truth

MOST_KEPT: Final = 256
"""For how many values a table keeps what they come to: 100 to 2,000 bytes each."""
LONGEST_KEPT: Final = 200
"""Characters of the longest text that is kept: one may have 64 KiB."""

Lists = Mapping[str, frozenset[str]]
Unshaped: Final = object
"""The type of a value that no shape knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A literal of a table's subject and its slots."""

    test: Test
    literal: Literal
    slots: Slots


class _Here:
    """The scope in which a test is evaluated for a value by itself."""

    __slots__ = ("_lists", "_value")

    def __init__(self, value: object, lists: Lists) -> None:
        self._value = value
        self._lists = lists

    def read(self, read: object) -> object:
        """The value: a test reads nothing else."""
        return self._value if read is HERE else None

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list."""
        return self._lists.get(name, frozenset())


class Table:
    """The literals of one subject, at most one a slot. ``memo`` is what values came to that were met; ``cover`` are all
    slots that depend on the subject. Of a ``personal`` subject no value is kept beyond its lead, only what it does to
    the literals. ``numbers`` are those of the subject's texts in all blocks of an index."""

    __slots__ = (
        "_entries",
        "_full",
        "_lists",
        "_personal",
        "_regions",
        "_rest",
        "_shaped",
        "_size",
        "cover",
        "memo",
    )

    def __init__(
        self,
        entries: Iterable[Entry],
        full: int,
        lists: Lists,
        personal: bool,
        numbers: Numbers | None = None,
    ) -> None:
        self._personal = personal
        self._entries = {entry.literal: entry for entry in entries}
        self._full = full
        self._size = (full.bit_length() + 7) // 8
        self._lists = lists
        self._shaped = self._shapes({} if numbers is None else numbers)
        self._begin()

    def _begin(self) -> None:
        self.memo: dict[Key, int] = {OPEN: self._full}
        self._rest: dict[type, list[Entry]] = {}
        self._regions: dict[tuple[Any, ...], int] = {}
        bits = bytearray(self._size)
        for entry in self._entries.values():
            flip(bits, entry.slots)
        self.cover = int.from_bytes(bits, "little")

    def _shapes(self, numbers: Numbers) -> dict[type, Shaped]:
        shaped: dict[type, Shaped] = {}
        for entry in self._entries.values():
            for kind, shape in entry.test.shapes.items():
                if kind not in shaped:
                    shaped[kind] = Shaped(self._size, kind is not str)
                shaped[kind].put(entry.literal, shape, entry.slots)
        for each in shaped.values():
            each.pack(numbers)
            each.sort()
        return shaped

    # -------------------------------------------------------------- looking up

    def learn(self, key: Key, value: object) -> int:
        """What a value comes to that was not met lately: the slots that do not fail on it."""
        if key is OPEN:  # another thread is just emptying what is remembered
            return self._full
        plain_value = plain(value)
        kind = plain_value.__class__ if _has_shape(key, plain_value) else Unshaped
        shaped = self._shaped.get(kind)
        rest = self._left(kind)
        if self._personal and key.__class__ is not Mark:
            return self._alike(kind, shaped, plain_value, rest, value)
        if shaped is None or rest or not shaped.ordered:
            return self._keep(key, self._passing(shaped, plain_value, rest, value))
        region = kind, shaped.region(plain_value)
        mask = self._regions.get(region)
        if mask is None:
            mask = self._regions[region] = self._passing(shaped, plain_value, rest, value)
        return self._keep(key, mask)

    def _alike(
        self, kind: Any, shaped: Shaped | None, plain_value: Any, rest: Iterable[Entry], value: object
    ) -> int:
        """What a value comes to, known by where it lies among the turns and by what else is true of it: that is said of
        the flow's own words, and keeps nothing of whose it was."""
        here: Any = _Here(value, self._lists)
        place = shaped.place(plain_value) if shaped else None
        alike = kind, place, *(leaf_truth(entry.test.term, here) for entry in rest)
        mask = self._regions.get(alike)
        if mask is None:
            mask = self._passing(shaped, plain_value, rest, value)
            if len(self._regions) >= MOST_KEPT:
                self._regions.clear()
            self._regions[alike] = mask
        return mask

    def _passing(self, shaped: Shaped | None, plain_value: Any, rest: Iterable[Entry], value: object) -> int:
        failing = bytearray(self._size) if shaped is None else shaped.failing(plain_value)
        here: Any = _Here(value, self._lists)
        for entry in rest:
            truth = leaf_truth(entry.test.term, here)
            assert truth is None or isinstance(truth, bool)
            if not entry.literal.passes(truth):
                flip(failing, entry.slots)
        return self._full ^ int.from_bytes(failing, "little")

    def _left(self, kind: type) -> list[Entry]:
        """The entries without a shape for values of a type."""
        if kind not in self._rest:
            self._rest[kind] = [each for each in self._entries.values() if kind not in each.test.shapes]
        return self._rest[kind]

    def _keep(self, key: Key, mask: int) -> int:
        if key is not OTHER and not (key.__class__ is str and len(key) > LONGEST_KEPT):
            if len(self.memo) >= MOST_KEPT:
                self.memo.clear()  # in place: blocks hold it
                self.memo[OPEN] = self._full
                self._regions.clear()
            self.memo[key] = mask
        return mask

    # -------------------------------------------------------------- patching

    def patched(self, out: Iterable[Entry], into: Iterable[Entry]) -> Table:
        """The same without some slots and with others. Leads that are judged by this one meanwhile notice nothing."""
        patched = object.__new__(Table)
        patched._entries = dict(self._entries)
        patched._full, patched._size, patched._lists = self._full, self._size, self._lists
        patched._personal = self._personal
        patched._shaped = {kind: each.copy() for kind, each in self._shaped.items()}
        for entry in out:
            patched._change(entry, _without)
        for entry in into:
            patched._change(entry, lambda there, slots: there + slots)
        for each in patched._shaped.values():
            each.sort()
        patched._begin()
        return patched

    def _change(self, entry: Entry, change: Any) -> None:
        there = self._entries.get(entry.literal)
        slots = change(there.slots if there else entry.slots[:0], entry.slots)
        self._entries.pop(entry.literal, None)
        if slots:
            self._entries[entry.literal] = Entry(entry.test, entry.literal, slots)
        for kind, shape in entry.test.shapes.items():
            if kind not in self._shaped:
                self._shaped[kind] = Shaped(self._size, kind is not str)
            self._shaped[kind].take(entry.literal, shape, entry.slots)


def _has_shape(key: Key, value: object) -> bool:
    """Not what is neither more nor less than others (NaN, a time that says its zone), nor a text that is shown
    otherwise than it is compared (half a surrogate pair)."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, str):
        return value.isascii() or text_of(value) == value
    return key is not OTHER


def _without(there: Slots, slots: Slots) -> Slots:
    gone = set(slots)
    return array(there.typecode, [slot for slot in there if slot not in gone])
