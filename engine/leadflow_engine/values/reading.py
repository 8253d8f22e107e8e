"""What every type's reading works with: what came, made safe at the door; its text; what a reading gives.

A reader takes what came and gives a ``Reading``. It never raises: what it cannot read is ``INVALID``.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl.terms import Type
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.secrets import CLOSE, OPEN, defused
from leadflow_engine.texts.json_text import dumps

LONGEST_TEXT: Final = 65_536
"""Bytes in UTF-8 of the longest text that a value may be."""
DEEPEST: Final = 64
"""Levels of lists and objects inside one value; what lies deeper is cut off."""
LARGEST_EXPONENT: Final = 40
"""Numbers beyond are written as texts: a JSON number of a thousand digits is read by nobody."""
LARGEST_INTEGER_BITS: Final = 1_024
"""Integers beyond are kept as a hexadecimal text: Python itself refuses to write them in decimals."""

Normal: TypeAlias = Any
"""A scalar of the language, a list of them, a mapping of them (a record), or None."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a value is read in: the flow's country (two letters) and time zone, and the lead's present moment
    (aware; None where nobody told it). ``unsaid`` is the zone of moments that do not say theirs."""

    country: str
    zone: str
    now: datetime.datetime | None
    unsaid: str


class Parts:
    """The parts of one value: computed from its subject when first read, and remembered."""

    __slots__ = ("_made", "_subject", "_table")

    def __init__(self, subject: Any, table: Mapping[str, Callable[[Any], object]]) -> None:
        self._subject = subject
        self._table = table
        self._made: dict[str, object] = {}

    def get(self, name: str) -> object:
        """The part of that name; None where there is none."""
        made = self._made
        if name not in made:
            make = self._table.get(name)
            made[name] = make(self._subject) if make else None
        return made[name]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of what came. ``inner`` is what a list or a record is made of; ``json`` its normal form in
    JSON, "" where nobody has written it yet: a reading that is remembered is written once."""

    valid: bool
    normal: Normal = None
    parts: Parts | None = None
    inner: Any = field(default=None, repr=False)
    json: str = field(default="", compare=False, repr=False)


Reader: TypeAlias = Callable[[object, Type, Context], Reading]

INVALID: Final = Reading(valid=False)

_REMOVED: Final = re.compile(f"[\x00{OPEN}{CLOSE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WHITE: Final = (
    " \t\n\r\v\f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""White space, that without width included: what is copied from a web page brings it along."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_RUN = re.compile(rf"[{_WHITE}]+")


def at_the_door(raw: object, depth: int = 0) -> object:
    """What came, without anything that could harm whoever keeps it, writes it or walks through it.

    NUL and what could be taken for a secret's placeholder are removed from texts, bytes become text, a
    number that JSON does not know becomes its text, what is nested deeper than ``DEEPEST`` becomes None.
    """
    if isinstance(raw, str):
        return raw if is_harmless(raw) else defused(_REMOVED.sub("", raw))
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        return raw if raw.bit_length() <= LARGEST_INTEGER_BITS else hex(raw)
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else str(raw)
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() else str(raw)
    return _inside_the_door(raw, depth)


def is_harmless(text: str) -> bool:
    """Whether a text of ASCII has nothing that is looked for at the door; told in a fifth of the time of looking."""
    return (
        text.isascii()
        and "\x00" not in text
        and "6372" not in text
        and "%" not in text
        and "8f" not in text
        and "8F" not in text
    )


def fits_a_body(text: str) -> bool:
    """Whether a text holds neither half a surrogate pair nor what could be taken for a secret's placeholder."""
    return not (_SURROGATE.search(text) or _REMOVED.search(text))


def _inside_the_door(raw: object, depth: int) -> object:
    if isinstance(raw, bytes | bytearray):
        return at_the_door(bytes(raw).decode("utf-8", "replace"))
    if not isinstance(raw, dict | list | tuple):
        return raw
    if depth >= DEEPEST:
        return None
    if isinstance(raw, dict):
        return {at_the_door(str(key)): at_the_door(value, depth + 1) for key, value in raw.items()}
    return [at_the_door(value, depth + 1) for value in raw]


def is_blank(raw: object) -> bool:
    """Whether nothing came: nothing at all, only white space, an empty list or object."""
    if isinstance(raw, str):
        return not ("!" <= raw[:1] <= "~" or raw.strip(_WHITE))
    return raw is None or (isinstance(raw, list | tuple | dict) and not raw)


def trimmed(text: str) -> str:
    """Without outer white space, that without width included."""
    return text.strip(_WHITE)


def one_line(text: str) -> str:
    """Trimmed, with every run of white space as one blank."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _RUN.sub(" ", text).strip(" ")


def number_text(number: Decimal) -> str:
    """A number in plain digits; in scientific notation only where that would be longer than 64 digits."""
    if not number:
        return "0"
    return str(number) if abs(number.adjusted()) > 64 else format(number, "f")


def raw_text(raw: object) -> str:
    """What came, as a text: texts as they are, the rest as JSON writes it. Always fit for UTF-8."""
    if isinstance(raw, str):
        return raw if raw.isascii() else _SURROGATE.sub("\ufffd", raw)
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float | Decimal):
        return number_text(as_decimal(raw))
    if isinstance(raw, datetime.date | datetime.time):
        return raw.isoformat()
    return dumps(as_it_came(raw)) if isinstance(raw, list | tuple | dict) else str(raw)


def as_it_came(raw: object) -> object:
    """What came, as a JSON writer takes it: numbers exact, those too large for JSON as texts, texts fit
    for UTF-8."""
    if isinstance(raw, dict):
        return {raw_text(name): as_it_came(item) for name, item in raw.items()}
    if isinstance(raw, list | tuple):
        return [as_it_came(item) for item in raw]
    if raw is None or isinstance(raw, bool):
        return raw
    if not isinstance(raw, int | float | Decimal):
        return raw_text(raw)
    number = as_decimal(raw)
    return number if abs(number.adjusted()) <= LARGEST_EXPONENT else number_text(number)


def as_decimal(number: float | Decimal) -> Decimal:
    """A finite number as a decimal without needless zeros: 5125550147.0 is 5125550147."""
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    whole = abs(exact.adjusted()) <= 64 and exact == exact.to_integral_value()
    return exact.quantize(Decimal(1)) if whole and exact.adjusted() < 27 else exact


def scalar_text(raw: object) -> str | None:
    """The text of a scalar that came: normalised (NFC), trimmed, without control characters.

    None where it is a list or an object, holds half a surrogate pair, or is longer than ``LONGEST_TEXT``.
    """
    if type(raw) is str and len(raw) <= LONGEST_TEXT and raw.isascii() and raw.isprintable():
        return raw.strip(" ")
    if isinstance(raw, list | tuple | dict):
        return None
    text = raw if isinstance(raw, str) else raw_text(raw)
    if len(text) > LONGEST_TEXT or _SURROGATE.search(text):
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if len(text.encode()) > LONGEST_TEXT:
            return None
    return trimmed(_CONTROL.sub("", text))


def short_text(raw: object, longest: int = 256) -> str | None:
    """As ``scalar_text``, for types whose values are never long: None where it is blank or over
    ``longest`` characters."""
    text = scalar_text(raw)
    return text if text and len(text) <= longest else None
