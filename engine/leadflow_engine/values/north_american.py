"""Phones of the North American numbering plan, told by patterns of the library's data without the library's objects.

Nearly all leads bring such a phone. Reading one through the library takes 13 us and each part two to five more; the
same patterns, put into one expression a region, tell in 1 us whether a number is assigned, where, and of which type it
is. ``tests/engine/values/test_north_american.py`` holds them against the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from leadflow_dsl.unguarded import dataclass

MAIN: Final = "US"
"""The region whose patterns are asked first, as the library does: numbers of no place (toll-free) are its own."""
ELSE: Final = "CA"
"""The other region that is not known by its area."""
TOLL_FREE: Final = frozenset({"800", "822", "833", "844", "855", "866", "877", "888"})
"""Area codes kept for toll-free numbers, those that are not given out yet included."""
_OF_NO_PLACE: Final = tuple(
    "premium_rate toll_free shared_cost voip personal_number pager uan voicemail".split()
)
"""Types in the order in which the library asks for them; lines and mobiles follow."""
GEOGRAPHIC: Final = frozenset({"fixed_line", "fixed_line_or_mobile"})


@dataclass(frozen=True, slots=True)
class Known:
    """An assigned number: its ten digits, the region (two letters) and the type, as the language names them."""

    digits: str
    region: str
    type: str


def known(digits: str) -> Known | None:
    """What ten digits are; None where such a number is not assigned. The exchange begins with 2 to 9."""
    if match := _patterns(MAIN).fullmatch(digits):
        return Known(digits, MAIN, match.lastgroup or "")
    region = _region_of(digits[:3])
    match = _patterns(region).fullmatch(digits)
    return Known(digits, region, match.lastgroup or "") if match else None


@cache
def _patterns(region: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _alternatives(region)))


def _alternatives(region: str) -> Iterator[tuple[str, str]]:
    from phonenumbers import PhoneMetadata

    data: Any = PhoneMetadata.metadata_for_region(region)
    for name in _OF_NO_PLACE:
        if pattern := _pattern_of(data, name):
            yield name, pattern
    line, mobile = _pattern_of(data, "fixed_line"), _pattern_of(data, "mobile")
    if line and mobile:
        yield "fixed_line_or_mobile", line if line == mobile else rf"(?=(?:{line})\Z)(?:{mobile})"
    for name, pattern in (("fixed_line", line), ("mobile", mobile)):
        if pattern and line != mobile:
            yield name, pattern


def _pattern_of(data: Any, name: str) -> str:
    described = getattr(data, name)
    pattern = (described.national_number_pattern or "") if described is not None else ""
    return "" if pattern == "NA" else pattern


@cache
def _region_of(area: str) -> str:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    for region in COUNTRY_CODE_TO_REGION_CODE[1]:
        leading = PhoneMetadata.metadata_for_region(region).leading_digits  # type: ignore[union-attr]
        if leading and re.match(leading, area):
            return str(region)
    return ELSE


@lru_cache(maxsize=16_384)
def _zones_of(exchange: str) -> tuple[str, ...] | None:
    """The time zones of an area and an exchange (six digits), which nobody is known by."""
    from phonenumbers import PhoneNumber, timezone

    number = PhoneNumber(country_code=1, national_number=int(exchange + "0000"))
    zones = timezone.time_zones_for_geographical_number(number)
    return tuple(zone for zone in zones if zone != "Etc/Unknown") or None


@cache
def _zones_of_all() -> tuple[str, ...] | None:
    from phonenumbers import PhoneNumber, timezone

    toll_free = PhoneNumber(country_code=1, national_number=8002530000)
    return tuple(zone for zone in timezone.time_zones_for_number(toll_free) if zone != "Etc/Unknown") or None


def _timezones(number: Known) -> tuple[str, ...] | None:
    return _zones_of(number.digits[:6]) if number.type in GEOGRAPHIC else _zones_of_all()


PARTS: Final[Mapping[str, Callable[[Known], object]]] = {
    "e164": lambda number: f"+1{number.digits}",
    "national": lambda number: f"({number.digits[:3]}) {number.digits[3:6]}-{number.digits[6:]}",
    "digits": lambda number: number.digits,
    "country": lambda number: number.region,
    "calling_code": lambda number: "1",
    "area": lambda number: number.digits[:3],
    "exchange": lambda number: number.digits[3:6],
    "line": lambda number: number.digits[6:],
    "extension": lambda number: None,
    "type": lambda number: number.type,
    "is_tollfree": lambda number: number.digits[:3] in TOLL_FREE or number.type == "toll_free",
    "timezones": _timezones,
}
