"""Clocks: the real one, and one that only moves when it is told to."""

from __future__ import annotations

import datetime


class RealClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        return datetime.datetime.now(datetime.UTC)


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime.datetime) -> None:
        self.at = at

    def now(self) -> datetime.datetime:
        """The moment it was moved to last."""
        return self.at
