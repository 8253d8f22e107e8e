"""Days of the calendar, as people write them.

Of ``03/04/2020`` nobody can know whether it is a day in March or in April. The rule: in the United States
the month comes first; elsewhere such a date is invalid, unless the flow says its order. Where only one order
gives a day (``25/12/2020``, ``04/04/2020``) it is read in every country. Years have four digits: of
``03/04/05`` nothing is certain. A weekday that is not the day's makes a date invalid: one of the two is wrong.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Final

from leadflow_dsl.date_patterns import date_pattern
from leadflow_dsl.types import WEEKDAYS

MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})( ?[-/.] ?)(\d{1,2})\2(\d{4})", re.ASCII)
_EIGHT = re.compile(r"\d{8}", re.ASCII)
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*)[,.]? ", re.ASCII)
_MONTH, _OF_MONTH, _YEAR = (
    r"(?P<month>[a-z]{3,9})\.?",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?",
    r"(?P<year>\d{4})",
)
_WORDS: Final = (
    re.compile(rf"{_MONTH}[ /-](?:the )?{_OF_MONTH},?[ /-]{_YEAR}", re.ASCII),
    re.compile(rf"{_OF_MONTH}(?:[ /-](?:of )?)?{_MONTH}(?:,?[ /-])?{_YEAR}", re.ASCII),
    re.compile(rf"{_YEAR}[ /-]{_MONTH}[ /-]{_OF_MONTH}", re.ASCII),
)


def _day(year: str | int, month: str | int, day: str | int) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _numbered(first: str, second: str, year: str, country: str) -> datetime.date | None:
    """A day whose order of month and day is not said."""
    month_first, day_first = _day(year, first, second), _day(year, second, first)
    if month_first and day_first and month_first != day_first:
        return month_first if country == "US" else None
    return month_first or day_first


def _eight_digits(text: str, country: str) -> datetime.date | None:
    """``20200304``; ``03042020`` (no month begins with 19 or 20, so that the two cannot be taken for each
    other)."""
    if text[:2] in {"19", "20"}:
        return _day(text[:4], text[4:6], text[6:])
    return _numbered(text[:2], text[2:4], text[4:], country)


def day_of(text: str, country: str) -> datetime.date | None:
    """A day as people write it; None where the text is none, or could be two."""
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[3], match[4])
    lowered = text.lower().replace("–", "-")
    named = _WEEKDAY.match(lowered)
    day = _bare_day(lowered[named.end() :] if named else lowered, country)
    return None if day and named and WEEKDAYS[day.weekday()] != named[1] else day


def _bare_day(text: str, country: str) -> datetime.date | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[3], match[4])
    if match := _YEAR_LAST.fullmatch(text):
        return _numbered(match[1], match[3], match[4], country)
    if _EIGHT.fullmatch(text):
        return _eight_digits(text, country)
    return _with_a_word(text)


def _with_a_word(text: str) -> datetime.date | None:
    for pattern in _WORDS:
        match = pattern.fullmatch(text)
        month = MONTHS.get(match["month"]) if match else None
        if match and month:
            return _day(match["year"], month, match["day"])
    return None


# ------------------------------------------------------------------ days whose order somebody said


def day_by(text: str, pattern: str, this_year: int) -> datetime.date | None:
    """A day by a pattern (``DD/MM/YYYY``, ``DDMMYY``); None where the text is not so, or the pattern is none.

    A single digit will do for ``DD`` and ``MM`` where something stands between them. A year of two digits is
    the latest that is not after ``this_year``.
    """
    compiled = date_pattern(pattern)
    match = compiled.fullmatch(" ".join(text.lower().split())) if compiled else None
    if not match:
        return None
    found = match.groupdict()
    month = found.get("month") or MONTHS.get(found.get("word") or "", 0)
    year = int(found.get("year") or _century(int(found["short"]), this_year))
    return _day(year, month, found["day"])


def _century(short: int, this_year: int) -> int:
    year = this_year - this_year % 100 + short
    return year if year <= this_year else year - 100
