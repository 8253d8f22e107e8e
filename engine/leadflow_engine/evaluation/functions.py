"""The functions of the language, on plain values: texts, ``Decimal``, ``bool``, dates, times, durations,
lists.

A function given a blank (None) or a value of a wrong kind gives blank; those that put several values
together (``concat join min max coalesce count``) leave blanks out, and ``tojson`` writes ``null``. None
raises, and none gives a text longer than ``LONGEST_TEXT``: what a lead brings cannot be made to grow
without limit.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final, TypeAlias
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadflow_dsl.types import WEEKDAYS
from leadflow_engine.evaluation.formatting import format_moment, format_number
from leadflow_engine.texts.escapes import url_quote, xml_quote
from leadflow_engine.texts.json_text import NotJson, dumps
from leadflow_engine.texts.patterns import MAX_INPUT
from leadflow_engine.texts.plain_letters import plain_letters
from leadflow_engine.values import compare_form, masked, written
from leadflow_engine.values.days import day_by
from leadflow_engine.values.masking import shape_of
from leadflow_engine.values.moments import years_between
from leadflow_engine.values.numbers import number_of
from leadflow_engine.values.reading import LONGEST_TEXT, one_line

Body: TypeAlias = Callable[..., object]

TEXT: Final = (str,)
NUMBER: Final = (Decimal,)
DAY: Final = (datetime.date,)  # a datetime is a date too
HOUR: Final = (datetime.time, datetime.datetime)
MOMENT: Final = (datetime.date, datetime.time)
LIST: Final = (list, tuple)
ANY: Final = (object,)

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def _plain(value: object) -> object:
    """What a function sees of an argument, elements of lists included."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else compare_form(value)


def _limited(result: object) -> object:
    too_long = isinstance(result, str) and len(result) > LONGEST_TEXT
    return None if too_long else result


def strict(body: Body, *kinds: tuple[type, ...]) -> Body:
    """A function that gives blank wherever an argument is blank or not of its kind. The last kind repeats."""

    def call(*arguments: object, **keywords: object) -> object:
        values = [_plain(argument) for argument in arguments]
        for place, value in enumerate(values):
            if not isinstance(value, kinds[min(place, len(kinds) - 1)]) or value is None:
                return None
        return _limited(body(*values, **keywords))

    return call


def _present(arguments: Iterable[object]) -> list[Any]:
    """All values that are not blank, those inside lists included, in order."""
    found: list[Any] = []
    for argument in arguments:
        value = _plain(argument)
        found.extend(_present(value) if isinstance(value, list) else [] if value is None else [value])
    return found


# ------------------------------------------------------------------ time


def years_since(day: datetime.date, *, now: datetime.datetime) -> Decimal:
    """Whole years from a day to ``now`` (aware, in the flow's zone); negative for days to come."""
    return Decimal(years_between(_local_day(day, now), now.date()))


def days_since(day: datetime.date, *, now: datetime.datetime) -> Decimal:
    """Whole days from a day, or from a moment to the minute, to ``now``; negative for what is to come."""
    if isinstance(day, datetime.datetime) and day.tzinfo:
        return Decimal((now - day).days)
    return Decimal((now.date() - _local_day(day, now)).days)


def _local_day(day: datetime.date, now: datetime.datetime) -> datetime.date:
    if not isinstance(day, datetime.datetime):
        return day
    return day.astimezone(now.tzinfo).date() if day.tzinfo else day.date()


def _date_of(day: datetime.date) -> datetime.date:
    return day.date() if isinstance(day, datetime.datetime) else day


def epoch(moment: datetime.datetime, *, now: datetime.datetime) -> Decimal:
    """Whole seconds since 1970 (UTC), as signatures and APIs tell the time; without a zone in that of ``now``."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    return Decimal((aware - _EPOCH) // datetime.timedelta(seconds=1))


def parse_date(text: str, pattern: str, *, now: datetime.datetime) -> datetime.date | None:
    """A day written by a pattern (``DD/MM/YYYY``); blank where the text is not so. A year of two digits is the
    latest that has begun."""
    return day_by(text, pattern, now.year)


def format_value(value: Any, pattern: object) -> str | None:
    """A date, time, moment or number written by a pattern: ``MM/DD/YYYY``, ``0,0.00``."""
    if not isinstance(pattern, str):
        return None
    if isinstance(value, Decimal):
        return format_number(value, pattern)
    return format_moment(value, pattern) if isinstance(value, MOMENT) else None


# ------------------------------------------------------------------ texts

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def title(text: str) -> str:
    """Each word with a capital: ``mary-ann o'brien's`` is ``Mary-Ann O'Brien's``."""

    def capital(match: re.Match[str]) -> str:
        first, *rest = re.split(r"(['’])", match[0].lower())
        if len(first) == 1 and len(rest) >= 2:  # O'Brien, but Don't
            rest[1] = rest[1].capitalize()
        return first.capitalize() + "".join(rest)

    return _WORD.sub(capital, text)


def replace(text: str, old: Any, new: str) -> str | None:
    """Each piece that is ``old`` (a text, or a compiled pattern) replaced by ``new``, which is taken as it
    is.

    Blank where the result would be too long.
    """
    if isinstance(old, str):
        pieces = text.split(old) if old else [text]
    elif hasattr(old, "finditer"):
        pieces = _around(text[:LONGEST_TEXT], old)
    else:
        return None
    longest = sum(map(len, pieces)) + len(new) * (len(pieces) - 1)
    return None if longest > LONGEST_TEXT else new.join(pieces)


def _around(text: str, pattern: Any) -> list[str]:
    """What stands before, between and behind the places where a pattern matches something."""
    pieces, end = [], 0
    for match in pattern.finditer(text):
        if match.end() > match.start():
            pieces.append(text[end : match.start()])
            end = match.end()
    return [*pieces, text[end:]]


def split(text: str, separator: str) -> list[str] | None:
    """The pieces between separators."""
    return text.split(separator) if separator else None


def join(values: object, separator: object = ",") -> object:
    """The elements that are not blank, in one text; of a single value, that value."""
    found = _present([values])
    if not found or not isinstance(separator, str):
        return None
    length = sum(map(len, texts := [_text(value) for value in found])) + len(separator) * len(found)
    return None if length > LONGEST_TEXT + len(separator) else separator.join(texts)


def concat(*values: object) -> object:
    """Texts one after another, blanks left out; blank where all are."""
    return _limited("".join(texts)) if (texts := [_text(value) for value in _present(values)]) else None


def substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    """``length`` characters from ``start`` (from 0; from the end where it is negative)."""
    begin = _whole(start)
    piece = text[begin:] if begin >= 0 else text[max(len(text) + begin, 0) :]
    return piece if length is None else piece[: max(_whole(length), 0)]


def _whole(number: Decimal) -> int:
    """A number as an index; beyond any text where it is huge."""
    return int(max(min(number, Decimal(LONGEST_TEXT)), Decimal(-LONGEST_TEXT)))


def _text(value: object) -> str:
    return str(written(value, "text"))


def _hash(name: str) -> Body:
    return lambda value: hashlib.new(name, _text(value).encode(), usedforsecurity=False).hexdigest()


def tojson(value: object) -> object:
    """A value as JSON, numbers exact, lists and records through and through; ``null`` for a blank."""
    try:
        return _limited(dumps(written(value, "json")))
    except NotJson:
        return None


def mask(value: object) -> str:
    """Hidden but for what may be shown, by its shape: ``***-***-0147``, ``j***@example.com``, ``***``."""
    text = _text(value)
    return masked(text, shape_of(text))


# ------------------------------------------------------------------ numbers


def round_half_even(number: Decimal, places: Decimal = Decimal(0)) -> Decimal | None:
    """Rounded to so many places, halves to even; blank for more places than a decimal holds."""
    return _to_places(number, places, ROUND_HALF_EVEN)


def _to_places(number: Decimal, places: Decimal, rounding: str) -> Decimal | None:
    try:
        rounded = number.quantize(Decimal(1).scaleb(-int(places)), rounding)
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return rounded if places >= 0 else rounded.quantize(Decimal(1))


def to_number(value: object) -> Decimal | None:
    """A text, number or boolean as a number: ``"$1,234.50"`` is 1234.50, true is 1."""
    if isinstance(value, str):
        return number_of(one_line(value))
    return Decimal(value) if isinstance(value, bool | Decimal) else None


def _extreme(choose: Callable[[list[Any]], object]) -> Body:
    def call(*values: object) -> object:
        found = _present(values)
        if len(set(map(type, found))) != 1:
            return None
        try:
            return choose(found)
        except TypeError:  # a moment whose zone nobody said has no order among those that have one
            return None

    return call


# ------------------------------------------------------------------ lists


def coalesce(*values: object) -> object:
    """The first value that is not blank."""
    return next((value for value in values if _plain(value) is not None), None)


def count(values: object = None) -> Decimal:
    """How many elements are not blank; 0 of nothing."""
    return Decimal(len(_present([values])))


def _length(value: str | list[object]) -> Decimal:
    return Decimal(len(value))


def extract(text: str, pattern: Any, group: Decimal = Decimal(0)) -> str | None:
    """What a compiled pattern finds first, or its group of this number; None where there is neither."""
    found = pattern.search(text[:MAX_INPUT]) if hasattr(pattern, "search") else None
    if found is None or not 0 <= group <= found.re.groups:
        return None
    piece: str | None = found.group(int(group))
    return piece


def in_zone(moment: datetime.datetime, name: str) -> datetime.datetime | None:
    """An aware moment in a time zone; None for one whose zone nobody said, and where there is no such zone."""
    try:
        return moment.astimezone(ZoneInfo(name)) if moment.tzinfo else None
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        return None


FUNCTIONS: Final[Mapping[str, Body]] = {
    "years_since": strict(years_since, DAY),
    "days_since": strict(days_since, DAY),
    "weekday": strict(lambda day: WEEKDAYS[day.weekday()], DAY),
    "hour": strict(lambda clock: Decimal(clock.hour), HOUR),
    "date_of": strict(_date_of, DAY),
    "in_zone": strict(in_zone, (datetime.datetime,), TEXT),
    "epoch": strict(epoch, (datetime.datetime,)),
    "parse_date": strict(parse_date, TEXT),
    "format": strict(format_value, (*MOMENT, *NUMBER), TEXT),
    "lower": strict(str.lower, TEXT),
    "upper": strict(str.upper, TEXT),
    "title": strict(title, TEXT),
    "trim": strict(str.strip, TEXT),
    "replace": strict(replace, TEXT, ANY, TEXT),
    "split": strict(split, TEXT),
    "join": join,
    "length": strict(_length, (*TEXT, *LIST)),
    "digits": strict(lambda text: re.sub(r"[^0-9]", "", text), TEXT),
    "ascii": strict(plain_letters, TEXT),
    "concat": concat,
    "round": strict(round_half_even, NUMBER),
    "floor": strict(lambda number: _to_places(number, Decimal(0), ROUND_FLOOR), NUMBER),
    "ceil": strict(lambda number: _to_places(number, Decimal(0), ROUND_CEILING), NUMBER),
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": strict(abs, NUMBER),
    "coalesce": coalesce,
    "text": strict(_text, ANY),
    "number": strict(to_number, ANY),
    "sha256": strict(_hash("sha256"), ANY),
    "md5": strict(_hash("md5"), ANY),
    "tojson": tojson,
    "xml": strict(xml_quote, TEXT),
    "urlencode": strict(url_quote, TEXT),
    "urldecode": strict(lambda text: unquote_plus(text, errors="replace"), TEXT),
    "mask": strict(mask, ANY),
    "count": count,
    "first": strict(lambda values: values[0] if values else None, LIST),
    "last": strict(lambda values: values[-1] if values else None, LIST),
    "extract": strict(extract, TEXT, ANY, NUMBER),
    "substring": strict(substring, TEXT, NUMBER),
}
"""Bodies by name. ``case``, ``map`` and ``lookup`` decide which of their arguments are evaluated at all,
and so stand with the evaluator; ``match`` reads an answer."""

NEEDS_NOW: Final = frozenset({"years_since", "days_since", "epoch", "parse_date"})
"""Functions that take the present moment as the keyword ``now``: aware, in the flow's time zone."""
