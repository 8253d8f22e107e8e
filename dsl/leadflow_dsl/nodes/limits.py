"""Statements that sources, steps and buyers share: criteria, caps, dedupe, conditions, holds."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import Duration, Name, Number, Text
from leadflow_dsl.nodes.expressions import Attribute, Expression, Word
from leadflow_dsl.unguarded import dataclass

FieldPath: TypeAlias = Word | Attribute
Period: TypeAlias = Name | Duration


@dataclass(frozen=True, slots=True)
class When:
    """``when CONDITION`` as the first statement of a step."""

    condition: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Accept:
    """``accept when CONDITION else "reason"``."""

    condition: Expression
    reason: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Reject:
    """``reject when CONDITION because "reason"``."""

    condition: Expression
    reason: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Across:
    """``across all``, ``across flow``."""

    scope: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Shared:
    """``shared NAME``: several buyers draw on one cap."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Dedupe:
    """``dedupe on a, b within D counting sold across flow by hash else "reason"``."""

    fields: tuple[FieldPath, ...]
    within: Duration
    counting: Name | None
    across: Across | None
    by_hash: bool
    reason: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Cap:
    """``cap N per PERIOD`` and its clauses, in their fixed order."""

    maximum: Number
    period: Period
    rolling: bool
    paced: bool
    when: Expression | None
    by: FieldPath | None
    counting: Name | None
    scope: Across | Shared | None
    reason: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Throttle:
    """``throttle N per second``."""

    maximum: Number
    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Skip:
    """``skip``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Hold:
    """``hold up to D``, ``hold first up to D``."""

    first: bool
    up_to: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DoubtHold:
    """``hold``, ``hold up to D`` after ``on doubt``."""

    up_to: Duration | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DoubtAssume:
    """``assume sold after D``."""

    after: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DoubtNext:
    """``next because "..."``."""

    reason: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OnDoubt:
    """``on doubt ...``, of the whole flow or of a buyer."""

    action: DoubtHold | DoubtAssume | DoubtNext
    span: Span = field(default=NOWHERE, compare=False)
