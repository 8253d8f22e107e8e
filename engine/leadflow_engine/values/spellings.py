"""The spellings in which somebody else may give back what is personal: so that it is masked in any of them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from leadflow_engine.values.reading import raw_text
from leadflow_engine.values.value import Value
from leadflow_engine.values.writing import written

SHORTEST_ENCODED: Final = 6
"""Characters of the shortest text whose base64 is looked for: that of a shorter one may stand anywhere by chance."""
_SEPARATORS: Final = ("-", ".", " ", "/")
_DAY_PATTERNS: Final = (
    "{y}-{m}-{d} {m}/{d}/{y} {d}/{m}/{y} {m}-{d}-{y} {d}-{m}-{y} {d}.{m}.{y} {y}/{m}/{d} {y}{m}{d} {m}{d}{y} {d}{m}{y}"
).split()


def spellings(value: Value) -> Iterator[str]:
    """Every text in which a value may come back; of a list and a record those of all that is in them."""
    for inner in (*value.elements, *value.columns.values()):
        yield from spellings(inner)
    if value.blank or value.elements or value.columns:
        return
    own = dict.fromkeys((raw_text(value.raw), str(written(value, "text"))))
    yield from own
    yield from (encoded for text in own if len(text) >= SHORTEST_ENCODED for encoded in _encoded(text))
    yield from of_type(value)


def of_type(value: Value) -> Iterator[str]:
    """Spellings that only values of this type have; none of a list or a record."""
    return filter(None, _OF_TYPE.get(value.type.name, _none)(value))


def _encoded(text: str) -> Iterator[str]:
    whole = base64.b64encode(text.encode()).decode()
    yield whole.rstrip("=")
    yield base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _none(value: Value) -> Iterator[str]:
    yield from ()


def _of_phone(value: Value) -> Iterator[str]:
    """Its digits, and its pieces put together with any separator."""
    area, exchange, line = (value.part(name) for name in ("area", "exchange", "line"))
    for name in ("e164", "digits", "line") if exchange else ("e164", "national", "digits", "line"):
        if part := value.part(name):
            yield str(part)
    if exchange:
        yield f"({area}){exchange}-{line}"
        yield f"({area}) {exchange}-{line}"
        yield from (separator.join((str(area), str(exchange), str(line))) for separator in _SEPARATORS)
    elif area and line:
        yield from (f"{area}{separator}{line}" for separator in _SEPARATORS)


def _of_email(value: Value) -> Iterator[str]:
    yield str(value.part("user") or "")


def _of_words(value: Value) -> Iterator[str]:
    """Each word of a name: who is called Mary Ann may be greeted as Mary."""
    words = str(written(value, "text")).replace("-", " ").split()
    if len(words) > 1:
        yield from words


def _of_street(value: Value) -> Iterator[str]:
    """The number and the street's own name: what follows is abbreviated in many ways."""
    words = str(written(value, "text")).replace(",", " ").split()
    if len(words) > 2 and words[0][0].isdigit():
        yield " ".join(words[:2] if len(words[1]) > 2 else words[:3])


def _of_day(value: Value) -> Iterator[str]:
    if not value.valid:
        return
    day = value.normal
    year, month, date = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    for pattern in _DAY_PATTERNS:
        yield pattern.format(y=year, m=month, d=date)
        yield (
            pattern.format(y=year, m=day.month, d=day.day)
            if not pattern.startswith(("{y}{", "{m}{", "{d}{"))
            else ""
        )


def _of_ssn(value: Value) -> Iterator[str]:
    if value.valid:
        yield from (value.normal.replace("-", separator) for separator in ("", " ", "."))


_OF_TYPE: Final[Mapping[str, Callable[[Value], Iterator[str]]]] = {
    "phone": _of_phone,
    "email": _of_email,
    "first_name": _of_words,
    "last_name": _of_words,
    "street": _of_street,
    "dob": _of_day,
    "date": _of_day,
    "ssn": _of_ssn,
}
"""Spellings beside those that every value has."""
