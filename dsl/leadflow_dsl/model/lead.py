"""Fields of the lead, lists, tables, calendars and call windows."""

from __future__ import annotations

import datetime

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.limits import Duration
from leadflow_dsl.terms import Term, Type
from leadflow_dsl.unguarded import dataclass


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


@dataclass(frozen=True, slots=True)
class Suppression:
    """``suppression NAME of TYPE expires D``: a list that changes at run time. Entries have the normal form of
    ``type`` and are forgotten after ``expires`` (None: never)."""

    name: str
    type: Type
    expires: Duration | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class CallRule:
    """A row of a call window. ``state`` is a code, or "" for ``default``; ``days`` (0 is Monday) are all where none is
    said; ``start`` and ``end`` are the lead's own time, both None where it is closed. The row counts from ``first`` to
    ``last``, both included; the latest ``first`` of those that fit decides."""

    state: str
    days: tuple[int, ...]
    start: datetime.time | None = None
    end: datetime.time | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class CallWindow:
    """``call_window NAME { rows }``: when people may be called, by state; a state without a row has the default."""

    name: str
    rules: tuple[CallRule, ...]
    span: Span = NOWHERE
