"""A group of buyers that are judged together, those of a stage: their index, and what else of them is a set of bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import compress
from typing import TYPE_CHECKING, Final

from leadflow_engine.criteria.hours import Hours, keeps_hours
from leadflow_engine.criteria.index import Index, first_places

if TYPE_CHECKING:
    from leadflow_engine.plan import Plan, PlannedBuyer

BESIDE: Final = 15
"""The digit (F) of a buyer whose reason stands in a record of its own."""


class Group:
    """Buyers in the order of their stage; the first is the highest bit.

    ``mute`` are those that cannot be told that a lead is a test, ``exclusive`` those that share with nobody,
    ``sharing`` those of each ``group``, of which one alone has a lead; ``needs`` are those that want each look-up;
    ``steady`` those whose verdict nothing changes while a lead runs."""

    __slots__ = (
        "_form",
        "_runs",
        "_total",
        "_zeros",
        "bits",
        "count",
        "exclusive",
        "full",
        "hours",
        "index",
        "mute",
        "names",
        "needs",
        "sharing",
        "steady",
    )

    def __init__(self, plan: Plan, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.index = Index(plan, self.names)
        self.count = len(self.names)
        self.full = (1 << self.count) - 1
        self.bits = {name: 1 << self.count - place for place, name in enumerate(self.names, start=1)}
        self._total = len(plan.buyers)
        self._form = f"0{self.count}b"
        self._zeros = int.from_bytes(b"0" * self.count, "big")
        self._runs = tuple(_runs([plan.buyers[name].position for name in self.names]))
        self.mute = self.exclusive = self.steady = 0
        self.sharing: dict[str, int] = {}
        self.needs: dict[str, int] = {}
        self._put(plan, self.names)
        self.hours = Hours(self._buyers(plan))

    def _buyers(self, plan: Plan) -> dict[int, PlannedBuyer]:
        return {bit: plan.buyers[name] for name, bit in self.bits.items()}

    def _put(self, plan: Plan, names: Iterable[str]) -> None:
        """Put buyers into the sets to which they belong."""
        for name in names:
            bit, planned = self.bits[name], plan.buyers[name]
            buyer = planned.buyer
            self.mute |= 0 if buyer.test_fields or buyer.test_url else bit
            self.exclusive |= bit if buyer.exclusive else 0
            self.steady |= bit if plan.is_steady(planned) else 0
            if buyer.group:
                self.sharing[buyer.group] = self.sharing.get(buyer.group, 0) | bit
            for need in buyer.needs:
                self.needs[need] = self.needs.get(need, 0) | bit

    def patched(self, plan: Plan, changed: Iterable[str]) -> Group:
        """The same for a plan of which only these buyers are others (``Index.patched``)."""
        inside = [name for name in changed if name in self.bits]
        patched = copy(self)
        patched.index = self.index.patched(plan, inside)
        gone = ~self.set_of(inside)
        patched.mute, patched.exclusive, patched.steady = (
            self.mute & gone,
            self.exclusive & gone,
            self.steady & gone,
        )
        patched.sharing = {name: left for name, some in self.sharing.items() if (left := some & gone)}
        patched.needs = {name: left for name, some in self.needs.items() if (left := some & gone)}
        patched._put(plan, inside)
        if self.hours.some & ~gone or any(keeps_hours(plan.buyers[name]) for name in inside):
            patched.hours = Hours(patched._buyers(plan))
        return patched

    def set_of(self, names: Iterable[str]) -> int:
        """Those of these names that are of the group."""
        if names is self.names:
            return self.full
        bits = 0
        for name in names:
            bits |= self.bits.get(name, 0)
        return bits

    def among(self, bits: int) -> list[str]:
        """The names in a set, in order."""
        if bits.bit_count() * _CROWDED < self.count:
            return [self.names[place] for place in first_places(bits, self.count)]
        return list(compress(self.names, format(bits, self._form).encode().translate(_TRUTHS)))

    def digits(self, failing: Sequence[int], beside: int) -> str:
        """A hex digit for each buyer of the plan: the number of its first failing item, ``F`` for those ``beside`` and
        from the fifteenth item on, 0 for everybody else.

        The four bits of all digits are put together as sets; a set written in base 2 has a byte for each buyer, and
        such bytes add up to digits: 8 us for 1,000 buyers, where a digit a buyer takes 90."""
        parts = [beside] * 4
        for number, out in enumerate(failing, start=1):
            if out:
                for power in _POWERS[min(number, BESIDE)]:
                    parts[power] |= out
        value, form = 0, self._form
        weight = -1
        for power, part in enumerate(parts):
            if part:
                value += int.from_bytes(format(part, form).encode(), "big") << power
                weight += 1 << power
        value -= self._zeros * weight  # "0" is 48, and every digit has it once
        told = value.to_bytes(self.count, "big").translate(_DIGITS).decode()
        return told if self._runs == ((0, self._total),) else self._spread(told)

    def _spread(self, told: str) -> str:
        """The group's digits at their buyers' places in the plan."""
        spread = bytearray(b"0" * self._total)
        begin = 0
        for place, length in self._runs:
            spread[place : place + length] = told[begin : begin + length].encode()
            begin += length
        return spread.decode()


_CROWDED: Final = 12
"""From this share on it takes less to write all of a set's bits than to find those that are there."""

_TRUTHS: Final = bytes.maketrans(b"01", b"\0\1")
_DIGITS: Final = bytes.maketrans(bytes(range(58, 64)), b"ABCDEF")
"""Behind 9 come other signs than letters."""

_POWERS: Final = tuple(
    tuple(power for power in range(4) if number >> power & 1) for number in range(BESIDE + 1)
)


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Positions that follow one another, as their first and how many they are."""
    begin = 0
    for place in range(1, len(positions) + 1):
        if place == len(positions) or positions[place] != positions[place - 1] + 1:
            yield positions[begin], place - begin
            begin = place
