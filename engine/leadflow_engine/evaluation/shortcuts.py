"""Closures of the most usual conditions: a value beside constants. What a constant is compared as is known before any
lead comes, so that of a value that is of its kind one comparison is left; any other is compared as ever.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.closures import Made
from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.evaluation.scope import Scope

_OF_NUMBERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OF_WORDS: Final = {name: _OF_NUMBERS[name] for name in ("==", "!=")}
"""Tests by the operator's name: of numbers, and of texts and truths, which are only equal or not."""

_COMPARED_AS: Final[Mapping[type, tuple[Mapping[str, Callable[[Any, Any], bool]], Callable[[Any], Any]]]] = {
    Decimal: (_OF_NUMBERS, lambda number: number),
    str: (_OF_WORDS, folded),
    bool: (_OF_WORDS, lambda truth: truth),
}
"""Of a constant's type: its tests, and what a value of that type is compared as."""


def with_constant(
    name: str, left_of: Made, constant: t.Scalar, otherwise: Callable[[object, object], object]
) -> Made:
    """``left NAME constant``; ``otherwise`` compares what is not of the constant's kind."""
    kind = type(constant)
    tests, seen_as = _COMPARED_AS.get(kind, ({}, folded))
    test = tests.get(name)
    if test is None:
        return lambda scope: otherwise(left_of(scope), constant)
    right = seen_as(constant)

    def compared(scope: Scope) -> object:
        left = left_of(scope)
        return test(left, right) if type(left) is kind else otherwise(left, constant)

    def compared_text(scope: Scope) -> object:
        left = left_of(scope)
        return test(folded(left), right) if type(left) is str else otherwise(left, constant)

    return compared_text if kind is str else compared


def between_numbers(
    value_of: Made, low: t.Scalar, high: t.Scalar, otherwise: Callable[[object, object, object], object]
) -> Made:
    """``value between low and high``."""
    if not (isinstance(low, Decimal) and isinstance(high, Decimal)):
        return lambda scope: otherwise(value_of(scope), low, high)

    def between(scope: Scope) -> object:
        value = value_of(scope)
        return low <= value <= high if type(value) is Decimal else otherwise(value, low, high)

    return between


def among_texts(
    items: tuple[t.Term, ...], otherwise: Callable[[object, Scope], object]
) -> Callable[[object, Scope], object]:
    """Whether a value is one of these, all of them constant texts."""
    texts = [item.value for item in items if isinstance(item, t.Const) and isinstance(item.value, str)]
    if len(texts) != len(items):
        return otherwise
    known = frozenset({_itself_or_folded(text) for text in texts})  # copied, it is half as large
    return lambda value, scope: folded(value) in known if type(value) is str else otherwise(value, scope)


def _itself_or_folded(text: str) -> str:
    """A text as comparisons see it; itself where it is so already: buyers share their ZIP codes."""
    found = folded(text)
    return text if found == text else found
