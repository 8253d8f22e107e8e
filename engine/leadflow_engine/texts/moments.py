"""Moments as text, to the second: hundreds of those that are written share one."""

from __future__ import annotations

import datetime
from typing import Final

MOST_KNOWN: Final = 256
"""Seconds that are remembered: the present one, and the ends of windows."""

_KNOWN: dict[tuple[int, ...], str] = {}
_last = (datetime.datetime(1, 1, 1, tzinfo=datetime.UTC), "0001-01-01T00:00:00")
"""The second in UTC that was new last: it is the present one, nearly always."""


def to_the_second(there: datetime.datetime) -> str:
    """``2026-11-20T14:41:07`` of a moment, in whatever zone it is. Half the time of ``isoformat``, which asks the zone
    for its offset; a lead writes thirty."""
    global _last
    second, text = _last
    if there.tzinfo is datetime.UTC:  # of the present second, as most are
        since = there - second
        if not (since.days or since.seconds):
            return text
    place = (there.second, there.minute, there.hour, there.day, there.month, there.year)
    known = _KNOWN.get(place)
    if known is None:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[place] = there.replace(microsecond=0, tzinfo=None).isoformat()
        if there.tzinfo is datetime.UTC:
            _last = there.replace(microsecond=0), known
    return known
