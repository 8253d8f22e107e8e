"""Where the items of a block's buyers lie, and what of them no table holds.

Plane ``k`` holds the first arm of every buyer's item ``k``; further arms (of an ``or``) lie in planes behind, which all
items share. In a plane the first buyer is the highest bit, so that the best is found first and a row of bits reads as
buyers stand: slot ``plane * buyers + (buyers - 1 - buyer)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from leadflow_engine.criteria.keys import Subject
from leadflow_engine.criteria.literals import Arms, Literal, Part
from leadflow_engine.criteria.packed import Numbers
from leadflow_engine.criteria.subjects import Test
from leadflow_engine.criteria.tables import Lists

Items: TypeAlias = tuple[Arms, ...]
"""A buyer's items, each as its arms, in the order in which a reason is looked for."""

Channel: TypeAlias = tuple[int, int]
"""A subject's number and which of its tables."""

Residual: TypeAlias = tuple[Part, int]
"""A part that no table holds, and the buyers whose arm has it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan's predicates are to an index: by number the test that each is, of which subject; those that are not
    there are residual. ``numbers`` are those of the texts that tests name, by channel."""

    tests: Mapping[int, tuple[int, Test]] = field(default_factory=dict)
    subjects: Sequence[Subject] = ()
    lists: Lists = field(default_factory=dict)
    numbers: dict[Channel, Numbers] = field(default_factory=dict)

    def numbered(self, channel: Channel) -> Numbers:
        """The numbers of a channel's texts, to which more may be added."""
        return self.numbers.setdefault(channel, {})


Further: TypeAlias = tuple[int, int, tuple[Residual, ...]]
"""Where further arms of an item lie, whose they are, and what is residual in them."""


class Plane(NamedTuple):
    """An item of all buyers: where its first arms lie and what is residual in them; its further arms."""

    shift: int
    residual: tuple[Residual, ...]
    further: tuple[Further, ...]


class Layout:
    """The planes of a block. ``base`` are the slots that are there: an item that a buyer does not have lets it pass."""

    __slots__ = ("_further", "_items", "_residual", "base", "buyers", "planes")

    def __init__(self, buyers: int, items: int, further: int) -> None:
        self.buyers = buyers
        self._items = items
        self.planes = items + further
        self.base = (1 << buyers * items) - 1
        self._further: dict[tuple[int, int], int] = {}
        self._residual: dict[int, dict[Part, int]] = {}

    def has_room(self, items: Items) -> bool:
        """Do a buyer's items fit into the planes?"""
        return len(items) <= self._items and extra(items) <= self.planes - self._items

    def copy(self) -> Layout:
        """One that can be changed while this one is in use."""
        copied = Layout(self.buyers, self._items, self.planes - self._items)
        copied.base = self.base
        copied._further = dict(self._further)
        copied._residual = {plane: dict(parts) for plane, parts in self._residual.items()}
        return copied

    def put(self, buyer: int, items: Items, known: Known) -> Iterator[tuple[Channel, Literal, int]]:
        """Lay a buyer out; gives what tables are to hold: of which, the literal, the slot. A part that meets another of
        its subject in its arm goes to a further table."""
        bit, next_free = self.buyers - 1 - buyer, self._items
        for number, arms in enumerate(items):
            if not arms:
                self.base &= ~(1 << number * self.buyers + bit)
            for place, arm in enumerate(arms):
                plane = number if place == 0 else next_free
                if place:
                    next_free += 1
                    self.base |= 1 << plane * self.buyers + bit
                    self._further[number, plane] = self._further.get((number, plane), 0) | 1 << bit
                yield from self._placed(arm, plane, bit, known)

    def _placed(
        self, arm: tuple[Part, ...], plane: int, bit: int, known: Known
    ) -> Iterator[tuple[Channel, Literal, int]]:
        met: dict[int, int] = {}
        for part in arm:
            test = known.tests.get(part.number) if isinstance(part, Literal) else None
            if test is not None and isinstance(part, Literal):
                subject = test[0]
                yield (subject, met.get(subject, 0)), part, plane * self.buyers + bit
                met[subject] = met.get(subject, 0) + 1
            else:
                there = self._residual.setdefault(plane, {})
                there[part] = there.get(part, 0) | 1 << bit

    def clear(self, buyer: int) -> None:
        """Take a buyer out: it passes with everything."""
        bit = 1 << self.buyers - 1 - buyer
        for plane in range(self.planes):
            there = bit << plane * self.buyers
            self.base = self.base | there if plane < self._items else self.base & ~there
        self._further = {at: left for at, whose in self._further.items() if (left := whose & ~bit)}
        for plane, parts in self._residual.items():
            self._residual[plane] = {part: left for part, whose in parts.items() if (left := whose & ~bit)}

    def items(self) -> tuple[Plane, ...]:
        """The planes, an item each, as they are judged."""
        return tuple(self._item(number) for number in range(self._items))

    def _item(self, number: int) -> Plane:
        further = tuple(
            (plane * self.buyers, whose, self._residuals(plane))
            for (item, plane), whose in sorted(self._further.items())
            if item == number
        )
        return Plane(number * self.buyers, self._residuals(number), further)

    def _residuals(self, plane: int) -> tuple[Residual, ...]:
        return tuple(self._residual.get(plane, {}).items())


def extra(items: Items) -> int:
    """How many arms a buyer has beyond the first of each item."""
    return sum(max(len(arms) - 1, 0) for arms in items)
