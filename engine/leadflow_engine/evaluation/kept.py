"""What is made of a term once and needed again for every lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")
Of = TypeVar("Of")

MOST_KEPT: Final = 50_000
"""Terms of which something is kept: a reload makes new ones, and the old ones are dropped with all others one day."""


class Kept(Generic[Of, T]):
    """What ``make`` makes of terms (or steps), each once. By a term's identity: hashing a term is dearer than
    evaluating it. The term is kept beside what was made of it, so that no other term has its identity meanwhile."""

    __slots__ = ("_found", "_make", "_most")

    def __init__(self, make: Callable[[Of], T], most: int = MOST_KEPT) -> None:
        self._make, self._most = make, most
        self._found: dict[int, tuple[Of, T]] = {}

    def __len__(self) -> int:
        return len(self._found)

    def of(self, term: Of) -> T:
        """What was made of this term."""
        found = self._found.get(id(term))
        if found is None:
            if len(self._found) >= self._most:
                self._found.clear()
            found = self._found[id(term)] = (term, self._make(term))
        return found[1]
