"""Dates, times and numbers written by a pattern, for the function ``format``.

Of a moment: ``YYYY YY MMMM MMM MM M DD D dddd ddd HH H hh h mm ss A a Z``; what stands in ``[...]``, and
every character that is no such token, is taken as it is. Of a number: ``0`` (whole), ``0,0`` (thousands
apart), ``000`` (at least so many digits), each with ``.00`` behind it for the places, and any text around
it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

LONGEST_PATTERN: Final = 256

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_OF_DAY: Final[Mapping[str, Callable[[Any], str]]] = {
    "YYYY": lambda day: f"{day.year:04}",
    "YY": lambda day: f"{day.year % 100:02}",
    "MMMM": lambda day: MONTHS[day.month - 1],
    "MMM": lambda day: MONTHS[day.month - 1][:3],
    "MM": lambda day: f"{day.month:02}",
    "M": lambda day: str(day.month),
    "DD": lambda day: f"{day.day:02}",
    "D": lambda day: str(day.day),
    "dddd": lambda day: DAYS[day.weekday()],
    "ddd": lambda day: DAYS[day.weekday()][:3],
}
_OF_CLOCK: Final[Mapping[str, Callable[[Any], str]]] = {
    "HH": lambda clock: f"{clock.hour:02}",
    "H": lambda clock: str(clock.hour),
    "hh": lambda clock: f"{clock.hour % 12 or 12:02}",
    "h": lambda clock: str(clock.hour % 12 or 12),
    "mm": lambda clock: f"{clock.minute:02}",
    "ss": lambda clock: f"{clock.second:02}",
    "A": lambda clock: "PM" if clock.hour >= 12 else "AM",
    "a": lambda clock: "pm" if clock.hour >= 12 else "am",
}
_TOKEN = re.compile(
    r"\[([^\]]*)\]|(" + "|".join(sorted((*_OF_DAY, *_OF_CLOCK, "Z"), key=len, reverse=True)) + ")"
)
_NUMBER = re.compile(r"([^0]*)(0,0|0+)(?:\.(0+))?([^0]*)")


def _offset(moment: Any) -> str | None:
    """The distance from UTC (``-05:00``); None for what has no zone."""
    offset = moment.utcoffset() if isinstance(moment, datetime.datetime) else None
    if offset is None:
        return None
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _piece(token: str, moment: datetime.date | datetime.time) -> str | None:
    if token == "Z":
        return _offset(moment)
    if token in _OF_DAY:
        return None if isinstance(moment, datetime.time) else _OF_DAY[token](moment)
    is_day = isinstance(moment, datetime.date) and not isinstance(moment, datetime.datetime)
    return _OF_CLOCK[token](datetime.time() if is_day else moment)


def format_moment(moment: datetime.date | datetime.time, pattern: str) -> str | None:
    """A date, time or moment by a pattern; None where it has not what the pattern asks for (a time has no
    month).

    A date's time of day is midnight.
    """
    if len(pattern) > LONGEST_PATTERN:
        return None
    pieces: list[str | None] = []
    end = 0
    for match in _TOKEN.finditer(pattern):
        pieces.append(pattern[end : match.start()])
        pieces.append(_piece(match[2], moment) if match[2] else match[1])
        end = match.end()
    pieces.append(pattern[end:])
    return None if None in pieces else "".join(piece for piece in pieces if piece)


def format_number(number: Decimal, pattern: str) -> str | None:
    """A number by a pattern, halves rounded to even; None where the pattern is none, or the number too
    large."""
    match = _NUMBER.fullmatch(pattern) if len(pattern) <= LONGEST_PATTERN else None
    if not match:
        return None
    before, whole, places, behind = match[1], match[2], len(match[3] or ""), match[4]
    try:
        rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    except InvalidOperation:
        return None
    digits = format(abs(rounded), ",f" if "," in whole else "f")
    width = len(whole) + (places + 1 if places else 0)
    padded = digits if "," in whole else digits.zfill(width)
    return f"{'-' if rounded < 0 else ''}{before}{padded}{behind}"
