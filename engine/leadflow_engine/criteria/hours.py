"""Hours of many buyers: those that keep the same hours are looked at once, and again only when they change."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from leadflow_engine.limits.hours import closed_for

if TYPE_CHECKING:
    from leadflow_engine.plan import PlannedBuyer

Closed: TypeAlias = tuple[int, str, datetime.datetime]
"""Buyers that are closed, the reason, and until when (UTC)."""


class Hours:
    """The hours of a group of buyers (each a bit); ``some`` are those that have any. What they are is kept until the
    first of them opens or closes."""

    __slots__ = ("_alike", "_kept", "some")

    def __init__(self, buyers: Mapping[int, PlannedBuyer]) -> None:
        alike: dict[tuple[Any, ...], int] = {}
        for bit, planned in buyers.items():
            if keeps_hours(planned):
                hours = planned.buyer.openings, planned.closed_on, planned.buyer.timezone
                alike[hours] = alike.get(hours, 0) | bit
        self._alike = tuple(alike.items())
        self.some = sum(alike.values())  # nobody is in two
        never = datetime.datetime.max.replace(tzinfo=datetime.UTC)
        self._kept: tuple[datetime.datetime, datetime.datetime, tuple[Closed, ...]] = (never, never, ())

    def closed(self, at: datetime.datetime) -> tuple[Closed, ...]:
        """Who is closed at ``at`` (aware)."""
        if not self._alike:
            return ()
        begin, end, closed = self._kept
        if begin <= at < end:
            return closed
        found, ends = [], []
        for (openings, closed_on, zone), buyers in self._alike:
            until, same_before = closed_for(openings, closed_on, zone, at)
            ends.append(same_before)
            if until is not None:
                local = until.astimezone(ZoneInfo(zone))
                found.append((buyers, f"closed until {local:%a %H:%M}", until))
        self._kept = at, min(ends), tuple(found)
        return self._kept[2]


def keeps_hours(planned: PlannedBuyer) -> bool:
    """Is this buyer closed at times?"""
    return any(item.kind == "closed" for item in planned.items)
