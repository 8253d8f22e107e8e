"""Diagnostics: what is wrong with a flow, where, why, and the way out. Plain data."""

from __future__ import annotations

from dataclasses import field
from typing import Final, Literal, TypeAlias

from leadflow_dsl.spans import NOWHERE as NOWHERE
from leadflow_dsl.spans import Span as Span
from leadflow_dsl.unguarded import dataclass

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")
"""The most severe first."""


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is ``least`` or worse."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(least)


@dataclass(frozen=True, slots=True)
class Label:
    """A remark beside a piece of source."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what stands at ``span`` by ``text``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    ``code`` is stable (``LF203``). ``label`` stands under the carets; ``labels`` point at further places;
    ``help`` are ways out; ``fix`` is given only where the repair is certain.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    label: str = ""
    labels: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()
    fix: tuple[Edit, ...] = field(default=())
