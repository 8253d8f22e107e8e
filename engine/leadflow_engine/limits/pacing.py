"""Paced caps: of a cap's number so much may be used as of its window has passed, and a little beforehand."""

from __future__ import annotations

import datetime

from leadflow_engine.limits.windows import Window

ALLOWANCE = 20
"""One part in so many of a cap's number may be used before its time, and always one."""

TICK = datetime.timedelta(microseconds=1)


def allowed(maximum: int, span: Window, at: datetime.datetime) -> int:
    """How much of ``maximum`` may be used by ``at`` in its window."""
    passed = maximum * ((at - span.start) // TICK) // ((span.end - span.start) // TICK)
    return min(maximum, passed + _allowance(maximum))


def allowed_from(maximum: int, span: Window, wanted: int) -> datetime.datetime:
    """From when on ``wanted`` of ``maximum`` may be used: the window's end where that is more than its number."""
    if wanted > maximum:
        return span.end
    due = max(0, wanted - _allowance(maximum))
    return span.start - (-due * ((span.end - span.start) // TICK) // maximum) * TICK


def _allowance(maximum: int) -> int:
    return -(-maximum // ALLOWANCE)
