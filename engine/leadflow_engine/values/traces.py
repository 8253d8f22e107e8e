"""Traces: of each spelling of a personal value a piece that stands in it. A text without any of them holds none of the
spellings, which is seen in a tenth of the time that it takes to make them all and to look for each.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from leadflow_engine.values.reading import raw_text
from leadflow_engine.values.spellings import SHORTEST_ENCODED, of_type
from leadflow_engine.values.value import Value
from leadflow_engine.values.writing import written

COMPOUND: Final = frozenset({"list", "record"})
NAMES: Final = frozenset({"first_name", "last_name"})
MOSTLY_DIGITS: Final = 7
"""Digits from which on a text may come back as its digits alone."""
ENOUGH: Final = 8
"""Characters of a text in base64 that are looked for where they are letters and digits: fewer stand anywhere."""
_NO_DIGITS = re.compile(r"\D+")
_DIGITS: Final = b"0123456789"
_RUNS = re.compile(r"\d+", re.ASCII)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")
_LONG_ENOUGH = re.compile(r"[A-Za-z0-9._~-]{3,}")


def traces(value: Value) -> list[str]:
    """For every form that a mask looks for (``response.excerpt``) of every spelling of a value, something in lower case
    that stands in that form; "", which stands everywhere, where nothing shorter to find is known."""
    kind = value.type.name
    if kind in COMPOUND and (value.elements or value.columns):
        return [one for inner in (*value.elements, *value.columns.values()) for one in traces(inner)]
    if value.blank:
        return []
    raw, text = _own_texts(value)
    found = [trace(raw)]
    if len(raw) >= SHORTEST_ENCODED:
        found.append(_of_encoded(raw))
    if text != raw:
        found.append(trace(text))
        if len(text) >= SHORTEST_ENCODED:
            found.append(_of_encoded(text))
    if kind not in NAMES or not text.isalpha():  # a name of one word has no other spellings
        found += _OF_TYPE.get(kind, _of_others)(value)
    return found


def _own_texts(value: Value) -> tuple[str, str]:
    """What came, and what is written of it."""
    raw, normal = value.raw, value.normal
    came = raw if type(raw) is str and raw.isascii() else raw_text(raw)
    plain = type(normal) is str and normal.isascii() and value.valid
    return came, normal if plain else str(written(value, "text"))


def trace(text: str) -> str:
    """A piece of a text that stands in it however it is quoted: letters and digits that nobody has to quote. Of what
    may come back as its digits alone, digits."""
    if text.isalpha() and text.isascii():
        return text.lower()
    data = text.encode()
    digits = len(data) - len(data.translate(None, _DIGITS)) if text.isascii() else _count_digits(text)
    if digits >= MOSTLY_DIGITS and digits >= len(text) / 2:
        return _of_digits(text, digits)
    found = _LONG_ENOUGH.search(text)
    return found.group().lower() if found else max(_UNRESERVED.findall(text), key=len, default="").lower()


def _of_encoded(text: str) -> str:
    """A trace of a text in base64, in which digits are seldom the half."""
    data = binascii.b2a_base64(text.encode(), newline=False)
    if len(data) - len(data.translate(None, _DIGITS)) < MOSTLY_DIGITS:
        first = data[:ENOUGH].lower().decode()
        if first.isalnum():
            return first
        found = _LONG_ENOUGH.search(data.decode().rstrip("="))
        if found:
            return found.group().lower()
    return trace(data.decode().rstrip("="))


def _count_digits(text: str) -> int:
    """Digits of other scripts are digits, too."""
    return len(_NO_DIGITS.sub("", text))


def _of_digits(text: str, count: int) -> str:
    """Of more than ten digits the last ten may stand alone."""
    if not text.isascii():
        return ""
    if text.isdigit():
        return text[-10:]
    runs: list[str] = _RUNS.findall(text)
    return max(runs, key=len) if count <= 10 else runs[-1][-10:]


def _of_others(value: Value) -> Iterable[str]:
    return map(trace, of_type(value))


def _of_phone(value: Value) -> Iterable[str]:
    """All spellings of a North American phone end in its line."""
    line = value.part("line") if value.part("exchange") else None
    return (line,) if isinstance(line, str) else _of_others(value)


def _of_email(value: Value) -> Iterable[str]:
    """What stands before the ``@``."""
    user = value.part("user")
    return (trace(user),) if isinstance(user, str) and user else ()


def _of_day(value: Value) -> Iterable[str]:
    """Each pattern has the year."""
    return (f"{value.normal.year:04}",) if value.valid else ()


_OF_TYPE: Final[Mapping[str, Callable[[Value], Iterable[str]]]] = {
    "phone": _of_phone,
    "email": _of_email,
    "dob": _of_day,
    "date": _of_day,
}
"""Types whose own spellings have one trace, which is known without making them."""
