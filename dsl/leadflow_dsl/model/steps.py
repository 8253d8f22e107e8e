"""Sources, and the steps of a flow but its routes."""

from __future__ import annotations

from decimal import Decimal

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.intake import Cost, Postback, Reply, SourcePing, Verification
from leadflow_dsl.model.limits import Cap, Criterion, Dedupe, Duration, Throttle
from leadflow_dsl.model.responses import Leg
from leadflow_dsl.model.scores import Trained
from leadflow_dsl.terms import Path, Read, SecretRef, Term
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where leads come from. ``map`` takes a field's name to a term over the payload (``Path`` usually).

    ``costs``: the first that holds; ``cost_on`` is when all of them are owed. ``answer_within`` is None where the flow
    does not say. ``each`` finds the leads of one call; ``fetch`` asks for the lead where the call only names it: then
    ``map`` reads the fetched answer. ``timezone`` is that of times that do not say theirs; "" is the flow's.
    """

    name: str
    title: str = ""
    key: SecretRef | None = None
    receive: tuple[str, ...] = ()
    map: tuple[tuple[str, Term], ...] = ()
    criteria: tuple[Criterion, ...] = ()
    dedupes: tuple[Dedupe, ...] = ()
    caps: tuple[Cap, ...] = ()
    throttle: Throttle | None = None
    costs: tuple[Cost, ...] = ()
    cost_on: str = "sale"  # "sale" | "accept"
    answer_within: Duration | None = None
    test_when: Term | None = None
    timezone: str = ""
    verify: tuple[Verification, ...] = ()
    each: Path | None = None
    fetch: Leg | None = None
    ping: SourcePing | None = None
    replies: tuple[Reply, ...] = ()
    postbacks: tuple[Postback, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Enhance:
    """A look-up. ``cache_by`` empty means no cache. ``on_error``: continue, reject, hold."""

    name: str
    leg: Leg
    title: str = ""
    on_demand: bool = False
    when: Term | None = None
    cost: Decimal = Decimal(0)
    cache_for: Duration | None = None
    cache_by: tuple[Read, ...] = ()
    on_error: str = "continue"
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Filter:
    """``filter``: its criteria refuse the lead; ``on_reject`` names deliver steps that then run."""

    name: str
    criteria: tuple[Criterion, ...]
    title: str = ""
    when: Term | None = None
    on_reject: tuple[str, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Points:
    """``add N when C`` (sign +1) or ``subtract N when C`` (sign -1)."""

    sign: int
    amount: Term
    when: Term
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Score:
    """``score``: start plus what holds, within limits; or ``model``, a file (path relative to the project's root), and
    ``trained``, what it holds. ``shadow``: it is kept for comparing, and nothing reads it."""

    name: str
    start: Term | None
    points: tuple[Points, ...]
    title: str = ""
    when: Term | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    model: str = ""
    trained: Trained | None = None
    shadow: bool = False
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Deliver:
    """A copy to a CRM or a webhook: no sale."""

    name: str
    leg: Leg
    title: str = ""
    when: Term | None = None
    on_error: str = "continue"
    span: Span = NOWHERE
