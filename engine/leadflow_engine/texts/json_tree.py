"""Reading JSON strictly: numbers exact, no name twice, no NaN, depth and digits bounded. A line end or a tab within a
text, which many senders forget to escape, can mean nothing else and is taken."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any

MAX_DEPTH: Final = 64
MAX_DIGITS: Final = 40


class Unreadable(ValueError):
    """A body that is not what it should be. The message holds nothing of the body."""


def read_json(text: str) -> Json:
    """Strict JSON with exact numbers. Raises ``Unreadable``: NaN, a name twice, too deep, a number too long."""
    try:
        tree = _decoded(text)
    except json.JSONDecodeError as problem:
        raise Unreadable(f"{problem.msg}, line {problem.lineno} column {problem.colno}") from problem
    except RecursionError as problem:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels") from problem
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(tree)
    return tree


def _decoded(text: str) -> Json:
    """Nearly every answer begins and ends with its value: that white space is looked for around it costs as much as
    reading it."""
    if text[:1] == "{":
        tree, end = _DECODER.raw_decode(text)
        if end == len(text):
            return tree
    return _DECODER.decode(text)


def _number(digits: str) -> Decimal:
    too_long = f"a number of more than {MAX_DIGITS} digits"
    if len(digits) > MAX_DIGITS:
        raise Unreadable(too_long)
    try:
        number = Decimal(digits)
    except InvalidOperation:  # an exponent beyond what even Decimal holds
        raise Unreadable(too_long) from None
    if abs(number.adjusted()) > MAX_DIGITS:
        raise Unreadable(too_long)
    return number


def _integer(digits: str) -> Decimal:
    if len(digits) > MAX_DIGITS:
        raise Unreadable(f"a number of more than {MAX_DIGITS} digits")
    return Decimal(digits)


def _constant(name: str) -> None:
    raise Unreadable(f"{name} is no number")


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a name stands twice in one object")
    return found


_DECODER: Final = json.JSONDecoder(
    parse_float=_number,
    parse_int=_integer,
    parse_constant=_constant,
    object_pairs_hook=_once,
    strict=False,
)
"""Made once: making it takes as long as reading a short answer."""


def _check_depth(tree: Json) -> None:
    level = [tree]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
