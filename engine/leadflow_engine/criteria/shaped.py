"""The slots of tests whose truth has a shape over the values of one type: a base, and what each value turns."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Final

from leadflow_engine.criteria.literals import Literal
from leadflow_engine.criteria.packed import MANY, Numbers, Packed, Slots
from leadflow_engine.criteria.subjects import BEFORE, Shape, Turn
from leadflow_engine.evaluation.comparing import folded

EVERY: Final = 32
"""So many turns lie between two values of an ordered type whose slots are kept ready."""


class Shaped:
    """What fails before every turn (``base``), and which slots each turn turns round: what ``turns`` says or, of a turn
    that is not there, ``packed``."""

    __slots__ = ("_base", "_cuts", "_packed", "_ready", "_turns")

    def __init__(self, size: int, ordered: bool) -> None:
        self._base = bytearray(size)
        self._turns: dict[Turn, Slots] = {}
        self._packed: Packed | None = None
        self._cuts: list[Any] | None = [] if ordered else None
        self._ready: dict[int, bytes] = {}

    @property
    def ordered(self) -> bool:
        """Whether values have an order here: numbers and times have, texts do not."""
        return self._cuts is not None

    def put(self, literal: Literal, shape: Shape, slots: Slots) -> None:
        """Let these slots of a literal in; only while nobody uses it yet. End with ``sort``."""
        if not literal.passes(shape.start):
            flip(self._base, slots)
        for turn in shape.turns:
            if turn in self._turns:
                self._turns[turn].extend(slots)
            else:
                self._turns[turn] = slots[:]

    def take(self, literal: Literal, shape: Shape, slots: Slots) -> None:
        """Let slots in or, where they are in, out again: of a copy. End with ``sort``."""
        if not literal.passes(shape.start):
            flip(self._base, slots)
        for turn in shape.turns:
            self._turns[turn] = _apart(self._of(turn) or slots[:0], slots)

    def _of(self, turn: Turn) -> Slots | None:
        """The slots of a turn; of one that turns none, ``None`` or an empty array."""
        found = self._turns.get(turn)
        if found is None and self._packed is not None and isinstance(turn, str):
            return self._packed.get(turn)
        return found

    def pack(self, numbers: Numbers) -> None:
        """After the last ``put``: many texts are made small. ``numbers`` are those of all blocks of an index."""
        texts = {turn: slots for turn, slots in self._turns.items() if isinstance(turn, str)}
        if len(texts) >= MANY:
            self._packed, self._turns = Packed(texts, numbers), {}

    def sort(self) -> None:
        """After the last change: drop the turns that turn nothing, and put the others in order."""
        for turn in [turn for turn, slots in self._turns.items() if not slots]:
            del self._turns[turn]
            if self._of(turn):
                self._turns[turn] = array("H")  # it says that what is packed is no longer so
        if self._cuts is not None:
            self._cuts = sorted(self._turns)

    def copy(self) -> Shaped:
        """One that can be changed while this one is in use."""
        copied = Shaped(0, self.ordered)
        copied._base = self._base[:]
        copied._turns = dict(self._turns)
        copied._packed = self._packed
        return copied

    def region(self, value: object) -> int:
        """How many turns lie at or before a value; values of one region come to the same. Of ordered ones only."""
        return bisect_right(self._cuts or (), (value, BEFORE))

    def place(self, value: Any) -> Turn | int | None:
        """Where a value lies: values of one place come to the same. Of texts the turn that it is, if any."""
        if self._cuts is not None:
            return self.region(value)
        text = folded(value)
        return text if self._of(text) else None

    def failing(self, value: Any) -> bytearray:
        """The slots that fail on a value of this type, as little-endian bytes."""
        if self._cuts is None:
            failing = self._base[:]
            flip(failing, self._of(folded(value)) or ())
            return failing
        region = self.region(value)
        step = region // EVERY
        failing = bytearray(self._ready.get(step) or self._near(step))
        for cut in self._cuts[step * EVERY : region]:
            flip(failing, self._turns[cut])
        return failing

    def _near(self, step: int) -> bytes:
        """What fails after ``step * EVERY`` turns. Two threads that look at once find the same twice."""
        known = max((each for each in range(step + 1) if each in self._ready), default=0)
        failing = bytearray(self._ready.get(known, self._base))
        for at in range(known, step):
            for cut in (self._cuts or [])[at * EVERY : (at + 1) * EVERY]:
                flip(failing, self._turns[cut])
            self._ready[at + 1] = bytes(failing)
        return bytes(failing)


def flip(bits: bytearray, slots: Iterable[int]) -> None:
    """Turn these bits round."""
    for slot in slots:
        bits[slot >> 3] ^= 1 << (slot & 7)


def _apart(one: Slots, other: Slots) -> Slots:
    """Slots that are in one of two, not in both: what is turned twice is not turned."""
    both = set(one).intersection(other)
    joined = one + other
    return array(one.typecode, [slot for slot in joined if slot not in both]) if both else joined
