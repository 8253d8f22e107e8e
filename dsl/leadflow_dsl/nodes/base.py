"""Words and literals: the leaves of the tree, with their spelling and their value."""

from __future__ import annotations

import datetime
from dataclasses import field
from decimal import Decimal

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A bare word used as a name or as one of a closed set of words."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    '''A quoted text. ``raw`` holds its quotes and escapes; ``long`` is true for ``"""..."""``.'''

    raw: str
    value: str
    long: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """``12``, ``0.004``."""

    raw: str
    value: Decimal
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Percent:
    """``20%``; the value is the fraction, 0.20."""

    raw: str
    value: Decimal
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Duration:
    """``750ms 5s 10m 12h 30d``."""

    raw: str
    value: datetime.timedelta
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: ``08:00``."""

    raw: str
    value: datetime.time
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ClockRange:
    """``08:00-20:00``, one word. ``24:00`` as an end is midnight."""

    raw: str
    start: datetime.time
    end: datetime.time
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Date:
    """``2026-12-24``."""

    raw: str
    value: datetime.date
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Days:
    """``sat`` or ``mon-fri``; the value lists weekdays, 0 is Monday. ``fri-mon`` runs over the week's end."""

    raw: str
    value: tuple[int, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Regex:
    """``/.../i``. ``source`` is the pattern for RE2 (``\\/`` read as a slash), ``flags`` any of ``i m s``."""

    raw: str
    source: str
    flags: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StatusClass:
    """``2xx``, among causes of a retry (in a condition see ``StatusIs``)."""

    raw: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Comment:
    """``# ...`` as written. ``alone`` is true where nothing stands before it on its line."""

    raw: str
    alone: bool
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Timezone:
    """``timezone "America/New_York"``, of a file, a buyer or a source."""

    zone: Text
    span: Span = field(default=NOWHERE, compare=False)
