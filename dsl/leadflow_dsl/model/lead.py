"""Fields of the lead, lists, tables and calendars."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.terms import Term, Type


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the lead. ``required`` is "", "always", "ping" or "post"; ``computed`` is ``= EXPRESSION``."""

    name: str
    type: Type
    required: str = ""
    default: Term | None = None
    low: Term | None = None
    high: Term | None = None
    pattern: Term | None = None
    aliases: tuple[str, ...] = ()
    sensitive: bool = False
    transient: bool = False
    computed: Term | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class RequireAny:
    """``require any of a, b else "reason"``."""

    fields: tuple[str, ...]
    reason: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class NamedValues:
    """``list``: values inline, or a CSV file (path relative to the project's root) and its column."""

    name: str
    type: Type
    values: tuple[str, ...] = ()
    file: str = ""
    column: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Table:
    """``table NAME from csv FILE key COLUMN { columns }``."""

    name: str
    file: str
    key: str
    columns: tuple[tuple[str, Type], ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which something is closed: named dates, or a builtin (``us_federal_holidays``)."""

    name: str
    builtin: bool = False
    dates: tuple[datetime.date, ...] = ()
    span: Span = NOWHERE
