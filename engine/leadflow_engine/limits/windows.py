"""Calendar windows: from when to when ``cap 50 per hour`` counts, in a named time zone.

A window begins where the local clock *first* reads its start. So windows follow each other without gap or
overlap on every day of the year, and an hour that the clock repeats in autumn is one window of two hours: a
buyer that counts by what its own clock shows never sees a cap exceeded.

Seconds, minutes and lengths of time that are not whole days (``90m``) are elapsed time; whole days (``7d``)
are calendar days. Both are counted from 1970-01-01 00:00 in the zone.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

UTC = datetime.UTC
EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001  on no zone's clock: a wall clock's reading
EVER = datetime.datetime(9999, 12, 31, tzinfo=UTC)
SECOND = datetime.timedelta(seconds=1)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` up to, not including, ``end``; both aware, in UTC."""

    start: datetime.datetime
    end: datetime.datetime

    def __contains__(self, at: datetime.datetime) -> bool:
        return self.start <= at < self.end

    @property
    def endless(self) -> bool:
        """Whether this is the one window of ``total``."""
        return self.end == EVER


@dataclass(frozen=True, slots=True)
class Calendar:
    """A unit of the calendar: the number of the one that a local time lies in, and the local start of a
    number."""

    number: Callable[[datetime.datetime], int]
    start: Callable[[int], datetime.datetime]


def _stride(length: datetime.timedelta, origin: datetime.datetime = EPOCH) -> Calendar:
    return Calendar(lambda wall: (wall - origin) // length, lambda n: origin + n * length)


def _month_start(number: int) -> datetime.datetime:
    return EPOCH.replace(number // 12, number % 12 + 1)


CALENDARS: Final[Mapping[str, Calendar]] = {
    "hour": _stride(datetime.timedelta(hours=1)),
    "day": _stride(DAY),
    "week": _stride(7 * DAY, EPOCH.replace(1969, 12, 29)),  # a Monday
    "month": Calendar(lambda wall: wall.year * 12 + wall.month - 1, _month_start),
}
ELAPSED: Final[Mapping[str, datetime.timedelta]] = {"second": SECOND, "minute": 60 * SECOND}
UNITS: Final[Mapping[str, datetime.timedelta]] = {
    "ms": SECOND / 1000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": DAY,
    "w": 7 * DAY,
}
PERIODS: Final = ("second", "minute", "hour", "day", "week", "month", "total")
"""The named periods; a length of time as text (``90m``, ``7d``) is one too."""

_LENGTH = re.compile(r"(\d+)(ms|[smhdw])")


def window(period: str, zone: str, at: datetime.datetime) -> Window:
    """The window of ``period`` in the IANA zone that holds ``at`` (aware).

    Raises ``ValueError`` for a period that is none, ``ZoneInfoNotFoundError`` for an unknown zone.
    """
    at = at.astimezone(UTC)
    recent = _recent.get((period, zone))
    if recent is None or at not in recent:
        recent = _recent[period, zone] = _window(period, zone, at)
    return recent


_recent: Final[dict[tuple[str, str], Window]] = {}
"""The window last asked for: leads come in the order of time, so that it is nearly always the one."""


def _window(period: str, zone: str, at: datetime.datetime) -> Window:
    if period == "total":
        return Window(EPOCH.replace(tzinfo=UTC), EVER)
    calendar = CALENDARS.get(period)
    length = ELAPSED.get(period) or (None if calendar else _length(period))
    if calendar is None and length is not None and length % DAY:
        return _elapsed(length, zone, at)
    return _calendar(calendar or _stride(length or DAY), ZoneInfo(zone), at)


def windows(period: str, zone: str, at: datetime.datetime, timeout: float = 0.0) -> tuple[Window, ...]:
    """The window of ``at`` and, where an answer that takes up to ``timeout`` seconds may fall into later
    ones, those."""
    found = [window(period, zone, at)]
    last = at + datetime.timedelta(seconds=timeout)
    while timeout and last >= found[-1].end:
        found.append(window(period, zone, found[-1].end))
    return tuple(found)


def rolling(period: str, zone: str, at: datetime.datetime, timeout: float = 0.0) -> Window:
    """From ``at`` for as long as something that happens then counts in a rolling window of ``period``.

    Days, weeks and months end when the zone's clock shows the same time again (a month after the 31st on its last
    day). An answer that takes up to ``timeout`` seconds may be counted so much later, and is counted as long."""
    at = at.astimezone(UTC)
    wait = datetime.timedelta(seconds=timeout)
    if period in ELAPSED or period == "hour":
        return Window(at, at + (ELAPSED.get(period) or 3600 * SECOND) + wait)
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    if period == "month":
        return Window(at, first_moment(_next_month(wall), ZoneInfo(zone)) + wait)
    length = {"day": DAY, "week": 7 * DAY}.get(period) or _length(period)
    if length % DAY:
        return Window(at, at + length + wait)
    return Window(at, max(first_moment(wall + length, ZoneInfo(zone)), at) + wait)


def _next_month(wall: datetime.datetime) -> datetime.datetime:
    start = _month_start(wall.year * 12 + wall.month)
    last = (_month_start(start.year * 12 + start.month) - DAY).day
    return wall.replace(year=start.year, month=start.month, day=min(wall.day, last))


def _length(period: str) -> datetime.timedelta:
    found = _LENGTH.fullmatch(period)
    length = int(found[1]) * UNITS[found[2]] if found else datetime.timedelta(0)
    if not length:
        raise ValueError(
            f"`{period}` is no period: use one of {', '.join(PERIODS)}, or a length of time such as 90m"
        )
    return length


def _elapsed(length: datetime.timedelta, zone: str, at: datetime.datetime) -> Window:
    origin = _origin(zone)
    start = origin + (at - origin) // length * length
    return Window(start, start + length)


@lru_cache(maxsize=512)
def _origin(zone: str) -> datetime.datetime:
    return first_moment(EPOCH, ZoneInfo(zone))


def _calendar(calendar: Calendar, zone: ZoneInfo, at: datetime.datetime) -> Window:
    number = calendar.number(at.astimezone(zone).replace(tzinfo=None))
    start, end = (first_moment(calendar.start(n), zone) for n in (number, number + 1))
    while at >= end:  # the clock went back over the start of a window: that window had begun already
        number += 1
        start, end = end, first_moment(calendar.start(number + 1), zone)
    return Window(start, end)


@lru_cache(maxsize=8192)
def first_moment(wall: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The first moment at which the zone's clock reads ``wall`` or, where it leaps over it, the moment of
    the leap."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return early
    before = wall.replace(tzinfo=zone, fold=1).astimezone(
        UTC
    )  # in a gap the two readings lie around the leap
    while early - before > SECOND:
        middle = before + (early - before) // 2 // SECOND * SECOND
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            early = middle
    return early
