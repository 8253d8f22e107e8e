"""The operators of the language: which operands they take and what they give, as tables."""

from __future__ import annotations

from collections.abc import Mapping

from leadflow_dsl.terms import Type
from leadflow_dsl.types import ANY, DURATION, MONEY, NUMBER, kind
from leadflow_dsl.unguarded import dataclass

EQUALITY = ("==", "!=")
ORDER = ("<", "<=", ">", ">=")
TEXTUAL = ("contains", "starts_with", "ends_with", "matches")
PRESENCE = ("is_blank", "is_present", "is_valid")

WORDS: Mapping[str, str] = {
    "starts_with": "starts with",
    "ends_with": "ends with",
    "is_blank": "is blank",
    "is_present": "is present",
    "is_valid": "is valid",
    "near": "within ... miles of",
    "in_window": "within call_window",
    "neg": "-",
}
"""How an operator's name is written in a flow, where that differs."""


def written(name: str) -> str:
    """An operator as it is written in a flow."""
    return WORDS.get(name, name)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left OP right`` by groups of types; ``gives`` is a type, "left" for that operand's
    own, or "wider" for money where either is money."""

    operator: str
    left: str
    right: str
    gives: Type | str


ARITHMETIC: tuple[Arithmetic, ...] = (
    Arithmetic("+", "number", "number", "wider"),
    Arithmetic("-", "number", "number", "wider"),
    Arithmetic("*", "number", "number", "wider"),
    Arithmetic("/", "number", "number", NUMBER),
    Arithmetic("%", "number", "number", NUMBER),
    Arithmetic("+", "date", "duration", "left"),
    Arithmetic("-", "date", "duration", "left"),
    Arithmetic("+", "datetime", "duration", "left"),
    Arithmetic("-", "datetime", "duration", "left"),
    Arithmetic("-", "date", "date", DURATION),
    Arithmetic("-", "datetime", "datetime", DURATION),
    Arithmetic("+", "duration", "duration", DURATION),
    Arithmetic("-", "duration", "duration", DURATION),
    Arithmetic("*", "duration", "number", DURATION),
    Arithmetic("/", "duration", "number", DURATION),
)


def _fits(wanted: str, type_: Type) -> bool:
    return kind(type_).group in (wanted, "any")


def arithmetic(operator: str, left: Type, right: Type) -> Type | None:
    """What ``left OP right`` gives; None where the operands do not fit."""
    if "any" in (left.name, right.name) and kind(left).group in ("any", "number"):
        return ANY if left.name == right.name else NUMBER
    for row in ARITHMETIC:
        if row.operator == operator and _fits(row.left, left) and _fits(row.right, right):
            return _result(row, left, right)
    return None


def _result(row: Arithmetic, left: Type, right: Type) -> Type:
    if isinstance(row.gives, Type):
        return row.gives
    if row.gives == "wider":
        return MONEY if MONEY in (left, right) else NUMBER
    return left
