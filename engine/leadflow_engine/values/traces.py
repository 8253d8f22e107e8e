"""Traces: of each spelling of a personal value a piece that stands in it. A text without any of them holds none of the
spellings, which is seen in a tenth of the time that it takes to make them all and to look for each.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from leadflow_engine.values.reading import raw_text
from leadflow_engine.values.spellings import SHORTEST_ENCODED, of_type
from leadflow_engine.values.value import Value
from leadflow_engine.values.writing import written

MOSTLY_DIGITS: Final = 7
"""Digits from which on a text may come back as its digits alone."""
_NO_DIGITS = re.compile(r"\D+")
_DIGITS = re.compile(r"\d+", re.ASCII)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")
_LONG_ENOUGH = re.compile(r"[A-Za-z0-9._~-]{3,}")


def traces(value: Value) -> Iterator[str]:
    """For every form that a mask looks for (``response.excerpt``) of every spelling of a value, something in lower case
    that stands in that form; "", which stands everywhere, where nothing shorter to find is known."""
    if value.elements or value.columns:
        for inner in (*value.elements, *value.columns.values()):
            yield from traces(inner)
        return
    if value.blank:
        return
    raw, text = raw_text(value.raw), str(written(value, "text"))
    for own in (raw,) if raw == text else (raw, text):
        yield trace(own)
        if len(own) >= SHORTEST_ENCODED:
            yield trace(binascii.b2a_base64(own.encode(), newline=False).decode().rstrip("="))
    yield from _OF_TYPE.get(value.type.name, _of_others)(value)


def trace(text: str) -> str:
    """A piece of a text that stands in it however it is quoted: letters and digits that nobody has to quote. Of what
    may come back as its digits alone, digits."""
    digits = _count_digits(text)
    if digits >= MOSTLY_DIGITS and digits >= len(text) / 2:
        return _of_digits(text, digits)
    found = _LONG_ENOUGH.search(text)
    return found.group().lower() if found else max(_UNRESERVED.findall(text), key=len, default="").lower()


def _count_digits(text: str) -> int:
    if not text.isascii():
        return len(_NO_DIGITS.sub("", text))
    data = text.encode()
    return len(data) - len(data.translate(None, b"0123456789"))  # a quarter of the time of counting in texts


def _of_digits(text: str, count: int) -> str:
    """Of more than ten digits the last ten may stand alone."""
    if not text.isascii():
        return ""
    if text.isdigit():
        return text[-10:]
    runs: list[str] = _DIGITS.findall(text)
    return max(runs, key=len) if count <= 10 else runs[-1][-10:]


def _of_others(value: Value) -> Iterator[str]:
    return map(trace, of_type(value))


def _of_phone(value: Value) -> Iterator[str]:
    """All spellings of a North American phone end in its line."""
    line = value.part("line") if value.part("exchange") else None
    return iter((line,)) if isinstance(line, str) else _of_others(value)


def _of_day(value: Value) -> Iterator[str]:
    """Each pattern has the year."""
    return iter((f"{value.normal.year:04}",)) if value.valid else iter(())


_OF_TYPE: Final[Mapping[str, Callable[[Value], Iterator[str]]]] = {
    "phone": _of_phone,
    "dob": _of_day,
    "date": _of_day,
}
"""Types whose spellings have one trace, which is known without making them."""
