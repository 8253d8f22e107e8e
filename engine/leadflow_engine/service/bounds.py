"""How much the service takes at once, and how fast: what is beyond is refused at once, with a time to try again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from leadflow_engine.service.settings import Rate


@dataclass(slots=True)
class Bucket:
    """Calls that a rate still allows. It fills steadily, up to what the rate says at once (of a rate by minute or
    longer: up to what it says in ten seconds, at least ten)."""

    rate: Rate
    level: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self._most

    @property
    def _most(self) -> float:
        per_second = self.rate.calls / self.rate.seconds
        return min(
            float(self.rate.calls), max(10.0, per_second * 10.0 if self.rate.seconds > 1 else per_second)
        )

    def wait(self, now: float) -> int:
        """Take one call at this time (seconds of any clock that only goes on): 0, or after how many seconds one more is
        taken."""
        per_second = self.rate.calls / self.rate.seconds
        self.level = min(self._most, self.level + max(0.0, now - self.at) * per_second)
        self.at = now
        if self.level >= 1.0:
            self.level -= 1.0
            return 0
        return math.ceil((1.0 - self.level) / per_second)


@dataclass(slots=True)
class Room:
    """How many calls are being dealt with, in all and by source."""

    most: int
    taken: int = 0
    by_source: Counter[str] = field(default_factory=Counter)

    def is_full(self) -> bool:
        """Is there room for nobody?"""
        return self.taken >= self.most

    def is_free(self, source: str, most: int) -> bool:
        """Is there room for one more call of a source that may have ``most``?"""
        return self.taken < self.most and self.by_source[source] < most

    def take(self, source: str) -> None:
        """One more call of this source is dealt with."""
        self.taken += 1
        self.by_source[source] += 1

    def leave(self, source: str) -> None:
        """One that was dealt with has ended."""
        self.taken -= 1
        self.by_source[source] -= 1

    @contextmanager
    def one(self, source: str) -> Iterator[None]:
        """A call of this source is dealt with while the block runs."""
        self.take(source)
        try:
            yield
        finally:
            self.leave(source)
