"""What is told of a North American phone without the library is what the library says of it."""

from __future__ import annotations

import random
from collections.abc import Iterable

import phonenumbers
import pytest

from leadflow_dsl.terms import Type
from leadflow_engine.values import north_american, parse, phones


def same(digits: str) -> None:
    """Compare one number: whether it is assigned, and each part."""
    number = phonenumbers.PhoneNumber(country_code=1, national_number=int(digits))
    known = north_american.known(digits)
    assert (known is not None) == phonenumbers.is_valid_number(number), digits
    if known is not None:
        for name, part in north_american.PARTS.items():
            assert part(known) == phones.PARTS[name](number), (digits, name)


def drawn(count: int, seed: int) -> Iterable[str]:
    """Numbers of any area."""
    chance = random.Random(seed)
    for _ in range(count):
        yield f"{chance.randint(200, 999)}{chance.randint(200, 999)}{chance.randint(0, 9999):04}"


def test_drawn_numbers() -> None:
    for digits in drawn(3_000, 5):
        same(digits)


@pytest.mark.parametrize(
    "area", ["246", "340", "671", "787", "800", "867", "876", "900", "500", "710", "809"]
)
def test_areas_with_rules_of_their_own(area: str) -> None:
    for rest in drawn(60, int(area)):
        same(area + rest[3:])


def test_it_has_the_parts_that_other_phones_have() -> None:
    assert north_american.PARTS.keys() == phones.PARTS.keys()


@pytest.mark.long
def test_every_exchange_of_every_area() -> None:
    chance = random.Random(8)
    for area in range(200, 1000):
        for exchange in range(200, 1000):
            same(f"{area}{exchange}{chance.randint(0, 9999):04}")


@pytest.mark.parametrize(("country", "raw"), [("US", "(202) 555-0143"), ("DE", "+1 202 555 0143")])
def test_a_value_is_read_so(country: str, raw: str) -> None:
    value = parse(Type("phone"), raw, country)
    assert (value.normal, value.part("national")) == ("+12025550143", "(202) 555-0143")


def test_abroad_such_digits_are_of_the_country_there() -> None:
    assert parse(Type("phone"), "2025550143", "DE").normal != "+12025550143"
