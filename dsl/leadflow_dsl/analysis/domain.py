"""Sets of values, as plain data: stretches of an ordered type, and words of a text, an enum or a boolean.

Both kinds answer the same four questions: what two have in common (``meet``), what either has (``join``), what is left
(``complement``) and whether nothing is in it (``empty``). Values between two neighbours are not counted: a set of whole
numbers between 1 and 2, both left out, does not count as empty.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl.unguarded import dataclass

Ordered: TypeAlias = Decimal | datetime.date | datetime.time | datetime.timedelta
Cut: TypeAlias = tuple[Any, int]
"""A place between values: just before one (``(value, 0)``) or just behind it (``(value, 1)``)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All values between two cuts; None where there is no end."""

    low: Cut | None = None
    high: Cut | None = None

    def holds(self, value: Ordered) -> bool:
        """Whether the value lies in it."""
        above = self.low is None or self.low <= (value, 0)
        return above and (self.high is None or (value, 0) < self.high)


EVERYTHING: Final = (Interval(),)
"""The one stretch that holds all values."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of ordered values: stretches that do not touch, from low to high."""

    pieces: tuple[Interval, ...] = EVERYTHING

    @property
    def empty(self) -> bool:
        """Whether no value is in it."""
        return not self.pieces

    def holds(self, value: Any) -> bool:
        """Whether the value is in it."""
        return any(piece.holds(value) for piece in self.pieces)

    def meet(self, other: Intervals) -> Intervals:
        """The values that are in both: one walk along both."""
        if self.pieces == EVERYTHING or other.pieces == EVERYTHING:
            return other if self.pieces == EVERYTHING else self
        found: list[Interval] = []
        here = there = 0
        while here < len(self.pieces) and there < len(other.pieces):
            one, two = self.pieces[here], other.pieces[there]
            shared = _shared(one, two)
            if shared is not None:
                found.append(shared)
            if one.high is None or (two.high is not None and two.high < one.high):
                there += 1
            else:
                here += 1
        return Intervals(tuple(found))

    def complement(self) -> Intervals:
        """The values that are not in it."""
        left: list[Interval] = []
        start: Cut | None = None
        for number, piece in enumerate(self.pieces):
            if piece.low is not None:
                left.append(Interval(start if number else None, piece.low))
            if piece.high is None:
                return Intervals(tuple(left))
            start = piece.high
        return Intervals((*left, Interval(start, None)))

    def join(self, other: Intervals) -> Intervals:
        """The values that are in either."""
        return self.complement().meet(other.complement()).complement()


def _shared(one: Interval, two: Interval) -> Interval | None:
    low = two.low if one.low is None else one.low if two.low is None else max(one.low, two.low)
    high = two.high if one.high is None else one.high if two.high is None else min(one.high, two.high)
    return None if low is not None and high is not None and low >= high else Interval(low, high)


@dataclass(frozen=True, slots=True)
class Words:
    """A set of words: these (``all_but`` false), or all but these. Texts stand folded, booleans
    as ``true`` and ``false``."""

    words: frozenset[str] = frozenset()
    all_but: bool = True

    @property
    def empty(self) -> bool:
        """Whether no word is in it."""
        return not self.all_but and not self.words

    @property
    def any(self) -> bool:
        """Whether every word is in it."""
        return self.all_but and not self.words

    def holds(self, value: str) -> bool:
        """Whether the word is in it."""
        return (value in self.words) is not self.all_but

    def meet(self, other: Words) -> Words:
        """The words that are in both."""
        if other.any:
            return self  # the sets of long lists are not copied
        if self.any:
            return other
        if self.all_but and other.all_but:
            return Words(self.words | other.words)
        if not self.all_but and not other.all_but:
            return Words(self.words & other.words, False)
        said, without = (other, self) if self.all_but else (self, other)
        return Words(said.words - without.words, False)

    def complement(self) -> Words:
        """The words that are not in it."""
        return Words(self.words, not self.all_but)

    def join(self, other: Words) -> Words:
        """The words that are in either."""
        return self.complement().meet(other.complement()).complement()


Domain: TypeAlias = Intervals | Words
ANY_ORDERED: Final = Intervals()
ANY_WORD: Final = Words()
BOOLEANS: Final = Words(frozenset(("true", "false")), False)


def point(value: Ordered) -> Intervals:
    """The set of one value."""
    return Intervals((Interval((value, 0), (value, 1)),))


def points(values: Iterable[Ordered]) -> Intervals:
    """The set of these values."""
    return Intervals(tuple(Interval((value, 0), (value, 1)) for value in sorted(set(values))))


MOST_PIECES: Final = 32
MOST_WORDS: Final = 1000
"""Beyond so many a set is only known roughly, so that a flow of thousands of numbers is still weighed in a moment."""


def rough(domain: Domain) -> Domain:
    """The set itself, or one around it that is easily handled: all between its ends, any word."""
    if isinstance(domain, Words):
        return domain if len(domain.words) <= MOST_WORDS else ANY_WORD
    if len(domain.pieces) <= MOST_PIECES:
        return domain
    return Intervals((Interval(domain.pieces[0].low, domain.pieces[-1].high),))


def below(value: Ordered, included: bool) -> Intervals:
    """All values less than one, and it as well where ``included``."""
    return Intervals((Interval(None, (value, int(included))),))


def above(value: Ordered, included: bool) -> Intervals:
    """All values greater than one, and it as well where ``included``."""
    return Intervals((Interval((value, int(not included)), None),))


def between(low: Ordered | None, high: Ordered | None) -> Intervals:
    """All values from ``low`` to ``high``, both included; None where there is no end."""
    start = ANY_ORDERED if low is None else above(low, True)
    return start if high is None else start.meet(below(high, True))


def words(values: Iterable[str]) -> Words:
    """The set of these words, without regard to case and outer white space."""
    return Words(frozenset({folded(value) for value in values}), False)  # copied, it is half as large


def folded(text: str) -> str:
    """A text as comparisons see it; itself where it is so already, as a million ZIP codes are."""
    found = text.strip().casefold()
    return text if found == text else found


def meet(one: Domain, two: Domain) -> Domain:
    """The values that are in both, of two sets of one kind."""
    if isinstance(one, Intervals) and isinstance(two, Intervals):
        return one.meet(two)
    if isinstance(one, Words) and isinstance(two, Words):
        return one.meet(two)
    raise TypeError("sets of two kinds")


def join(one: Domain, two: Domain) -> Domain:
    """The values that are in either, of two sets of one kind."""
    return meet(one.complement(), two.complement()).complement()
