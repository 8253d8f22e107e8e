"""Postal codes of the United States, Canada and the United Kingdom, each known by its form; other countries'
as text.

A ZIP code is valid by its form: new ones are assigned faster than any list is renewed. Where it is known
it has a place; the parts that are not known are blank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final

from leadflow_dsl.states import STATES
from leadflow_dsl.terms import Type
from leadflow_engine.texts.json_text import quoted
from leadflow_engine.values.reading import (
    INVALID,
    Context,
    Parts,
    Reader,
    Reading,
    as_decimal,
    one_line,
    short_text,
)


@dataclass(frozen=True, slots=True)
class Code:
    """A postal code that was recognised. ``four`` is what follows a ZIP code's dash."""

    zip: str
    country: str
    four: str | None = None


_ZIP = re.compile(r"(?!00000)(\d{5})(?: ?[-–+]? ?(\d{4})|-|\.0)?", re.ASCII)
_CANADA = re.compile(r"([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z])[ .-]?(\d[ABCEGHJ-NPRSTV-Z]\d)", re.ASCII)
_BRITAIN = re.compile(
    r"(GIR(?=[ -]?0AA)|[A-PR-UWYZ](?:[A-HK-Y]?\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY]))[ -]?"
    r"(\d[ABD-HJLNP-UW-Z]{2})",
    re.ASCII,
)
_OTHER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]", re.ASCII)


def _recognised(text: str, country: str) -> Code | None:
    upper = text.upper()
    if country in KNOWN and (match := _ZIP.fullmatch(upper)):
        return Code(match[1], "US", match[2])
    if match := _CANADA.fullmatch(upper):
        return Code(f"{match[1]} {match[2]}", "CA")
    if match := _BRITAIN.fullmatch(upper):
        return Code(f"{match[1]} {match[2]}", "GB")
    return Code(upper, country) if country not in KNOWN and _OTHER.fullmatch(upper) else None


KNOWN: Final = frozenset({"US", "CA", "GB"})
FIVE_DIGITS: Final = KNOWN | {"DE", "ES", "EE", "FI", "FR", "HR", "IT", "MX", "PR", "TR", "UA"}
"""Countries in which a number of fewer digits can only be a code that has lost its leading zeros."""

PROVINCES: Final[Mapping[str, str]] = {
    "A": "NL",
    "B": "NS",
    "C": "PE",
    "E": "NB",
    **dict.fromkeys("GHJ", "QC"),
    **dict.fromkeys("KLMNP", "ON"),
    "R": "MB",
    "S": "SK",
    "T": "AB",
    "V": "BC",
    "Y": "YT",
    **dict.fromkeys(("X0A", "X0B", "X0C"), "NU"),
    "X": "NT",
}
"""Provinces by the longest beginning of a code that tells them."""

CANADA_ZONES: Final[Mapping[str, str | None]] = {
    "NL": "America/St_Johns",
    "NS": "America/Halifax",
    "PE": "America/Halifax",
    "NB": "America/Moncton",
    "QC": "America/Toronto",
    "ON": "America/Toronto",
    "MB": "America/Winnipeg",
    "SK": "America/Regina",
    "AB": "America/Edmonton",
    "BC": "America/Vancouver",
    "YT": "America/Whitehorse",
    "NT": "America/Yellowknife",
    **dict.fromkeys(("P8N", "P8T", "P9A", "P9N", "P0V", "P0W", "P0X"), "America/Winnipeg"),
    **dict.fromkeys(("V1G", "V1J", "V0C"), "America/Dawson_Creek"),
    **dict.fromkeys(("V0A", "V1A", "V1C", "S9V"), "America/Edmonton"),
    **dict.fromkeys(("A0P", "A0R", "A2V"), "America/Goose_Bay"),
    "G4T": "America/Halifax",
    **dict.fromkeys(("G0G", "P0T", "V0B"), None),
}
"""Zones by district where it differs from its province; None for a district that lies in two. Nunavut spans three:
blank."""


@cache
def _places() -> Mapping[str, Mapping[str, Any]]:
    """Every known ZIP code's place. The library itself searches its list from the start: 0.7 ms a code."""
    import zipcodes

    places: list[Mapping[str, Any]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    return {place["zip_code"]: place for place in places}


def _place(zip_code: str) -> Mapping[str, Any]:
    return _places().get(zip_code, {})


def _province(code: Code) -> str | None:
    return PROVINCES.get(code.zip[:3]) or PROVINCES.get(code.zip[:1])


def _state(code: Code) -> str | None:
    if code.country == "CA":
        return _province(code)
    state = _place(code.zip).get("state") if code.country == "US" else None
    return state if state in STATES else None


def _timezone(code: Code) -> str | None:
    if code.country == "CA":
        return CANADA_ZONES.get(code.zip[:3], CANADA_ZONES.get(_province(code) or ""))
    if code.country == "GB":
        return "Europe/London"
    return _place(code.zip).get("timezone") or None if code.country == "US" else None


MILITARY: Final = frozenset({"AA", "AE", "AP"})
"""Posts that may be anywhere; the list has them where the equator meets the meridian of Greenwich."""


def _degrees(name: str) -> Callable[[Code], Decimal | None]:
    def read(code: Code) -> Decimal | None:
        place = _place(code.zip) if code.country == "US" else {}
        written = place.get(name)
        return Decimal(written) if written and place["state"] not in MILITARY else None

    return read


PARTS: Final[Mapping[str, Callable[[Code], object]]] = {
    "zip": lambda code: code.zip,
    "four": lambda code: code.four,
    "country": lambda code: code.country,
    "timezone": _timezone,
    "state": _state,
    "lat": _degrees("lat"),
    "lng": _degrees("long"),
}


@lru_cache(maxsize=8_192)
def _reading(text: str, country: str) -> Reading:
    code = _recognised(text, country)
    return Reading(True, code.zip, Parts(code, PARTS), json=quoted(code.zip)) if code else INVALID


def _text(raw: object, country: str) -> str | None:
    """The text that came. A JSON number has lost its leading zeros, so they are given back: 2134 is
    ``02134``, and 21341234 ``02134-1234``. A text has not: whoever typed 9410 may have left out any digit."""
    if isinstance(raw, bool):
        return None
    text = short_text(raw, 16)
    if text and isinstance(raw, int | float | Decimal) and country in FIVE_DIGITS and as_decimal(raw) > 0:
        return text.zfill(5 if len(text) <= 5 else 9 if len(text) >= 7 else 0)
    return one_line(text) if text else None


def read_postal_code(raw: object, type_: Type, context: Context) -> Reading:
    """A postal code; its normal form is the code alone (``94105``, ``K1A 0B1``, ``SW1A 1AA``)."""
    text = _text(raw, context.country)
    return _reading(text, context.country) if text else INVALID


READERS: Final[Mapping[str, Reader]] = {"postal_code": read_postal_code}
