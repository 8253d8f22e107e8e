"""Moments as text, to the second: hundreds of those that are written share one."""

from __future__ import annotations

import datetime
from typing import Final

MOST_KNOWN: Final = 256
"""Seconds that are remembered: the present one, and the ends of windows."""

_KNOWN: dict[tuple[int, ...], str] = {}


def to_the_second(there: datetime.datetime) -> str:
    """``2026-11-20T14:41:07`` of a moment, in whatever zone it is. Half the time of ``isoformat``, which asks the zone
    for its offset; a lead writes thirty."""
    place = (there.second, there.minute, there.hour, there.day, there.month, there.year)
    known = _KNOWN.get(place)
    if known is None:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[place] = there.replace(microsecond=0, tzinfo=None).isoformat()
    return known
