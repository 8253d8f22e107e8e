"""From the spelling of a literal to its node: spelling, value, place. What is no value says why."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from sys import intern
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS: Final[Mapping[str, str]] = {
    "ms": "milliseconds",
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
}
ESCAPES: Final[Mapping[str, str]] = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
FLAGS: Final = "ims"
SHORT: Final = 32
"""Characters of the longest text that is kept once for all places."""
LONGEST_NUMBER: Final = 30
LONGEST_DURATION: Final = datetime.timedelta(days=36_500)

Literal = (
    nodes.Name
    | nodes.Text
    | nodes.Number
    | nodes.Percent
    | nodes.Duration
    | nodes.Clock
    | nodes.ClockRange
    | nodes.Date
    | nodes.Days
    | nodes.Regex
    | nodes.StatusClass
)


class BadLiteral(ValueError):
    """A literal of the right shape without a value: 25:00, 2026-02-30. Its text says what is wrong."""


def text(raw: str, span: Span) -> nodes.Text:
    """``"..."``. Short ones are one object each: a flow may hold a million ZIP codes."""
    value = raw[1:-1]
    if "\\" in value:
        value = re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], value)
    if len(raw) <= SHORT:
        raw, value = intern(raw), intern(value)
    return nodes.Text(raw, value, False, span)


def long_text(raw: str, span: Span) -> nodes.Text:
    '''``"""..."""``: everything between, as it stands.'''
    return nodes.Text(raw, raw[3:-3], True, span)


def number(raw: str, span: Span) -> nodes.Number:
    """``12``, ``0.004``."""
    return nodes.Number(raw, _decimal(raw), span)


def percent(raw: str, span: Span) -> nodes.Percent:
    """``20%`` is 0.20."""
    return nodes.Percent(raw, _decimal(raw[:-1]).scaleb(-2), span)


def _decimal(raw: str) -> Decimal:
    if len(raw) > LONGEST_NUMBER:
        raise BadLiteral(f"a number has at most {LONGEST_NUMBER} digits, this one has {len(raw)}")
    return Decimal(raw)


def duration(raw: str, span: Span) -> nodes.Duration:
    """``750ms 5s 10m 12h 30d``."""
    amount, unit = re.fullmatch(r"([\d.]+)(\w+)", raw).groups()  # type: ignore[union-attr]  # by its pattern
    try:
        value = datetime.timedelta(**{UNITS[unit]: float(_decimal(amount))})
    except OverflowError:
        value = datetime.timedelta.max
    if value > LONGEST_DURATION:
        raise BadLiteral("a duration is at most 36500d")
    return nodes.Duration(raw, value, span)


def clock(raw: str, span: Span) -> nodes.Clock:
    """``08:00``."""
    return nodes.Clock(raw, _time(raw), span)


def clock_range(raw: str, span: Span) -> nodes.ClockRange:
    """``08:00-20:00``; an end of ``24:00`` is midnight."""
    start, end = raw.split("-")
    return nodes.ClockRange(raw, _time(start), _time("00:00" if end == "24:00" else end), span)


def _time(raw: str) -> datetime.time:
    hour, minute = (int(part) for part in raw.split(":"))
    if hour > 23 or minute > 59:
        raise BadLiteral(f"{raw} is no time of day; times run from 00:00 to 23:59")
    return datetime.time(hour, minute)


def date(raw: str, span: Span) -> nodes.Date:
    """``2026-12-24``."""
    try:
        return nodes.Date(raw, datetime.date.fromisoformat(raw), span)
    except ValueError as error:
        raise BadLiteral(f"{raw} is no day of the calendar ({error})") from None


def days(raw: str, span: Span) -> nodes.Days:
    """``sat``, ``mon-fri``, ``fri-mon`` over the week's end."""
    first, _, last = raw.partition("-")
    start, end = WEEK.index(first), WEEK.index(last or first)
    return nodes.Days(raw, tuple((start + step) % 7 for step in range((end - start) % 7 + 1)), span)


def regex(raw: str, span: Span) -> nodes.Regex:
    """``/.../i``: the pattern as RE2 reads it, and its flags."""
    end = raw.rindex("/")
    flags = raw[end + 1 :]
    if wrong := sorted(set(flags) - set(FLAGS)):
        raise BadLiteral(f"a regular expression has the flags i, m and s, not {', '.join(wrong)}")
    return nodes.Regex(raw, raw[1:end].replace("\\/", "/"), flags, span)


LITERALS: Final[Mapping[str, Callable[[str, Span], Literal]]] = {
    "STRING": text,
    "LONG_STRING": long_text,
    "NUMBER": number,
    "PERCENT": percent,
    "DURATION": duration,
    "CLOCK": clock,
    "CLOCK_RANGE": clock_range,
    "DATE": date,
    "DAYS": days,
    "REGEX": regex,
    "STATUS_CLASS": nodes.StatusClass,
}

# What stands in the tree for a literal without a value, so that the rest can be read.
SAMPLES: Final[Mapping[str, str]] = {
    "STRING": '""',
    "NUMBER": "0",
    "PERCENT": "0%",
    "DURATION": "1s",
    "CLOCK": "08:00",
    "CLOCK_RANGE": "08:00-20:00",
    "DATE": "2026-01-01",
    "REGEX": "/x/",
}


def literal(terminal: str, raw: str, span: Span) -> Literal:
    """The node of a token: a literal's by its terminal, a name for every other word or sign.

    Raises ``BadLiteral`` where the spelling has no value.
    """
    return LITERALS.get(terminal, nodes.Name)(raw, span)
