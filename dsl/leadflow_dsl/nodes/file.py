"""A whole file, its head, and what stands beside the flow."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import Comment, Duration, Name, Number, Percent, Text, Timezone
from leadflow_dsl.nodes.buyer import Buyer
from leadflow_dsl.nodes.expressions import Env, Expression
from leadflow_dsl.nodes.lead import (
    Calendar,
    CallWindow,
    Dimension,
    Fields,
    Lead,
    ListFile,
    ListValues,
    Suppression,
    Table,
)
from leadflow_dsl.nodes.limits import OnDoubt, Period
from leadflow_dsl.nodes.route import Route, TagRef
from leadflow_dsl.nodes.source import DeliverStep, Enhance, Filter, Score, Source
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class FlowHead:
    """``flow NAME "Title"``."""

    name: Name
    title: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LibraryHead:
    """``library NAME "Title"``."""

    name: Name
    title: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Currency:
    """``currency USD``."""

    code: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Country:
    """``country US``."""

    code: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Import:
    """``import "path"``."""

    path: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StepHere:
    """``step NAME``: a library's step runs here."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class NeverAssertion:
    """``assert "..." never sold | BUYER | tag T when C``. The word ``sold`` is a plain name here."""

    title: Text
    subject: Name | TagRef
    condition: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SomeAssertion:
    """``assert "..." some buyer when C``."""

    title: Text
    condition: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Alert:
    """``alert "..." when C notify webhook env HOOK``."""

    title: Text
    condition: Expression
    channel: Name
    target: Env | Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PolicySlow:
    """``slow source NAME to N per PERIOD``."""

    source: Name
    maximum: Number
    period: Period
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PolicyWeight:
    """``weight BUYER N``."""

    buyer: Name
    value: Number | Percent
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PolicyPause:
    """``pause BUYER``."""

    buyer: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Until:
    """``until below 70%``. side: below, above."""

    side: Name
    limit: Number | Percent
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """``policy "..." when C for D { actions } until below N``."""

    title: Text
    condition: Expression
    length: Duration | None
    actions: tuple[PolicySlow | PolicyWeight | PolicyPause, ...]
    until: Until | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Retain:
    """``retain 90d``."""

    length: Duration
    span: Span = field(default=NOWHERE, compare=False)


TopItem: TypeAlias = (
    Timezone
    | Currency
    | Country
    | Import
    | OnDoubt
    | Lead
    | Fields
    | Dimension
    | ListValues
    | ListFile
    | Suppression
    | Table
    | Calendar
    | CallWindow
    | Source
    | Enhance
    | Filter
    | Score
    | DeliverStep
    | Buyer
    | Route
    | StepHere
    | NeverAssertion
    | SomeAssertion
    | Alert
    | Policy
    | Retain
)


@dataclass(frozen=True, slots=True)
class File:
    """One file. ``head`` is None only where it could not be read. ``comments`` in the order of the text."""

    head: FlowHead | LibraryHead | None
    items: tuple[TopItem, ...]
    comments: tuple[Comment, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)
