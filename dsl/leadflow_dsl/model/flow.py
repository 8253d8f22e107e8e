"""The whole checked flow."""

from __future__ import annotations

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.beside import Alert, Policy
from leadflow_dsl.model.buyers import Buyer
from leadflow_dsl.model.lead import Calendar, CallWindow, Field, NamedValues, RequireAny, Suppression, Table
from leadflow_dsl.model.limits import Duration
from leadflow_dsl.model.routes import Step
from leadflow_dsl.model.steps import Deliver, Source
from leadflow_dsl.terms import Term
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Assertion:
    """``assert "..." never sold|BUYER|tag T when C`` / ``some buyer when C``."""

    text: str
    kind: str  # "never" | "some"
    subject: str  # "sold", a buyer, "tag x", or "" for some buyer
    when: Term
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """A form that is parsed and checked but that the engine cannot run yet: ``run`` and ``dry-run`` refuse
    a flow that has any. ``form`` is its words (``multisell``, ``offer``)."""

    form: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flow:
    """A checked flow with everything that it imports. ``sources_text`` maps each file that the flow was made of
    (flow, imports, templates, lists; path relative to the project's root) to its text. ``retain`` is how long what is
    personal is kept (None: for ever)."""

    name: str
    title: str
    timezone: str
    currency: str
    country: str
    fields: tuple[Field, ...]
    require_any: tuple[RequireAny, ...]
    dimensions: tuple[str, ...]
    lists: tuple[NamedValues, ...]
    tables: tuple[Table, ...]
    calendars: tuple[Calendar, ...]
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]  # in the order in which they run; on-demand enhancements included
    named_delivers: tuple[Deliver, ...]  # those that only run where `on reject` / `on unsold` names them
    buyers: tuple[Buyer, ...]
    assertions: tuple[Assertion, ...]
    unbuilt: tuple[Unbuilt, ...]
    sources_text: tuple[tuple[str, str], ...]
    root: str  # the project's root directory
    file: str
    retain: Duration | None = None
    suppressions: tuple[Suppression, ...] = ()
    call_windows: tuple[CallWindow, ...] = ()
    alerts: tuple[Alert, ...] = ()
    policies: tuple[Policy, ...] = ()
    span: Span = NOWHERE
