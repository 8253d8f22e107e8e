"""Call windows: when people may be called, by their state and their own time. Pure functions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from leadflow_dsl.model import CallRule, CallWindow


def may_call(window: CallWindow, state: str, here: datetime.datetime) -> bool:
    """Whether a person in ``state`` (a code) may be called at ``here``, the local time of that person.

    The state's rows for that day decide, those with the latest first day before others; a day for which it has none is
    decided by the default; where there is no row at all, nobody is called.
    """
    for of in (state, ""):
        rows = _newest(rule for rule in window.rules if rule.state == of and _counts(rule, here))
        if rows:
            return any(_open(rule, here.time()) for rule in rows)
    return False


def _counts(rule: CallRule, here: datetime.datetime) -> bool:
    day = here.date()
    begun = rule.first is None or rule.first <= day
    return (
        begun and (rule.last is None or day <= rule.last) and (not rule.days or here.weekday() in rule.days)
    )


def _newest(rows: Iterable[CallRule]) -> list[CallRule]:
    found = list(rows)
    latest = max((rule.first or datetime.date.min for rule in found), default=None)
    return [rule for rule in found if (rule.first or datetime.date.min) == latest]


def _open(rule: CallRule, time: datetime.time) -> bool:
    if rule.start is None or rule.end is None:
        return False
    if rule.start < rule.end or rule.end == datetime.time(0):
        return rule.start <= time and (time < rule.end or rule.end == datetime.time(0))
    return time >= rule.start or time < rule.end
