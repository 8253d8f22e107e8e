"""How an answer is read."""

from __future__ import annotations

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.requests import Request
from leadflow_dsl.terms import Path, Term, Type
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """``accepted when CONDITION because "..." as CAUSE``. outcome: accepted duplicate rejected error retry
    pending. ``names_status`` is true where the condition reads ``status`` (only such a rule matches a 5xx)."""

    outcome: str
    condition: Term
    reason: str = ""
    cause: str = ""
    names_status: bool = False
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SetValue:
    """``set NAME TYPE EXPRESSION``."""

    name: str
    type: Type
    value: Term
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Bids:
    """``bids "path" { ... }``: several bids in one answer. ``values`` (bid, reference, legal_name, expires ...) and
    ``sets`` are read from each element of what ``path`` finds."""

    path: Path
    values: tuple[tuple[str, Term], ...]
    sets: tuple[SetValue, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Response:
    """How an answer is read. kind: json xml form text html query, or "" (by content type).

    ``values`` holds ``reason price reference redirect bid expires`` in written order; ``otherwise`` is
    "rejected", "error" or "".
    """

    kind: str = ""
    verdicts: tuple[Verdict, ...] = ()
    otherwise: str = ""
    values: tuple[tuple[str, Term], ...] = ()
    sets: tuple[SetValue, ...] = ()
    bids: Bids | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Leg:
    """A request and how its answer is read: a ping, a deliver, an enhancement."""

    request: Request
    response: Response
    span: Span = NOWHERE
