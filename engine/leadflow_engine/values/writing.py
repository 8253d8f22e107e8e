"""How a value goes into a body, a header or a text when no function says otherwise."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final, Literal, TypeAlias

from leadflow_engine.values.reading import as_decimal, as_it_came, number_text, raw_text
from leadflow_engine.values.value import Value

Kind: TypeAlias = Literal["json", "text", "form", "xml"]

_CENT: Final = Decimal("0.01")


def written(value: object, kind: Kind) -> object:
    """A value, a scalar or None, as it stands in a body of this kind.

    For ``json`` what a JSON writer takes (numbers as ``Decimal``), for the others a ``str``. Blank is
    None. An invalid value is written as it came. Money has two places, halves to even, everywhere but in
    JSON. Lists and records are lists and mappings of what their elements are written as; in ``text`` a
    list is one text, joined by ``", "``.
    """
    if isinstance(value, Value):
        return _value(value, kind)
    if isinstance(value, list | tuple):
        return _joined([written(item, kind) for item in value], kind)
    if isinstance(value, Mapping):
        return {str(name): written(item, kind) for name, item in value.items()}
    return _scalar(value, kind)


def _value(value: Value, kind: Kind) -> object:
    if value.blank:
        return None
    if value.elements:
        return _joined([written(item, kind) for item in value.elements], kind)
    if value.columns:
        return {name: written(column, kind) for name, column in value.columns.items()}
    if not value.valid:
        return as_it_came(value.raw) if kind == "json" else raw_text(value.raw)
    if value.type.name == "money" and kind != "json":
        return money_text(value.normal)
    return _scalar(value.normal, kind)


def _joined(items: list[object], kind: Kind) -> object:
    if kind != "text":
        return items
    return ", ".join(str(item) for item in items if item is not None)


def money_text(amount: Decimal) -> str:
    """An amount with two places, halves to even: ``1234.50``."""
    return format(amount.quantize(_CENT, ROUND_HALF_EVEN), "f") if amount.adjusted() < 25 else str(amount)


def moment_text(moment: datetime.date | datetime.time) -> str:
    """ISO 8601."""
    return moment.isoformat()


def duration_text(length: datetime.timedelta) -> str:
    """A duration in seconds: ``90``, ``0.75``."""
    return number_text(Decimal(length // datetime.timedelta(microseconds=1)).scaleb(-6).normalize())


_TEXTS: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...]] = (
    (str, lambda text: raw_text(text)),
    (bool, lambda truth: "true" if truth else "false"),
    ((Decimal, int, float), lambda number: number_text(as_decimal(number))),
    ((datetime.date, datetime.time), moment_text),
    (datetime.timedelta, duration_text),
)


def _scalar(value: object, kind: Kind) -> object:
    if type(value) is str and value.isascii():
        return value
    if value is None or (kind == "json" and isinstance(value, bool | Decimal)):
        return value
    if kind == "json" and isinstance(value, int | float):
        return as_decimal(value)
    for types, text in _TEXTS:
        if isinstance(value, types):
            return text(value)
    return raw_text(str(value))
