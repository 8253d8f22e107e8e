"""When a batch closes: by a time that has passed since its first lead, or at a time of the buyer's day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

DAY = datetime.timedelta(days=1)


def closes_at(
    opened: datetime.datetime, every: float | None, at: Iterable[str], zone: str
) -> datetime.datetime | None:
    """The earlier of ``every`` seconds after ``opened`` (aware) and the next of the local times ``at`` (``HH:MM``) of
    ``zone``, in UTC; None where neither is said: then only its size closes it.

    A time that the clocks skip is the moment that much after the gap began; one that they repeat is the first."""
    found = [_next(opened, datetime.time.fromisoformat(each), ZoneInfo(zone)) for each in at]
    if every is not None:
        found.append(opened + datetime.timedelta(seconds=every))
    return min(found, default=None)


def _next(after: datetime.datetime, time: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    today = after.astimezone(zone).date()
    moments = (
        datetime.datetime.combine(today + DAY * days, time, tzinfo=zone).astimezone(datetime.UTC)
        for days in range(3)
    )
    return next(moment for moment in moments if moment > after)
