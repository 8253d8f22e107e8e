"""Numbers, money, booleans and ranges, as people and forms write them.

A point is the decimal mark and a comma groups thousands (``1,234.50``); the other way round only where
both stand in the text, so that it cannot be meant otherwise (``1.234,50``). ``1,5`` is no number: nobody
can know which it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from decimal import Context as Arithmetic
from functools import lru_cache
from typing import Any, Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import (
    INVALID,
    LARGEST_EXPONENT,
    Context,
    Parts,
    Reader,
    Reading,
    number_text,
    one_line,
    short_text,
)

MOST_DIGITS: Final = 40
MOST_MONEY: Final = Decimal(9_000_000_000_000)
"""What the journal's millionths hold in a 64-bit integer, and a little less."""
EXACT: Final = Arithmetic(prec=4 * MOST_DIGITS)
"""The usual arithmetic rounds to 28 digits without a word."""
MILLIONTH: Final = Decimal("0.000001")
CENT: Final = Decimal("0.01")

_CURRENCY = r"(?:US\$|C\$|CA\$|A\$|[$€£¥]|USD|CAD|EUR|GBP|AUD)"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d+(?:\.\d*)?|\.\d+)"
_NUMBER = re.compile(
    rf"(?P<sign>[-+−]?) ?{_CURRENCY}? ?(?P<inner>[-+−]?)(?P<digits>{_DIGITS})(?P<exponent>e[-+]?\d{{1,2}})?"
    rf" ?(?P<unit>%|[kmb]\b|thousand|million|billion)? ?{_CURRENCY}?",
    re.IGNORECASE | re.ASCII,
)
_OTHER_WAY = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}", re.ASCII)

UNITS: Final[Mapping[str, Decimal]] = {
    "": Decimal(1),
    "%": CENT,
    **dict.fromkeys(("k", "thousand"), Decimal(1_000)),
    **dict.fromkeys(("m", "million"), Decimal(1_000_000)),
    **dict.fromkeys(("b", "billion"), Decimal(1_000_000_000)),
}


def canonical(number: Decimal) -> Decimal:
    """The number without needless zeros and without an exponent: ``5E+2`` and ``500.00`` are ``500``."""
    if not number:
        return Decimal(0)
    bare = number.normalize(EXACT)
    return bare.quantize(Decimal(1), context=EXACT) if _exponent(bare) > 0 else bare


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


@lru_cache(maxsize=4_096)
def number_of(text: str) -> Decimal | None:
    """A number as people write it (``$1,234.50``, ``70k``, ``20%``, ``-5``); None where the text is none."""
    match = _NUMBER.fullmatch(text)
    if not match or len(text) > 2 * MOST_DIGITS or (match["sign"] and match["inner"]):
        return None
    digits = match["digits"]
    plain = (
        digits.replace(".", "").replace(",", ".") if _OTHER_WAY.fullmatch(digits) else digits.replace(",", "")
    )
    number = EXACT.multiply(Decimal(plain + (match["exponent"] or "")), UNITS[(match["unit"] or "").lower()])
    return _within_limits(number.copy_negate() if match["sign"] + match["inner"] in {"-", "−"} else number)


def _within_limits(number: Decimal) -> Decimal | None:
    fits = len(number.as_tuple().digits) <= MOST_DIGITS and abs(number.adjusted()) <= LARGEST_EXPONENT
    return canonical(number) if fits or not number else None


def _number(raw: object) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, Decimal):
        return _within_limits(raw)
    text = short_text(raw, 2 * MOST_DIGITS)
    return number_of(one_line(text)) if text else None


def read_number(raw: object, type_: Type, context: Context) -> Reading:
    """A decimal of at most ``MOST_DIGITS`` digits."""
    number = _number(raw)
    return INVALID if number is None else Reading(True, number)


def money(number: Decimal) -> Decimal | None:
    """An amount to the millionth, halves to even, with two places at least; None beyond ``MOST_MONEY``."""
    if abs(number) > MOST_MONEY:
        return None
    exact = canonical(number.quantize(MILLIONTH, ROUND_HALF_EVEN))
    return exact if _exponent(exact) < -2 else exact.quantize(CENT)


def read_money(raw: object, type_: Type, context: Context) -> Reading:
    """An amount in the flow's currency; a percentage is none."""
    number = None if isinstance(raw, str) and "%" in raw else _number(raw)
    amount = None if number is None else money(number)
    return INVALID if amount is None else Reading(True, amount)


TRUTHS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "on"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "off"), False),
}


def read_boolean(raw: object, type_: Type, context: Context) -> Reading:
    """true, t, yes, y, 1, on and their opposites, in any case."""
    text = short_text(raw, 16)
    truth = TRUTHS.get(text.casefold()) if text else None
    return INVALID if truth is None else Reading(True, truth)


# ------------------------------------------------------------------ ranges

_FROM_TO = re.compile(r"(?:between )?(.*?\d[^-–—]*?) ?(?:-|–|—|\bto\b|\band\b) ?(.*\d.*)", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"(?:(?:over|above|more than|at least|from|>=?|≥) ?(.*\d.*)"
    r"|(.*\d.*?)(?: ?\+| (?:or|and) (?:more|above|over|up)))",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:(?:under|below|less than|at most|up to|<=?|≤) ?(.*\d.*)|(.*\d.*?) (?:or|and) (?:less|below|under))",
    re.IGNORECASE,
)

Bounds = tuple[Decimal | None, Decimal | None]

RANGE_PARTS: Final[Mapping[str, Callable[[Bounds], object]]] = {
    "min": lambda bounds: bounds[0],
    "max": lambda bounds: bounds[1],
    "avg": lambda bounds: None if None in bounds else canonical((bounds[0] + bounds[1]) / 2),  # type: ignore[operator]
}


def bounds_of(text: str) -> Bounds | None:
    """The ends of a range: ``200-300``, ``$200 to $300``, ``700+``, ``under 100``; a number is both its
    ends."""
    number = number_of(text)
    if number is not None:
        return number, number
    for pattern, place in ((_AT_LEAST, 0), (_AT_MOST, 1)):
        match = pattern.fullmatch(text)
        end = number_of((match[1] or match[2]).strip()) if match else None
        if end is not None:
            return (end, None) if place == 0 else (None, end)
    return _from_to(text)


def _from_to(text: str) -> Bounds | None:
    match = _FROM_TO.fullmatch(text)
    if not match:
        return None
    low, high = number_of(match[1].strip()), number_of(match[2].strip())
    if low is None or high is None or low > high:
        return None
    return low, high


def range_normal(bounds: Bounds) -> Decimal | str | None:
    """A range as it is written: a number where both ends are one, else ``200-300``, ``700+``, ``up to
    100``."""
    low, high = bounds
    if low is None:
        return None if high is None else f"up to {number_text(high)}"
    if high is None:
        return f"{number_text(low)}+"
    return low if low == high else f"{number_text(low)}-{number_text(high)}"


def _ends(raw: Any) -> list[Any] | None:
    """The two ends where a range came as ``[200, 300]`` or ``{"min": 200, "max": 300}``."""
    if isinstance(raw, dict) and raw.keys() <= {"min", "max"}:
        return [raw.get("min"), raw.get("max")]
    return list(raw) if isinstance(raw, list | tuple) and len(raw) == 2 else None


def _bounds_of_pair(ends: list[Any]) -> Bounds | None:
    low, high = (None if end is None else _number(end) for end in ends)
    unread = (low is None and ends[0] is not None) or (high is None and ends[1] is not None)
    backwards = low is not None and high is not None and low > high
    return None if unread or backwards or (low is None and high is None) else (low, high)


def read_range(raw: object, type_: Type, context: Context) -> Reading:
    """A range with one end or two."""
    ends = _ends(raw)
    text = None if ends else short_text(raw, 4 * MOST_DIGITS)
    bounds = _bounds_of_pair(ends) if ends else bounds_of(one_line(text)) if text else None
    return Reading(True, range_normal(bounds), Parts(bounds, RANGE_PARTS)) if bounds else INVALID


READERS: Final[Mapping[str, Reader]] = {
    "number": read_number,
    "money": read_money,
    "boolean": read_boolean,
    "range": read_range,
}
