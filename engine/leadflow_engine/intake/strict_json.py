"""Strict reading of JSON that a stranger wrote: what other readers would take in two ways is an error
here."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any

DEEPEST: Final = 64
MOST_DIGITS: Final = 40
LARGEST_EXPONENT: Final = 308
"""What a double holds: a number beyond is not read by most of those to whom it would be passed on."""
MOST_VALUES: Final = 50_000
"""Values in one value: a megabyte of zeros would cost a hundred megabytes, and seconds for which all others wait."""
MOST_PROBLEMS: Final = 5
"""How many broken rules are told of one value; a body made of mistakes would get a longer answer than itself."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_WHITE = re.compile(r"[ \t\r\n]*")


class IntakeError(ValueError):
    """What came cannot be read. ``line`` and ``column`` count from 1; 0 where the place is not known.

    ``message`` names the rule and the way out, never what a lead brought but for the names of its fields.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        places = [f"line {line}"] * bool(line) + [f"column {column}"] * bool(column)
        super().__init__(f"{', '.join(places)}: {message}" if places else message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(slots=True)
class _Rules:
    """The decoder's hooks. They note what is wrong and let the decoder go on: only so is the end of the
    value known."""

    problems: list[str] = field(default_factory=list)

    def broken(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS and problem not in self.problems:
            self.problems.append(problem)

    def number(self, digits: str) -> Decimal | None:
        if len(digits) > 2 * MOST_DIGITS:
            self.broken(f"a number of more than {MOST_DIGITS} digits; send it as a text")
            return None
        try:
            number = Decimal(digits)
        except InvalidOperation:  # an exponent beyond what even Decimal holds
            self.broken(f"the number {digits} is out of range")
            return None
        if len(number.as_tuple().digits) > MOST_DIGITS:
            self.broken(f"a number of more than {MOST_DIGITS} digits; send it as a text")
        elif abs(number.adjusted()) > LARGEST_EXPONENT:
            self.broken(f"the number {digits} is out of range")
        return number

    def constant(self, name: str) -> None:
        self.broken(f"{name} is no number in JSON; leave the field out or send null")

    def pairs(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
            self.broken(f"the key {json.dumps(twice[:100])} stands twice in one object; keep one")
        return found


def read_value(text: str, start: int = 0) -> tuple[Json, int, list[str]]:
    """The JSON value that begins at ``start``: the value, where it ends, and which rules it breaks.

    Numbers are ``Decimal``. Raises ``IntakeError`` where it is no JSON at all.
    """
    begin, rules = skip_white(text, start), _Rules()
    try:
        value, end = _decoded(text, begin, rules)
    except json.JSONDecodeError as problem:
        raise IntakeError(_said(problem), problem.lineno, problem.colno) from None
    except RecursionError:
        raise IntakeError(_too_deep(), *_place(text, begin)) from None
    if not _is_short(text, begin, end):
        for found in _overgrown(value):
            rules.broken(found)
    if _broken_text(text, begin, end, value):
        rules.broken("half a surrogate pair (such as \\ud83d alone); send the character whole")
    return value, end, rules.problems


def _decoded(text: str, begin: int, rules: _Rules) -> tuple[Json, int]:
    """Whatever breaks no rule is read by a decoder that was made before: making one with hooks of its own takes as long
    as reading a lead."""
    try:
        return _PLAIN.raw_decode(text, begin)
    except _Unusual:
        decoder = json.JSONDecoder(
            object_pairs_hook=rules.pairs,
            parse_float=rules.number,
            parse_int=rules.number,
            parse_constant=rules.constant,
        )
        return decoder.raw_decode(text, begin)


class _Unusual(Exception):
    """What is read breaks a rule, or may do so."""


def _plain_number(digits: str) -> Decimal:
    if len(digits) > MOST_DIGITS or "e" in digits or "E" in digits:
        raise _Unusual
    return Decimal(digits)


def _plain_constant(name: str) -> None:
    raise _Unusual


def _plain_pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unusual
    return found


_PLAIN: Final = json.JSONDecoder(
    object_pairs_hook=_plain_pairs,
    parse_float=_plain_number,
    parse_int=_plain_number,
    parse_constant=_plain_constant,
)


def _is_short(text: str, begin: int, end: int) -> bool:
    """Whether a value has too few characters, and brackets, to hold too much or to be too deep."""
    return end - begin <= MOST_VALUES and text.count("{", begin, end) + text.count("[", begin, end) <= DEEPEST


def read_json(text: str, line: int = 1) -> Json:
    """One JSON value, strictly: no NaN, Infinity or number out of range, no key twice in an object, at most
    ``DEEPEST`` levels, ``MOST_VALUES`` values and ``MOST_DIGITS`` digits, no half surrogate pairs, nothing behind it.
    Numbers are ``Decimal``.

    ``line`` is where the text begins in its file. Raises ``IntakeError`` with the place.
    """
    try:
        value, end, problems = read_value(text)
    except IntakeError as problem:
        raise IntakeError(problem.message, problem.line + line - 1, problem.column) from None
    if problems:
        raise IntakeError("; ".join(dict.fromkeys(problems)), line)
    rest = skip_white(text, end)
    if rest < len(text):
        row, column = _place(text, rest)
        raise IntakeError("something stands behind the end of the JSON value", row + line - 1, column)
    return value


def skip_white(text: str, start: int) -> int:
    """The place of the next character that is no white space of JSON."""
    match = _WHITE.match(text, start)
    return match.end() if match else start


def _said(problem: json.JSONDecodeError) -> str:
    if not problem.doc.strip():
        return "there is nothing where JSON should be"
    return f"this is no JSON ({problem.msg[:1].lower()}{problem.msg[1:]})"


def _too_deep() -> str:
    return f"nested deeper than {DEEPEST} levels"


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _overgrown(value: Json) -> Iterator[str]:
    """Whether a value is deeper, or holds more, than is read."""
    level, count = [value] if isinstance(value, dict | list) else [], 0
    for _ in range(DEEPEST):
        inside = [inner for one in level for inner in _inside(one)]
        count += len(inside)
        if count > MOST_VALUES:
            yield f"more than {MOST_VALUES:,} values"
            return
        level = [inner for inner in inside if isinstance(inner, dict | list)]
        if not level:
            return
    yield _too_deep()


def _inside(value: dict[str, Json] | list[Json]) -> list[Json]:
    return list(value.values()) if isinstance(value, dict) else value


def _broken_text(text: str, start: int, end: int, value: Json) -> bool:
    """Whether half a surrogate pair came, as it is or escaped. Looked for only where one could be."""
    if not text.isascii() and _SURROGATE.search(text, start, end):
        return True
    return (
        text.find("\\u", start, end) >= 0
        and bool(_ESCAPED_SURROGATE.search(text, start, end))
        and _has_surrogate(value)
    )


def _has_surrogate(value: Json) -> bool:
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if _SURROGATE.search(one):
                return True
        elif isinstance(one, dict):
            left.extend(one)
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return False
