"""A value of a lead: what came, whether it is good, its normal form and its parts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Final

from leadflow_dsl.terms import Type
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.texts.json_text import number_text
from leadflow_engine.values import (
    browsers,
    compound,
    countries,
    emails,
    moments,
    numbers,
    people,
    phones,
    postal,
    ranges,
    states,
    web,
)
from leadflow_engine.values.reading import (
    INVALID,
    LARGEST_EXPONENT,
    Context,
    Parts,
    Reader,
    Reading,
    at_the_door,
    fits_a_body,
    is_blank,
    is_harmless,
    raw_text,
)

READERS: Mapping[str, Reader] = {
    **people.READERS,
    **numbers.READERS,
    **ranges.READERS,
    **moments.READERS,
    **emails.READERS,
    **phones.READERS,
    **states.READERS,
    **postal.READERS,
    **web.READERS,
    **browsers.READERS,
    **countries.READERS,
    **compound.READERS,
    "list": lambda raw, type_, context: compound.read_list(raw, type_, context, _read),
    "record": lambda raw, type_, context: compound.read_record(raw, type_, context, _read),
}
"""How each type is read: add a type by adding a row to the table of its group."""


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """What came for a field, as its type reads it.

    ``raw`` is what came (made safe, see ``reading.at_the_door``). ``normal`` is what comparisons and
    functions see: a text, ``Decimal``, ``bool``, date, time or aware datetime in the flow's zone; for a
    list a list of such, for a record a mapping of such; None where the value is blank or invalid. ``blank`` says
    whether nothing came: nothing at all, only white space, an empty list or object. ``repr`` shows none of it: values
    are personal.
    """

    type: Type
    raw: object
    valid: bool
    normal: Any = None
    _parts: Parts | None = field(default=None, compare=False)
    _inner: Any = field(default=None, compare=False)
    kept: str = field(default="", compare=False)
    """The value's JSON, "" where it is not written yet: see ``_WRITERS``."""
    blank: bool = field(default=False, compare=False)

    @property
    def json(self) -> str | None:
        """The value in a JSON body. None for a blank, "" for what is not one text, number, truth or date as it is,
        which ``written`` has to write."""
        return self.kept or (None if self.blank else "")

    def part(self, name: str) -> object:
        """A part by name, as a plain scalar (a tuple of texts for ``timezones``); None where it has none.

        ``raw`` is what came, as a text; ``valid`` is false for a blank. A record's parts are its columns.
        """
        if name == "valid":
            return self.valid
        if name == "raw":
            return None if self.blank else raw_text(self.raw)
        return self._parts.get(name) if self._parts else None

    def part_json(self, name: str) -> str | None:
        """A part other than ``raw`` and ``valid`` in a JSON body. None for a blank, "" for what ``written`` has to
        write, as the columns of a record."""
        if self._parts is None or self._inner:
            return "" if self._inner else None
        told: Any = self._parts.get(name)
        if told is None:
            return None
        kind = type(told)
        if kind is str:
            return encode_basestring(told) if told and told.isascii() else ""
        if kind is Decimal:
            return number_text(told)
        return ("true" if told else "false") if kind is bool else ""

    @property
    def elements(self) -> tuple[Value, ...]:
        """The values that a list is made of, invalid ones included; none for any other type."""
        return self._inner if isinstance(self._inner, tuple) else ()

    @property
    def columns(self) -> Mapping[str, Value]:
        """The values that a record is made of, by name; none for any other type."""
        return self._inner if isinstance(self._inner, dict) else {}

    def refused(self) -> Value:
        """The same, as one that is not good: it keeps what came, and its parts."""
        return Value(self.type, self.raw, False, None, self._parts, self._inner)

    def __repr__(self) -> str:
        state = "blank" if self.blank else "valid" if self.valid else "invalid"
        return f"Value({self.type.name}, {state})"


def parse(
    type: Type,
    raw: object,
    country: str = "US",
    zone: str = "UTC",
    *,
    now: datetime.datetime | None = None,
    unsaid: str = "",
) -> Value:
    """Read what came as a value of ``type``. Never raises, whatever came.

    ``country`` is where phones, postal codes and dates without one are read; ``zone`` the time zone in
    which moments are, ``unsaid`` that of moments that do not say theirs (``zone`` where it is ""). ``now`` (aware) is
    the lead's present moment: an age is blank without it.
    """
    return _read(type, at_the_door(raw), Context(country, zone, now, unsaid or zone))


def _read(type_: Type, raw: object, context: Context) -> Value:
    """A value from what has passed the door. Lists and records come back here for what is in them."""
    if is_blank(raw):
        return Value(type_, raw, False, blank=True)
    return _valued(type_, raw, reader_of(type_)(raw, type_, context))


def reader_of(type_: Type) -> Reader:
    """How a type is read."""
    return READERS.get(type_.name, _unreadable)


def field_reader(type_: Type) -> Callable[[object, Context], Value]:
    """``parse`` for a field, whose type is known before any lead, in a context that is made once for all fields of a
    lead: usual texts pass the door in one look."""
    reader, longest = reader_of(type_), people.LONGEST_LINE if type_.name in people.LINES else 0

    def read(raw: object, context: Context) -> Value:
        if type(raw) is str:
            if not is_harmless(raw):
                raw = at_the_door(raw)
            elif len(raw) <= longest and raw.isprintable() and "  " not in raw:  # a name as nearly all are
                normal = raw.strip(" ")
                if normal:
                    return Value(type_, raw, True, normal, None, None, encode_basestring(normal))
        elif type(raw) is not bool and not (type(raw) is Decimal and raw.is_finite()):
            raw = at_the_door(raw)
        if not (type(raw) is str and "!" <= raw[:1] <= "~") and is_blank(raw):
            return Value(type_, raw, False, blank=True)
        return _valued(type_, raw, reader(raw, type_, context))

    return read


def _unreadable(raw: object, type_: Type, context: Context) -> Reading:
    return INVALID


def _valued(type_: Type, raw: object, reading: Reading) -> Value:
    normal, kept = reading.normal, reading.json
    if kept or not reading.valid:
        pass
    elif type(normal) is str and normal.isascii():
        kept = encode_basestring(normal)
    else:
        write = _WRITERS.get(type(normal))
        kept = write(normal) if write else ""
    return Value(type_, raw, reading.valid, normal, reading.parts, reading.inner, kept)


def _text_json(text: str) -> str:
    return encode_basestring(text) if text.isascii() or fits_a_body(text) else ""


def _number_json(number: Decimal) -> str:
    return number_text(number) if number.is_finite() and abs(number.adjusted()) <= LARGEST_EXPONENT else ""


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: _text_json,
    Decimal: _number_json,
    bool: lambda truth: "true" if truth else "false",
    datetime.date: lambda day: f'"{day.isoformat()}"',
}
"""What JSON writes as it is, written when it is read: coming back for it at a lead's first buyer costs three times as
much. "" is for what `written` has to clean, and for large numbers."""


def invalid(values: Iterable[Value]) -> tuple[Value, ...]:
    """Those that came and are not good."""
    return tuple(value for value in values if not value.blank and not value.valid)
