"""The lead: fields, types, modifiers; and the data beside it: lists, tables, calendars."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import ClockRange, Date, Days, Duration, Name, Number, Regex, Text
from leadflow_dsl.nodes.expressions import Expression
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type by its name: ``money``. Which names exist is checked with the names."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EnumType:
    """``enum(a, b, "c d")``."""

    members: tuple[Name | Text | Number, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListType:
    """``list of TYPE``."""

    of: TypeNode
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a record or a table: ``income number``."""

    name: Name
    type: TypeNode
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RecordType:
    """``{ name text  born date }`` after ``list of``."""

    columns: tuple[Column, ...]
    span: Span = field(default=NOWHERE, compare=False)


TypeNode: TypeAlias = TypeName | EnumType | ListType | RecordType


@dataclass(frozen=True, slots=True)
class Required:
    """``required``, ``required on ping``, ``required on post``."""

    phase: Name | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Default:
    """``default VALUE``: a literal, a signed number or a bare word."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """The modifier ``between A and B``."""

    low: Expression
    high: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Matches:
    """The modifier ``matches /re/``."""

    pattern: Regex
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Aliases:
    """``aliases fname, "First Name"``."""

    names: tuple[Name | Text, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sensitive:
    """``sensitive``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Transient:
    """``transient``."""

    span: Span = field(default=NOWHERE, compare=False)


Modifier: TypeAlias = Required | Default | Range | Matches | Aliases | Sensitive | Transient


@dataclass(frozen=True, slots=True)
class Field:
    """``NAME TYPE modifiers = EXPRESSION``. Modifiers in written order; the same twice is found later."""

    name: Name
    type: TypeNode
    modifiers: tuple[Modifier, ...]
    computed: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Use:
    """``use standard``."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RequireAny:
    """``require any of a, b else "reason"``."""

    names: tuple[Name, ...]
    reason: Text
    span: Span = field(default=NOWHERE, compare=False)


LeadItem: TypeAlias = Field | Use | RequireAny


@dataclass(frozen=True, slots=True)
class Lead:
    """``lead { ... }``."""

    items: tuple[LeadItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Fields:
    """``fields NAME { ... }`` in a library."""

    name: Name
    items: tuple[LeadItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Dimension:
    """``dimension campaign, offer``."""

    names: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListValues:
    """``list NAME ["a", "b"]``."""

    name: Name
    values: tuple[Expression, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListFile:
    """``list NAME from csv "path" column C``."""

    name: Name
    path: Text
    column: Name | Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Suppression:
    """``suppression NAME of TYPE expires D``."""

    name: Name
    type: Name
    expires: Duration | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """``table NAME from csv "path" key C { columns }``."""

    name: Name
    path: Text
    key: Name | Text
    columns: tuple[Column, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """``2026-12-25 "Christmas"``."""

    date: Date
    title: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """``calendar NAME { days }``, or ``calendar NAME builtin`` with no days."""

    name: Name
    builtin: bool
    days: tuple[CalendarDay, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class CallRule:
    """``FL mon-sun 08:00-20:00``, ``PA sun closed from 2026-10-18``. ``place`` is ``default`` or a state;
    ``hours`` is None where it says ``closed``."""

    place: Name
    days: Days | None
    hours: ClockRange | None
    first: Date | None
    last: Date | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class CallWindow:
    """``call_window NAME { rules }``."""

    name: Name
    rules: tuple[CallRule, ...]
    span: Span = field(default=NOWHERE, compare=False)
