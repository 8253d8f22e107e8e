"""Blocks: a thousand buyers or fewer, judged together by the slots that a lead leaves them.

What no table holds, *residual* parts, is evaluated for the buyers that are left when its turn comes, and only then.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from leadflow_engine.criteria.keys import OPEN, Key
from leadflow_engine.criteria.layout import Channel, Further, Items, Known, Layout, Residual, extra
from leadflow_engine.criteria.literals import Literal, Part, Walked
from leadflow_engine.criteria.tables import Entry, Table
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.conditions import decide

if TYPE_CHECKING:
    from leadflow_engine.lead import Lead

MOST_BUYERS: Final = 1024
"""How many buyers a block has: enough that what is done once a block is little, few enough that the best eight are
found without looking at ten thousand."""


class Block:
    """So many buyers, in order; it does not change, but for what its tables remember."""

    __slots__ = ("_items", "_known", "_layout", "_order", "_planes", "_tables", "_typecode", "count")

    def __init__(self, items: Sequence[Items], known: Known) -> None:
        self.count = len(items)
        self._items = tuple(items)
        self._known = known
        self._layout = Layout(self.count, max(map(len, items), default=0), max(map(extra, items), default=0))
        full = (1 << self._layout.planes * self.count) - 1
        self._typecode = "H" if full.bit_length() < 1 << 16 else "I"
        slots: dict[Channel, dict[Literal, array[int]]] = {}
        for buyer, of in enumerate(items):
            for channel, literal, slot in self._layout.put(buyer, of, known):
                there = slots.setdefault(channel, {})
                if literal not in there:
                    there[literal] = array(self._typecode)
                there[literal].append(slot)
        self._tables = {
            channel: Table(
                map(self._entry, of, of.values()),
                full,
                known.lists,
                self._is_personal(channel),
                known.numbered(channel),
            )
            for channel, of in slots.items()
        }
        self._settle()

    def _settle(self) -> None:
        """What judging reads, made of the layout and the tables."""
        self._planes = self._layout.items()
        self._order = tuple((subject, table.memo.get, table) for (subject, _), table in self._tables.items())

    def _is_personal(self, channel: Channel) -> bool:
        return self._known.subjects[channel[0]].personal

    def _entry(self, literal: Literal, slots: array[int]) -> Entry:
        return Entry(self._known.tests[literal.number][1], literal, slots)

    # -------------------------------------------------------------- judging

    def passing(self, keys: Sequence[Key], lead: Lead) -> int:
        """The slots that fail on no subject; a look-up that was not asked fails nothing."""
        slots = self._layout.base
        for subject, known, table in self._order:
            mask = known(keys[subject])
            if mask is None:
                mask = table.learn(keys[subject], self._known.subjects[subject].value(lead))
            slots &= mask
        return slots

    def surely(self, slots: int, keys: Sequence[Key]) -> int:
        """Of these slots those that depend on no look-up that was not asked."""
        for (subject, _), table in self._tables.items():
            if keys[subject] is OPEN:
                slots &= ~table.cover
        return slots

    def failing(self, slots: int, lead: Lead) -> tuple[list[int], int]:
        """For each item the buyers whose first failing item it is, what is open failing nobody; and those left."""
        alive = (1 << self.count) - 1
        failing = []
        for shift, residual, further in self._planes:
            passing = slots >> shift & alive
            if residual or further:
                passing = _item(passing, slots, alive, residual, further, lead, True)
            failing.append(alive ^ passing)
            alive = passing
        return failing, alive

    def left(self, slots: int, lead: Lead, may: bool) -> int:
        """The buyers that pass with every item. ``may``: what is open passes too."""
        alive = (1 << self.count) - 1
        for shift, residual, further in self._planes:
            passing = slots >> shift & alive
            if residual or further:
                passing = _item(passing, slots, alive, residual, further, lead, may)
            alive = passing
        return alive

    # -------------------------------------------------------------- patching

    def patched(self, changed: Mapping[int, Items], known: Known) -> Block:
        """The same with other items for some buyers (by their place). ``known`` knows all that this one knew."""
        items = list(self._items)
        for buyer, of in changed.items():
            items[buyer] = of
        if not all(self._layout.has_room(of) for of in changed.values()):
            return Block(items, known)
        patched = object.__new__(Block)
        patched.count, patched._items, patched._known = self.count, tuple(items), known
        patched._typecode, patched._layout = self._typecode, self._layout.copy()
        out, into = self._changes(changed, patched._layout, known)
        patched._tables = dict(self._tables)
        full = (1 << self._layout.planes * self.count) - 1
        for channel in {*out, *into}:
            table = self._tables.get(channel)
            if table is None:
                table = Table((), full, known.lists, patched._is_personal(channel))
            patched._tables[channel] = table.patched(out.get(channel, ()), into.get(channel, ()))
        patched._settle()
        return patched

    def _changes(
        self, changed: Mapping[int, Items], layout: Layout, known: Known
    ) -> tuple[dict[Channel, list[Entry]], dict[Channel, list[Entry]]]:
        """What tables lose and get; the layout is changed."""
        out: dict[Channel, list[Entry]] = {}
        into: dict[Channel, list[Entry]] = {}
        for buyer, items in changed.items():
            layout.clear(buyer)
            for found, of, at in ((out, self._items[buyer], layout.copy()), (into, items, layout)):
                for channel, literal, slot in at.put(buyer, of, known):
                    test = known.tests[literal.number][1]
                    entry = Entry(test, literal, array(self._typecode, [slot]))
                    found.setdefault(channel, []).append(entry)
        return out, into


def _item(
    passing: int,
    slots: int,
    alive: int,
    residual: Iterable[Residual],
    further: Iterable[Further],
    lead: Lead,
    may: bool,
) -> int:
    """Of the buyers alive those that pass with an item: with its first arm (``passing``, but for what is residual) or a
    further one."""
    if residual and passing:
        passing = _evaluated(residual, passing, lead, may)
    for shift, whose, left in further:
        arm = slots >> shift & whose & alive
        if left and arm:
            arm = _evaluated(left, arm, lead, may)
        passing |= arm
    return passing


def _evaluated(residual: Iterable[Residual], buyers: int, lead: Lead, may: bool) -> int:
    """Of these buyers those that pass with what no table holds."""
    for part, whose in residual:
        if buyers & whose and not _passes(part, lead, may):
            buyers &= ~whose
    return buyers


def _passes(part: Part, lead: Lead, may: bool) -> bool:
    if isinstance(part, Walked):
        held = decide(part.condition, lead.truth)
        return may if isinstance(held, Open) else held is not part.refused
    truth = lead.truth(part.number)
    return may if isinstance(truth, Open) else part.passes(truth)
