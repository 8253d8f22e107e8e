"""Numbers, money and booleans, as people and forms write them.

A point is the decimal mark and a comma groups thousands (``1,234.50``); the other way round only where it
cannot be meant otherwise (``1.234,50``, ``1.234.567``, ``€5,00``). Blanks and apostrophes group where decimals
follow (``1 234,50``): ``200 300`` may be two numbers. ``1,5`` is no number, and ``€1.234`` no amount: nobody
can know which it is. Brackets are a minus, as in book-keeping: ``($5)``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from decimal import Context as Arithmetic
from functools import lru_cache
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.texts.json_text import number_text
from leadflow_engine.values.reading import (
    INVALID,
    LARGEST_EXPONENT,
    Context,
    Reader,
    Reading,
    one_line,
    short_text,
)

MOST_DIGITS: Final = 40
MOST_MONEY: Final = Decimal(9_000_000_000_000)
"""What the journal's millionths hold in a 64-bit integer, and a little less."""
EXACT: Final = Arithmetic(prec=4 * MOST_DIGITS)
"""The usual arithmetic rounds to 28 digits without a word."""
_PERCENTAGE = re.compile("%|percent", re.IGNORECASE)
MILLIONTH: Final = Decimal("0.000001")
CENT: Final = Decimal("0.01")

_CURRENCY = (
    r"(?:(?:US|CA?N?|AU?|NZ|MX|HK|R)\$|[$€£¥₹]|(?:USD|CAD|AUD|NZD|MXN)\$?|EUR|GBP|CHF|euros?|dollars?)"
)
_OTHER_WAY = r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:[ '’]\d{3})+,\d{1,2}"
_DIGITS = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d*)?|{_OTHER_WAY}|\d{{1,3}}(?:[ '’]\d{{3}})+\.\d{{1,2}}"
    r"|\d+,\d{1,2}|\d+(?:\.\d*)?|\.\d+)"
)
_NUMBER = re.compile(
    rf"(?P<sign>[-+−]?) ?(?P<before>{_CURRENCY})? ?(?P<inner>[-+−]?)(?P<digits>{_DIGITS})"
    rf"(?P<exponent>e[-+]?\d{{1,2}})? ?(?P<unit>%|percent\b|[kmb]\b|bn\b|thousand|million|billion)?"
    rf" ?(?P<after>{_CURRENCY})?",
    re.IGNORECASE | re.ASCII,
)
_PLAIN = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
"""What is no question: taking it at once saves 4 of 5 us."""
_SWAPPED = re.compile(rf"{_OTHER_WAY}|\d+,\d{{1,2}}", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}", re.ASCII)
_GROUPED_OR_NOT = re.compile(r"\d{1,3}\.\d{3}", re.ASCII)
_BRACKETED = re.compile(rf"({_CURRENCY})? ?\((?=.*\d)([^-+−()]+)\)", re.IGNORECASE | re.ASCII)
_DOLLARS: Final = frozenset(
    "USD CAD AUD NZD MXN HKD SGD TWD ARS CLP COP BRL JMD TTD BBD BSD BZD BND FJD GYD LRD NAD SBD SRD XCD".split()
)
_MEANT: Final[Mapping[str, frozenset[str]]] = {
    "$": _DOLLARS,
    "dollar": _DOLLARS,
    "dollars": _DOLLARS,
    **dict.fromkeys(("c$", "ca$", "can$", "cn$"), frozenset({"CAD"})),
    **dict.fromkeys(("a$", "au$"), frozenset({"AUD"})),
    **{f"{short}$": frozenset({f"{short.upper()}D"}) for short in ("us", "nz", "hk")},
    "mx$": frozenset({"MXN"}),
    "r$": frozenset({"BRL"}),
    **dict.fromkeys(("€", "euro", "euros"), frozenset({"EUR"})),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
}
"""The currencies that a sign may mean; a code means itself."""
EUROS: Final = frozenset({"€", "eur", "euro", "euros"})
"""Signs of those who write a decimal comma: of them ``5,00`` is certain, and ``1.234`` is not."""

UNITS: Final[Mapping[str, Decimal]] = {
    "": Decimal(1),
    **dict.fromkeys(("%", "percent"), CENT),
    **dict.fromkeys(("k", "thousand"), Decimal(1_000)),
    **dict.fromkeys(("m", "million"), Decimal(1_000_000)),
    **dict.fromkeys(("b", "bn", "billion"), Decimal(1_000_000_000)),
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
    if _PLAIN.fullmatch(text):
        return Decimal(text.rstrip("0").rstrip(".") or 0 if "." in text else text)
    if bracketed := _BRACKETED.fullmatch(text):
        return number_of(f"-{bracketed[1] or ''}{bracketed[2].strip()}")
    match = _NUMBER.fullmatch(text)
    if not match or len(text) > 2 * MOST_DIGITS or (match["sign"] and match["inner"]):
        return None
    plain = _plain_digits(match["digits"], (match["before"] or match["after"] or "").lower() in EUROS)
    if plain is None:
        return None
    number = EXACT.multiply(Decimal(plain + (match["exponent"] or "")), UNITS[(match["unit"] or "").lower()])
    return _within_limits(number.copy_negate() if match["sign"] + match["inner"] in {"-", "−"} else number)


def _plain_digits(digits: str, in_euros: bool) -> str | None:
    """The digits with a decimal point alone; None where nobody can know which mark is which."""
    if (_GROUPED_OR_NOT if in_euros else _DECIMAL_COMMA).fullmatch(digits):
        return None
    marks = {ord(mark): None for mark in " '’."} | {ord(","): "."}
    return digits.translate(marks if _SWAPPED.fullmatch(digits) else dict.fromkeys(map(ord, " '’,")))


def _within_limits(number: Decimal) -> Decimal | None:
    fits = len(number.as_tuple().digits) <= MOST_DIGITS and abs(number.adjusted()) <= LARGEST_EXPONENT
    return canonical(number) if fits or not number else None


SHORT: Final = 16
"""Characters of a number whose reading is remembered: ages, scores and bills are of a few thousand."""


def plain_number(raw: object) -> Decimal | None:
    """What came, as a decimal of at most ``MOST_DIGITS`` digits; None where it is no number."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, Decimal):
        return _within_limits(raw)
    text = short_text(raw, 2 * MOST_DIGITS)
    return number_of(one_line(text)) if text else None


def read_number(raw: object, type_: Type, context: Context) -> Reading:
    """A decimal of at most ``MOST_DIGITS`` digits."""
    if type(raw) is Decimal and len(digits := str(raw)) <= SHORT:
        return _short_number(digits)
    number = plain_number(raw)
    return INVALID if number is None else Reading(True, number)


@lru_cache(maxsize=4_096)
def _short_number(digits: str) -> Reading:
    number = _within_limits(Decimal(digits))
    return INVALID if number is None else Reading(True, number, json=number_text(number))


@lru_cache(maxsize=4_096)
def _short_money(digits: str) -> Reading:
    number = _within_limits(Decimal(digits))
    amount = None if number is None else money(number)
    return INVALID if amount is None else Reading(True, amount, json=number_text(amount))


def money(number: Decimal) -> Decimal | None:
    """An amount to the millionth, halves to even, with two places at least; None beyond ``MOST_MONEY``."""
    if abs(number) > MOST_MONEY:
        return None
    in_cents = number.quantize(CENT)
    if in_cents == number:
        return in_cents
    exact = canonical(number.quantize(MILLIONTH, ROUND_HALF_EVEN))
    return exact if _exponent(exact) < -2 else exact.quantize(CENT)


def read_money(raw: object, type_: Type, context: Context) -> Reading:
    """An amount in the flow's currency; a percentage is none."""
    if type(raw) is Decimal and len(digits := str(raw)) <= SHORT:
        return _short_money(digits)
    number = None if isinstance(raw, str) and _PERCENTAGE.search(raw) else plain_number(raw)
    amount = None if number is None else money(number)
    return INVALID if amount is None else Reading(True, amount)


def in_currency(raw: object, currency: str) -> bool:
    """Whether what came may be an amount in this currency: it has no sign and no code, or one that means it."""
    if not isinstance(raw, str):
        return True
    text = one_line(raw)
    bracketed = _BRACKETED.fullmatch(text)
    match = _NUMBER.fullmatch(bracketed[2].strip() if bracketed else text)
    signs = (bracketed[1] if bracketed else "", *((match["before"], match["after"]) if match else ()))
    return all(currency in _MEANT.get(sign.lower(), {sign[:3].upper()}) for sign in signs if sign)


TRUTHS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "on", "si", "sí", "oui", "ja"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "off", "non", "nein"), False),
    **dict.fromkeys(("verdadero", "vrai", "wahr"), True),
    **dict.fromkeys(("falso", "faux", "falsch"), False),
}


YES: Final = Reading(True, True, json="true")
NO: Final = Reading(True, False, json="false")


def read_boolean(raw: object, type_: Type, context: Context) -> Reading:
    """true, t, yes, y, 1, on and their opposites, in any case, and yes and no, true and false in Spanish, French and
    German."""
    if type(raw) is bool:
        return YES if raw else NO
    text = short_text(raw, 16)
    truth = TRUTHS.get(text.casefold()) if text else None
    return INVALID if truth is None else YES if truth else NO


READERS: Final[Mapping[str, Reader]] = {
    "number": read_number,
    "money": read_money,
    "boolean": read_boolean,
}
