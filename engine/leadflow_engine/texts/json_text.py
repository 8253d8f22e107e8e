"""Writing JSON: numbers exact to the last digit, UTF-8 as it is, one text for one value.

The standard writer knows no ``Decimal`` and would send 19.99 as a float; this one hands everything but numbers to its
C routines. Measured on a 20-field object it stays within a few microseconds of it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TypeAlias

Json: TypeAlias = Any

MAX_DEPTH = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):
    """A value that JSON has no form for, or one nested deeper than 64 levels."""


def number_text(number: Decimal | int) -> str:
    """A number without an exponent, exact. Raises ``NotJson`` where it is not finite or over 40 digits long."""
    if isinstance(number, int):
        return str(number)
    if not (number.is_finite() and -40 <= number.adjusted() <= 40):
        raise NotJson("a number that cannot be written")
    return format(number, "f")


def quoted(text: str) -> str:
    """A text as a JSON string with its quotes. A lone surrogate, which UTF-8 cannot carry, becomes U+FFFD."""
    return encode_basestring(text if text.isascii() else _SURROGATE.sub("\ufffd", text))


def dumps(value: Json, depth: int = 0) -> str:
    """Compact JSON of scalars, dates (ISO 8601), lists and mappings. Raises ``NotJson``."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int):
        return number_text(value)
    if isinstance(value, datetime.date | datetime.time):
        return f'"{value.isoformat()}"'
    return _compound(value, depth + 1)


def _compound(value: Json, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict | Mapping):
        pairs = [
            f"{encode_basestring(key) if (key := str(name)).isascii() else quoted(key)}:"
            f"{encode_basestring(item) if type(item) is str and item.isascii() else _item(item, depth)}"
            for name, item in value.items()
        ]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([dumps(item, depth) for item in value]) + "]"
    raise NotJson(f"a {type(value).__name__} has no form in JSON")


def _item(value: Json, depth: int) -> str:
    return number_text(value) if type(value) is Decimal else dumps(value, depth)


def scalar_text(value: Json) -> str:
    """A scalar as bare text (numbers and dates as JSON has them, without quotes), everything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return dumps(value)
