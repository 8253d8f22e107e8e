"""Expressions. The same classes stand everywhere: in conditions, mappings, payload maps and responses."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import (
    Clock,
    ClockRange,
    Date,
    Days,
    Duration,
    Name,
    Number,
    Percent,
    Regex,
    Text,
)
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word: a field, a step, a list, an enum or state literal; in a response ``status``, ``text``."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """``phone_1.e164``."""

    value: Expression
    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """``parts[1]``."""

    value: Expression
    index: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EachOf:
    """``pets[*]``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function. kind: plain (``value``), keyed (``key: value``), else (``else value``)."""

    kind: str
    key: Expression | None
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``coalesce(a, b)``, ``stats.sold(sunpath, 1h)``: the function is a word or an attribute."""

    function: Expression
    arguments: tuple[Argument, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Env:
    """``env NAME``."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """``a or b or c``: two or more."""

    items: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """``a and b and c``: two or more."""

    items: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """``not a``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands. op: ``== != < <= > >= in contains matches`` ``not in`` ``starts with`` ``ends with``."""

    left: Expression
    op: str
    right: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Between:
    """``age between 25 and 64``."""

    value: Expression
    low: Expression
    high: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Is:
    """``x is blank``, ``x is not valid``. word: blank, present, valid."""

    value: Expression
    negated: bool
    word: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """``postal_code within 25 miles of "78701"``."""

    value: Expression
    miles: Number
    place: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InWindow:
    """``within call_window tcpa``."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``a + b``. op: ``+ - * / %``."""

    left: Expression
    op: str
    right: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """``-a``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """``[CA, TX, FL]``."""

    items: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Exactly:
    """``exactly "Ab"``."""

    text: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Usual:
    """``50% of usual``."""

    share: Percent
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StatusIs:
    """``status 2xx``. ``raw`` is ``2xx``."""

    raw: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """``header "X"``, ``cookie "X"``, ``css "#id@value"``. kind: header, cookie, css."""

    kind: str
    text: Text
    span: Span = field(default=NOWHERE, compare=False)


Literal: TypeAlias = Text | Number | Percent | Duration | Clock | ClockRange | Date | Days | Regex
Expression: TypeAlias = (
    Literal
    | Word
    | Attribute
    | Index
    | EachOf
    | Call
    | Env
    | Or
    | And
    | Not
    | Compare
    | Between
    | Is
    | Near
    | InWindow
    | Arithmetic
    | Negative
    | ListLiteral
    | Exactly
    | Usual
    | StatusIs
    | AnswerPart
)
