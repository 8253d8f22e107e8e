"""When a buyer is open: its hours and closed days, in its own time zone, across daylight-saving changes."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadflow_dsl.model import Calendar, Opening
from leadflow_engine.limits.windows import first_moment

LOOK_AHEAD = datetime.timedelta(days=400)
"""How far the next opening is looked for: past every yearly holiday."""


@lru_cache(maxsize=64)
def _federal_holidays(year: int) -> frozenset[datetime.date]:
    import holidays

    return frozenset(holidays.country_holidays("US", years=year))


BUILTIN: dict[str, Callable[[int], frozenset[datetime.date]]] = {"us_federal_holidays": _federal_holidays}


@dataclass(frozen=True, slots=True)
class Hours:
    """When a buyer is open: no ``openings`` mean the whole of every day that is not closed."""

    openings: tuple[Opening, ...]
    closed_on: tuple[Calendar | datetime.date, ...]
    zone: str

    def closed_until(self, at: datetime.datetime) -> datetime.datetime | None:
        """``None`` where it is open at ``at`` (aware); else when it opens next, in UTC."""
        return closed_until(self.openings, self.closed_on, self.zone, at)


def is_closed_day(day: datetime.date, closed_on: tuple[Calendar | datetime.date, ...]) -> bool:
    """Is this a day on which nothing opens? Builtin calendars are those of the ``holidays`` library."""
    for entry in closed_on:
        if isinstance(entry, Calendar):
            days = BUILTIN[entry.name](day.year) if entry.builtin else entry.dates
            if day in days:
                return True
        elif day == entry:
            return True
    return False


def closed_until(
    openings: tuple[Opening, ...],
    closed_on: tuple[Calendar | datetime.date, ...],
    zone: str,
    at: datetime.datetime,
) -> datetime.datetime | None:
    """``None`` where it is open at ``at`` (aware); else when it opens next, in UTC.

    No hours at all mean the whole of every day that is not closed. Where nothing opens within ``LOOK_AHEAD``, that end.
    """
    return closed_for(openings, closed_on, zone, at)[0]


def closed_for(
    openings: tuple[Opening, ...],
    closed_on: tuple[Calendar | datetime.date, ...],
    zone: str,
    at: datetime.datetime,
) -> tuple[datetime.datetime | None, datetime.datetime]:
    """What ``closed_until`` gives, and the moment before which it gives the same."""
    tz = ZoneInfo(zone)
    today = at.astimezone(tz).date()
    end_of_search = (at + LOOK_AHEAD).astimezone(tz).date()
    day = today - datetime.timedelta(days=1)  # an opening of yesterday may run past midnight
    while day <= end_of_search:
        for start, end in _openings_of(day, openings, closed_on, tz):
            if start <= at < end:
                return None, end
            if start > at:
                return start, start
        day += datetime.timedelta(days=1)
    return at + LOOK_AHEAD, at


def _openings_of(
    day: datetime.date,
    openings: tuple[Opening, ...],
    closed_on: tuple[Calendar | datetime.date, ...],
    tz: ZoneInfo,
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """The spans that begin on a day, in UTC, earliest first."""
    if is_closed_day(day, closed_on):
        return
    tomorrow = day + datetime.timedelta(days=1)
    midnight = datetime.time(0)
    if not openings:
        yield _utc(day, midnight, tz), _utc(tomorrow, midnight, tz)
        return
    spans = [
        (_utc(day, o.start, tz), _utc(tomorrow if o.end <= o.start else day, o.end, tz))
        for o in openings
        if day.weekday() in o.days
    ]
    # one that the clock leaps over whole is none
    yield from sorted(span for span in spans if span[0] < span[1])


def _utc(day: datetime.date, time: datetime.time, tz: ZoneInfo) -> datetime.datetime:
    """A local moment in UTC: the first at which the clock reads it, or leaps over it."""
    return first_moment(datetime.datetime.combine(day, time), tz)
