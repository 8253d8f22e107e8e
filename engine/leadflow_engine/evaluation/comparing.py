"""Comparing plain values: texts, numbers, days; unknown (``None``) wherever one side is blank."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from leadflow_engine.values import Value, written


class Open:
    """The value of a look-up that has not been asked yet. ``needs`` names the look-ups that would tell."""

    __slots__ = ("needs",)

    def __init__(self, needs: tuple[str, ...]) -> None:
        self.needs = needs

    def __repr__(self) -> str:
        return f"Open{self.needs}"


def plain(value: object) -> object:
    """What a comparison or function sees: a scalar, a list, ``Open``, or ``None`` for blank and invalid."""
    kind = type(value)
    if kind is Value:
        return value.normal if value.valid and not value.blank else None  # type: ignore[attr-defined]
    if kind is str or kind is Decimal:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return [plain(item) for item in value] if isinstance(value, list) else value


def folded(text: str) -> str:
    """Text as comparisons see it: without regard to case and outer white space."""
    return text.strip().casefold()


def _alike(left: object, right: object) -> tuple[object, object] | None:
    """Two values made comparable, or ``None`` where they are of kinds that do not compare."""
    if isinstance(left, str) and isinstance(right, str):
        return folded(left), folded(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return _alike_bool(left, right)
    if isinstance(left, Decimal) and isinstance(right, str):
        return _numbers(left, right)
    if isinstance(left, str) and isinstance(right, Decimal):
        return _numbers(left, right)
    if isinstance(left, datetime.datetime) != isinstance(right, datetime.datetime):
        return _day(left), _day(right)
    return (left, right) if type(left) is type(right) else None


def _alike_bool(left: object, right: object) -> tuple[object, object] | None:
    def word(value: object) -> object:
        return str(value).lower() if isinstance(value, bool) else folded(str(value))

    return word(left), word(right)


def _numbers(left: object, right: object) -> tuple[object, object] | None:
    try:
        pair = Decimal(str(left).strip()), Decimal(str(right).strip())
    except InvalidOperation:
        return str(left), folded(str(right))
    return pair if pair[0].is_finite() and pair[1].is_finite() else None


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime.datetime) else value


def equal(left: object, right: object) -> bool | None:
    """Are two plain values equal? Unknown where one is blank."""
    if left is None or right is None:
        return None
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return sorted(map(str, left)) == sorted(map(str, right))
    pair = _alike(left, right)
    return pair is not None and pair[0] == pair[1]


def _ordered(test: Callable[[object, object], bool]) -> Callable[[object, object], bool | None]:
    def compare(left: object, right: object) -> bool | None:
        if left is None or right is None:
            return None
        pair = _alike(left, right)
        if pair is None or (
            isinstance(pair[0], str) and not (isinstance(left, str) and isinstance(right, str))
        ):
            return None  # a word is neither more nor less than a number
        try:
            return test(*pair)
        except TypeError:
            return None

    return compare


_less = _ordered(lambda a, b: a < b)  # type: ignore[operator]
at_most = _ordered(lambda a, b: a <= b)  # type: ignore[operator]


def _unequal(left: object, right: object) -> bool | None:
    same = equal(left, right)
    return None if same is None else not same


def contains(left: object, right: object) -> bool | None:
    """Does a text contain a text, or a list an element? Unknown where one is blank."""
    if left is None or right is None:
        return None
    if isinstance(left, list | tuple):
        return any(equal(item, right) for item in left)
    return folded(text_of(right)) in folded(text_of(left))


def _starts(left: object, right: object) -> bool | None:
    return None if left is None or right is None else folded(text_of(left)).startswith(folded(text_of(right)))


def _ends(left: object, right: object) -> bool | None:
    return None if left is None or right is None else folded(text_of(left)).endswith(folded(text_of(right)))


def text_of(value: object) -> str:
    """A value as text, as it is written without a function."""
    return str(written(value, "text"))


def countable(value: object) -> object:
    """A value as arithmetic sees it: a text that is a number is that number, any other is blank."""
    if not isinstance(value, str):
        return value
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _add(left: object, right: object) -> object:
    return left + right  # type: ignore[operator]


def _subtract(left: object, right: object) -> object:
    return left - right  # type: ignore[operator]


def _multiply(left: object, right: object) -> object:
    return left * right  # type: ignore[operator]


def _divide(left: object, right: object) -> object:
    return left / right  # type: ignore[operator]


def _modulo(left: object, right: object) -> object:
    return left % right  # type: ignore[operator]


COMPARE: Final[Mapping[str, Callable[[object, object], bool | None]]] = {
    "==": equal,
    "!=": _unequal,
    "<": _less,
    "<=": at_most,
    ">": lambda a, b: _less(b, a),
    ">=": lambda a, b: at_most(b, a),
    "contains": contains,
    "starts_with": _starts,
    "ends_with": _ends,
}
"""Two-sided comparisons on plain values; unknown where either is blank."""

ARITHMETIC: Final[Mapping[str, Callable[[object, object], object]]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _modulo,
}
