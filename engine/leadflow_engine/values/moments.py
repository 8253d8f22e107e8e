"""Dates, times of day, moments and days of birth."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadflow_dsl.terms import Type
from leadflow_dsl.types import WEEKDAYS
from leadflow_engine.values.days import day_of
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, one_line, short_text

OLDEST: Final = 130
"""Years: nobody is older."""
ZONES: Final[Mapping[str, int]] = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
}
"""Hours from UTC of the abbreviations that mean one thing in the mail standards and on forms in North
America."""


# ------------------------------------------------------------------ times of day

_CLOCK = re.compile(
    r"(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(?:(a|p)\.?m?\.?)?",
    re.ASCII | re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def clock_of(text: str) -> datetime.time | None:
    """A time of day: ``08:00``, ``20:00:30``, ``8pm``, ``8:30 p.m.``; a bare hour needs its am or pm."""
    match = _CLOCK.fullmatch(text)
    if not match or (match[2] is None and match[5] is None):
        return None
    hour = _hour(int(match[1]), (match[5] or "").lower())
    micro = int((match[4] or "0").ljust(6, "0")[:6])
    try:
        return datetime.time(hour, int(match[2] or 0), int(match[3] or 0), micro)
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int:
    """The hour of the day; 99, which no clock has, for one like 13 pm."""
    if not half:
        return hour
    return hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 99


# ------------------------------------------------------------------ moments

_SPLIT = re.compile(r"(.*?\d)(?:t|,? (?:at )?)(\d{1,2}(?::|[ap]| [ap]).*)", re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"(\d{8})t?(\d\d)(\d\d)(\d\d)(z|[+-]\d\d:?\d\d|)", re.ASCII | re.IGNORECASE)
_ZONE_SAID_TWICE = re.compile(r"(?<=[+-]\d{4}) \([A-Za-z .']+\)$")
"""What browsers write behind an offset: ``GMT-0500 (Eastern Standard Time)``."""
_OFFSET = re.compile(
    r"(.*?:\d\d\S*?(?: ?[ap]\.?m\.?)?) ?(?:utc|gmt)?([+-])(\d{2})(?::?(\d{2}))?", re.ASCII | re.IGNORECASE
)
_ABBREVIATED = re.compile(r"(.*?) ?\(?([a-z]{1,4})\)?", re.ASCII | re.IGNORECASE)
_EPOCH = re.compile(r"(\d{10})(?:(\d{3})|\.(\d{1,6}))?", re.ASCII)
_HOUR: Final = datetime.timedelta(hours=1)


@lru_cache(maxsize=256)
def zone_of(name: str) -> datetime.tzinfo:
    """A time zone by its name; UTC where there is no such zone (the front end has refused it before)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.UTC


def _clock_and_zone(text: str) -> tuple[str, datetime.tzinfo | None] | None:
    """The time of day and the zone behind it, None for a zone that is not said."""
    if match := _OFFSET.fullmatch(text):
        offset = datetime.timedelta(hours=int(match[3]), minutes=int(match[4] or 0))
        if offset > 15 * _HOUR:
            return None
        return match[1], datetime.timezone(-offset if match[2] == "-" else offset)
    match = _ABBREVIATED.fullmatch(text)
    if match and match[2].lower() in ZONES:
        return match[1], datetime.timezone(ZONES[match[2].lower()] * _HOUR)
    return text, None


def _from_epoch(text: str) -> datetime.datetime | None:
    """Seconds or milliseconds since 1970, of this age only: ten or thirteen digits."""
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    micro = int((match[2] or match[3] or "0").ljust(6, "0"))
    return datetime.datetime.fromtimestamp(int(match[1]), datetime.UTC).replace(microsecond=micro)


def _from_mail(text: str) -> datetime.datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text[:3].isalpha() else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    right = moment and moment.tzinfo and WEEKDAYS[moment.weekday()] == text[:3].lower()
    return moment if right else None


def _from_parts(text: str, country: str, zone: str) -> datetime.datetime | None:
    text = _ZONE_SAID_TWICE.sub("", text)
    if match := _COMPACT.fullmatch(text):
        text = f"{match[1]} {match[2]}:{match[3]}:{match[4]}{match[5]}"
    match = _SPLIT.fullmatch(text)
    day = day_of(match[1] if match else text, country)
    behind = _clock_and_zone(match[2]) if match else ("00:00", None)
    clock = clock_of(behind[0]) if behind else None
    if day is None or clock is None or behind is None:
        return None
    return datetime.datetime.combine(day, clock, behind[1] or zone_of(zone))


def moment_of(text: str, country: str, zone: str, unsaid: str = "") -> datetime.datetime | None:
    """A moment, aware, in ``zone``; what does not say its zone is in ``unsaid`` (``zone`` where that is ""). A day
    alone is its first moment there.

    An hour that clocks skip becomes the one after it; of one that they repeat, the first is meant.
    """
    moment = _from_epoch(text) or _from_parts(text, country, unsaid or zone) or _from_mail(text)
    if moment is None or not 1 < moment.year < 9_999:
        return None
    return moment.astimezone(datetime.UTC).astimezone(zone_of(zone))


# ------------------------------------------------------------------ readers

_DAY_PARTS: Final[Mapping[str, Callable[[Any], object]]] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: WEEKDAYS[day.weekday()],
}
_CLOCK_PARTS: Final[Mapping[str, Callable[[Any], object]]] = {
    "hour": lambda clock: Decimal(clock.hour),
    "minute": lambda clock: Decimal(clock.minute),
}


def years_between(born: datetime.date, today: datetime.date) -> int:
    """Whole years from one day to another; who was born on 29 February has a year more on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


_Birth = tuple[datetime.date, datetime.date | None]

_BIRTH_PARTS: Final[Mapping[str, Callable[[_Birth], object]]] = {
    "age": lambda birth: Decimal(years_between(birth[0], birth[1])) if birth[1] else None,
    **{name: (lambda birth, part=part: part(birth[0])) for name, part in _DAY_PARTS.items()},  # type: ignore[misc]
}


def _line(raw: object) -> str | None:
    text = None if isinstance(raw, bool) else short_text(raw, 96)
    return one_line(text) if text else None


def _written_day(text: str, context: Context) -> datetime.date | None:
    """A day, or the day of a moment as it is written: a birth date at midnight UTC is no day earlier in
    New York."""
    if ":" not in text and text.lower() == text.upper():  # no hour is said without a colon or a letter
        return day_of(text, context.country)
    match = _SPLIT.fullmatch(text)
    if match and not moment_of(text, context.country, "UTC"):
        return None
    return day_of(match[1] if match else text, context.country)


def read_date(raw: object, type_: Type, context: Context) -> Reading:
    """A day of the calendar."""
    text = _line(raw)
    day = _written_day(text, context) if text else None
    return Reading(True, day, Parts(day, _DAY_PARTS)) if day else INVALID


def read_dob(raw: object, type_: Type, context: Context) -> Reading:
    """A day of birth: not in the future, of nobody older than ``OLDEST``. Its age is as of the lead's
    moment."""
    text = _line(raw)
    born = _written_day(text, context) if text else None
    today = context.now.astimezone(zone_of(context.zone)).date() if context.now else None
    if born is None or (today and not 0 <= years_between(born, today) <= OLDEST):
        return INVALID
    return Reading(True, born, Parts((born, today), _BIRTH_PARTS))


def read_time(raw: object, type_: Type, context: Context) -> Reading:
    """A time of day."""
    text = _line(raw)
    clock = clock_of(text) if text else None
    return INVALID if clock is None else Reading(True, clock, Parts(clock, _CLOCK_PARTS))


def read_datetime(raw: object, type_: Type, context: Context) -> Reading:
    """A moment, in the flow's time zone."""
    text = _line(raw)
    moment = moment_of(text, context.country, context.zone, context.unsaid) if text else None
    return Reading(True, moment, Parts(moment, {**_DAY_PARTS, **_CLOCK_PARTS})) if moment else INVALID


READERS: Final[Mapping[str, Reader]] = {
    "date": read_date,
    "dob": read_dob,
    "time": read_time,
    "datetime": read_datetime,
}
