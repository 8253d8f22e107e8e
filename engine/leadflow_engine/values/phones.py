"""Phones in any spelling, read in the flow's country where they do not say theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from leadflow_dsl.terms import Type
from leadflow_engine.values import north_american
from leadflow_engine.values.north_american import TOLL_FREE
from leadflow_engine.values.reading import INVALID, Context, Parts, Reader, Reading, short_text

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

NORTH_AMERICA: Final = 1
"""The calling code of the North American numbering plan: area (3), exchange (3), line (4)."""


def _significant(number: PhoneNumber) -> str:
    import phonenumbers

    return phonenumbers.national_significant_number(number)


def _e164(number: PhoneNumber) -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _national(number: PhoneNumber) -> str:
    import phonenumbers

    bare = phonenumbers.PhoneNumber(
        country_code=number.country_code,
        national_number=number.national_number,
        italian_leading_zero=number.italian_leading_zero,
        number_of_leading_zeros=number.number_of_leading_zeros,
    )
    return phonenumbers.format_number(bare, phonenumbers.PhoneNumberFormat.NATIONAL)


def _digits(number: PhoneNumber) -> str:
    return _significant(number) if number.country_code == NORTH_AMERICA else _e164(number)[1:]


def _country(number: PhoneNumber) -> str | None:
    import phonenumbers

    region = phonenumbers.region_code_for_number(number)
    if region is None and number.country_code is not None:  # not assigned: the calling code's main country
        region = phonenumbers.region_code_for_country_code(number.country_code)
    return region if region and region not in {"ZZ", "001"} else None


def _area_length(number: PhoneNumber) -> int:
    import phonenumbers

    if number.country_code == NORTH_AMERICA:
        return 3
    return phonenumbers.length_of_national_destination_code(number)


def _area(number: PhoneNumber) -> str | None:
    return _significant(number)[: _area_length(number)] or None


def _exchange(number: PhoneNumber) -> str | None:
    return _significant(number)[3:6] if number.country_code == NORTH_AMERICA else None


def _line(number: PhoneNumber) -> str:
    rest = _significant(number)
    return rest[6:] if number.country_code == NORTH_AMERICA else rest[_area_length(number) :]


def _type(number: PhoneNumber) -> str | None:
    import phonenumbers

    name = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower()
    return None if name == "unknown" else name


def _is_tollfree(number: PhoneNumber) -> bool:
    north_american = number.country_code == NORTH_AMERICA and _significant(number)[:3] in TOLL_FREE
    return north_american or _type(number) == "toll_free"


def _timezones(number: PhoneNumber) -> tuple[str, ...] | None:
    from phonenumbers import timezone

    zones = tuple(zone for zone in timezone.time_zones_for_number(number) if zone != "Etc/Unknown")
    return zones or None


PARTS: Final[Mapping[str, Callable[[PhoneNumber], object]]] = {
    "e164": _e164,
    "national": _national,
    "digits": _digits,
    "country": _country,
    "calling_code": lambda number: str(number.country_code),
    "area": _area,
    "exchange": _exchange,
    "line": _line,
    "extension": lambda number: number.extension or None,
    "type": _type,
    "is_tollfree": _is_tollfree,
    "timezones": _timezones,
}


_KIND = re.compile(
    r"(?<=\d)[\s,;:/([-]*(?:home|work|office|business|day|evening|night|cell|cellular|mobile|fax|landline|[hwcmbo])"
    r"(?:phone)?[\s.)\]]*$",
    re.IGNORECASE,
)
_ZEROS = re.compile(r"(\d{7,15})\.0+", re.ASCII)
_SCIENTIFIC = re.compile(r"\d\.\d{9,14}e\+?\d\d?", re.ASCII | re.IGNORECASE)
_ABROAD = re.compile(r"00\s?(?=[1-9])", re.ASCII)


def _spellings(text: str) -> Iterator[str]:
    """The text, and as it is meant where it is no phone as it stands: said whose it is (``(cell)``), brought along
    by a spreadsheet (``5125550147.0``), dialled from abroad (``00 1 512 ...``)."""
    yield text
    if (bare := _KIND.sub("", text)) != text:
        yield bare
    if match := _ZEROS.fullmatch(text):
        yield match[1]
    if _SCIENTIFIC.fullmatch(text):
        number = Decimal(text)
        if number == number.to_integral_value() and number.adjusted() + 1 == len(number.as_tuple().digits):
            yield format(number, "f")
    if _ABROAD.match(text):
        yield _ABROAD.sub("+", text, count=1)
    if "_" in text:
        yield text.replace("_", "-")


def _reading(text: str, country: str) -> Reading:
    first = None
    for spelling in _spellings(text):
        reading = _read(spelling, country)
        if reading.valid:
            return reading
        first = first if first and first.parts else reading
    return first or INVALID


_PLAIN = re.compile(r"(\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?([2-9]\d\d)[ .-]?(\d{4})", re.ASCII)


def _plain(text: str, country: str) -> Reading | None:
    """A number as nearly all leads of North America bring it: reading every other spelling takes six times as long."""
    match = _PLAIN.fullmatch(text)
    if not match or (country not in {"US", "CA"} and not (match[1] or "").startswith("+")):
        return None
    number = north_american.known(match[2] + match[3] + match[4])
    return Reading(True, f"+1{number.digits}", Parts(number, north_american.PARTS)) if number else None


def _read(text: str, country: str) -> Reading:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return INVALID
    if phonenumbers.is_valid_number(number):
        return Reading(True, _e164(number), Parts(number, PARTS))
    # without its area a number is possible only for those who are there
    possible = (
        phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    )
    return Reading(False, None, Parts(number, PARTS)) if possible else INVALID


def read_phone(raw: object, type_: Type, context: Context) -> Reading:
    """A phone that is assigned. One that is possible but not assigned is invalid, yet has its parts."""
    text = None if isinstance(raw, bool) else short_text(raw, 64)
    if not text:
        return INVALID
    return _plain(text, context.country) or _reading(text, context.country)


READERS: Final[Mapping[str, Reader]] = {"phone": read_phone}
