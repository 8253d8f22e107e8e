"""What an expression gives, converted to what a response's value is: an amount, a text, a moment."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from leadflow_dsl.terms import Type
from leadflow_engine.texts.jmes import as_number
from leadflow_engine.texts.json_text import NotJson, scalar_text
from leadflow_engine.values import Value, parse, written
from leadflow_engine.values.numbers import in_currency

Json: TypeAlias = Any

MAX_TEXT = 4_000

SHORT = 24
"""Characters of an amount that is remembered."""
_SIMPLE = frozenset({int, str, Decimal})
_MONEY, _DATETIME, _TEXT = Type("money"), Type("datetime"), Type("text")


def raw_of(value: object) -> Json:
    """A value of an expression as something that ``parse`` reads."""
    return written(value, "json") if isinstance(value, Value) else value


def text(value: object) -> str:
    """A reason or a reference: texts of a list joined by ``", "``, an object as ``name: value``; blank is ""."""
    if value is None:
        return ""
    if type(value) is str and len(value) <= MAX_TEXT and value.isascii() and value.isprintable():
        return value.strip()
    raw = raw_of(value)
    try:
        return _text(raw)[:MAX_TEXT].strip()
    except NotJson:
        return ""


def _text(raw: Json) -> str:
    if raw is None:
        return ""
    if isinstance(raw, list | tuple):
        return ", ".join(filter(None, (_text(item) for item in raw)))
    if isinstance(raw, dict):
        return "; ".join(f"{name}: {_text(item)}" for name, item in raw.items() if item is not None)
    return clean(scalar_text(raw))


def clean(raw: str) -> str:
    """A text of an answer without what no value may hold (see ``values``)."""
    if raw.isascii() and raw.isprintable():
        return raw
    normal = parse(_TEXT, raw[:MAX_TEXT]).normal
    return normal if isinstance(normal, str) else ""


def amount(value: object, country: str, currency: str = "") -> Decimal | None:
    """Money; None where it is blank, cannot be read as such, is less than nothing, or is in another currency than
    ``currency`` ("" for any)."""
    if value is None or (type(value) is not Decimal and is_foreign(value, currency)):
        return None
    raw = raw_of(value)
    if type(raw) in _SIMPLE and len(str(raw)) <= SHORT:
        return _money(raw, country)
    return _read_money(raw, country)


def _read_money(raw: Json, country: str) -> Decimal | None:
    read = parse(_MONEY, raw, country)
    return read.normal if read.valid and isinstance(read.normal, Decimal) and read.normal >= 0 else None


_money = lru_cache(maxsize=4_096, typed=True)(_read_money)
"""Bids are of a few thousand amounts, and there are as many as buyers: 1 us instead of 10 for one that was read."""


def is_foreign(value: object, currency: str) -> bool:
    """Whether an amount says that it is in another currency than ``currency`` ("" for any)."""
    raw = value.raw if isinstance(value, Value) else value
    if not currency or not isinstance(raw, str):
        return False
    return not (_in_currency if len(raw) <= SHORT else in_currency)(raw, currency)


_in_currency = lru_cache(maxsize=4_096)(in_currency)


def expiry(value: object, country: str, zone: str) -> Decimal | datetime.datetime | None:
    """Seconds from now, or a moment."""
    raw = raw_of(value)
    if isinstance(raw, datetime.datetime):
        return raw
    seconds = as_number(raw)
    if seconds is not None:
        return seconds if seconds >= 0 else None
    read = parse(_DATETIME, raw, country, zone)
    return read.normal if read.valid and isinstance(read.normal, datetime.datetime) else None
