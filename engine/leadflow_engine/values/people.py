"""Texts, and what people are called and where they live: text, id, names, street, city, company, gender,
ssn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import (
    INVALID,
    Context,
    Parts,
    Reader,
    Reading,
    one_line,
    scalar_text,
    short_text,
)

LONGEST_LINE: Final = 1_024
"""Characters of the longest name, street or city."""


LINES: Final = frozenset({"text", "id", "first_name", "last_name", "street", "city", "company"})
"""Types of which a printable line in ASCII, without two blanks in a row, is read as it stands but for blanks around."""


def read_text(raw: object, type_: Type, context: Context) -> Reading:
    """A text of any kind, over several lines too."""
    text = scalar_text(raw)
    return Reading(True, text) if text else INVALID


def read_line(raw: object, type_: Type, context: Context) -> Reading:
    """A text of one line: every run of white space is one blank."""
    text = short_text(raw, LONGEST_LINE)
    return Reading(True, one_line(text)) if text else INVALID


GENDERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("m", "male", "man", "boy", "masculine", "masculino", "hombre", "männlich"), "male"),
    **dict.fromkeys(("f", "female", "woman", "girl", "feminine", "femenino", "mujer", "weiblich"), "female"),
    **dict.fromkeys(("x", "nonbinary", "non-binary", "non binary", "nb", "enby"), "nonbinary"),
    **dict.fromkeys(("o", "other"), "other"),
}


def read_gender(raw: object, type_: Type, context: Context) -> Reading:
    """``male``, ``female``, ``nonbinary``, ``other`` in their usual spellings; any other text as it is."""
    reading = read_line(raw, type_, context)
    if not reading.valid:
        return INVALID
    return Reading(True, GENDERS.get(reading.normal.casefold().removesuffix("."), reading.normal))


# Never issued: areas 000, 666 and 900-999, group 00, serial 0000.
_SSN = re.compile(r"(?!000|666|9)(\d{3})[-–. ]?(?!00)(\d{2})[-–. ]?(?!0000)(\d{4})", re.ASCII)

SSN_PARTS: Final[Mapping[str, Callable[[str], object]]] = {"last_four": lambda normal: normal[-4:]}


def read_ssn(raw: object, type_: Type, context: Context) -> Reading:
    """A United States social security number that could have been issued, as ``123-45-6789``."""
    text = None if isinstance(raw, bool) else short_text(raw, 16)
    if text and not isinstance(raw, str) and len(text) in {7, 8}:
        text = text.zfill(9)  # a JSON number has lost its leading zeros
    match = _SSN.fullmatch(text) if text else None
    normal = "-".join(match.groups()) if match else ""
    return Reading(True, normal, Parts(normal, SSN_PARTS)) if match else INVALID


READERS: Final[Mapping[str, Reader]] = {
    "text": read_text,
    "id": read_line,
    "first_name": read_line,
    "last_name": read_line,
    "street": read_line,
    "city": read_line,
    "company": read_line,
    "gender": read_gender,
    "ssn": read_ssn,
}
