"""What each type takes, in words for whoever sends or receives it: one row a type, read by documents and schemas.

``tests/engine/instructions/test_types_in_words.py`` holds the rows against the readers: every example is read as good,
and no kind of JSON value that a reader takes is missing from ``kinds``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from leadflow_dsl.terms import Type

Json: TypeAlias = Any

SCALARS: Final = ("string", "number", "boolean")


@dataclass(frozen=True, slots=True)
class InWords:
    """``word``: what the type is called. ``takes``: which spellings are read. ``example``: one that is good, as JSON.
    ``kinds``: the kinds of JSON value that its reader can take, in the words of JSON Schema."""

    word: str
    takes: str
    example: Json
    kinds: tuple[str, ...] = ("string", "number")


_TEXTS: Final[Mapping[str, tuple[str, str, Json]]] = {
    "text": ("text", "any text", "example"),
    "first_name": ("first name", "a text", "Maria"),
    "last_name": ("last name", "a text", "Garcia"),
    "street": ("street and number", "a text", "123 Main Street"),
    "city": ("city", "a text", "Austin"),
    "company": ("company", "a text", "Example LLC"),
    "gender": ("gender", "M, F, male, female, non-binary, or another text", "female"),
    "id": ("identifier", "a text of up to 1,024 characters", "A-10293"),
    "user_agent": (
        "browser's user agent",
        "the header as the browser sent it",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    ),
}
_URL: Final = "an http or https address"

TYPES: Final[Mapping[str, InWords]] = {
    **{name: InWords(*row, SCALARS) for name, row in _TEXTS.items()},
    "number": InWords("number", "12, 1,234.50, 70k, 20%; a JSON number or a text", 12),
    "money": InWords("amount of money", "240, 240.00, $1,240.50; a JSON number or a text", 240),
    "boolean": InWords("yes or no", "true or false, yes or no, Y or N, on or off, 1 or 0", True, SCALARS),
    "range": InWords(
        "range of numbers",
        "200-300, $200 to $300, 700+, under 100, or one number",
        "200-300",
        ("string", "number", "array", "object"),
    ),
    "date": InWords("date", "2026-03-04, 20260304, March 4, 2026; {order}", "2026-03-04"),
    "dob": InWords("date of birth", "1984-05-17, 19840517, May 17, 1984; {order}", "1984-05-17"),
    "time": InWords("time of day", "08:30, 20:00:30, 8:30 p.m.", "08:30"),
    "datetime": InWords(
        "date and time",
        "ISO 8601, or seconds or milliseconds since 1970; without a zone, in {zone}",
        "2026-03-04T15:30:00Z",
    ),
    "email": InWords(
        "e-mail address", "an address that mail could go to", "maria.garcia@example.com", ("string",)
    ),
    "phone": InWords(
        "phone number", "any spelling; without a country code, read as one of {country}", "512-555-0147"
    ),
    "state": InWords("state", "the two-letter code or the name", "TX", ("string",)),
    "postal_code": InWords(
        "postal code", "12345 or 12345-6789; other countries' as they write them", "78701"
    ),
    "url": InWords("web address", _URL, "https://www.example.com/quote", ("string",)),
    "trustedform_url": InWords(
        "TrustedForm certificate",
        "the certificate's https address on cert.trustedform.com",
        "https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567",
        ("string",),
    ),
    "country": InWords("country", "the two-letter code or the name", "US", ("string",)),
    "ip": InWords("IP address", "IPv4 or IPv6", "203.0.113.25", ("string",)),
    "ssn": InWords("social security number", "nine digits, with or without hyphens", "219-09-9999"),
    "timezone": InWords(
        "time zone", "a name of the tz database, such as America/Chicago", "America/Chicago", ("string",)
    ),
    "enum": InWords("one of a list", "one of the values, in upper or lower case", None, SCALARS),
    "list": InWords("list", "a JSON list, or a text with | ; or , between the elements", None),
    "record": InWords("object", "a JSON object", None, ("object", "string")),
}

LOCAL_EXAMPLES: Final[Mapping[tuple[str, str], Json]] = {
    ("postal_code", "CA"): "K1A 0B1",
    ("postal_code", "GB"): "SW1A 1AA",
    ("state", "CA"): "ON",
    ("city", "CA"): "Ottawa",
    ("city", "GB"): "London",
    ("timezone", "CA"): "America/Toronto",
    ("timezone", "GB"): "Europe/London",
    ("phone", "CA"): "613-555-0147",
    ("phone", "GB"): "020 7946 0147",
}
"""Examples that differ in flows of another country than the United States."""

NAMED_EXAMPLES: Final[Mapping[str, str]] = {
    "county": "Travis",
    "job_title": "Manager",
    "comments": "Please call in the afternoon",
    "tcpa_text": "I agree to be called about my request.",
    "campaign": "spring-2026",
    "affiliate": "aff-17",
    "sub_id": "landing-b",
    "utm_source": "newsletter",
    "phone_2": "512-555-0148",
    "phone_3": "512-555-0149",
    "address_2": "Apt 4",
}
"""Examples of the usual fields whose type says little; tried before the type's own."""


def in_words(type_: Type) -> InWords:
    """The row of a type."""
    return TYPES[type_.name]


def called(type_: Type) -> str:
    """What values of a type are called: ``phone number``, ``list of text``."""
    if type_.name == "list" and type_.of is not None:
        return f"list, each a {called(type_.of)}"
    if type_.name == "record":
        columns = ", ".join(f"{name} ({called(of)})" for name, of in type_.columns)
        return f"object with {columns}"
    return in_words(type_).word


def takes(type_: Type, country: str, zone: str) -> str:
    """Which spellings of a type are read in a flow of this country (two letters) and time zone."""
    order = "03/04/2026 is March 4" if country == "US" else "not 03/04/2026, whose order nobody can know"
    return (
        in_words(type_).takes.replace("{order}", order).replace("{zone}", zone).replace("{country}", country)
    )


def example_of(type_: Type, country: str) -> Json:
    """A made-up value of a type, as JSON; what it may not be by its field's own limits is the caller's to see to."""
    if type_.name == "enum":
        return type_.members[0] if type_.members else None
    if type_.name == "list":
        return [example_of(type_.of or Type("text"), country)]
    if type_.name == "record":
        return {name: example_of(of, country) for name, of in type_.columns}
    if type_.name == "country":
        return country
    return LOCAL_EXAMPLES.get((type_.name, country), in_words(type_).example)
