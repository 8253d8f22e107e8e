"""The checked flow: what a flow file means once names and types are known.

This is what the front end hands to the engine: frozen data, inheritance (``like``, a ``deliver`` from its
``ping``) already applied, every expression a term (``terms.py``), durations as ``timedelta``, money as
``Decimal``, clock times as ``time``. Order is written order wherever order means something.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.terms import Path, Read, SecretRef, Term, Text, Type

Duration: TypeAlias = datetime.timedelta


# ------------------------------------------------------------------ the lead


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


# ------------------------------------------------------------------ conditions and limits


@dataclass(frozen=True, slots=True)
class Criterion:
    """``accept when`` (must hold) or ``reject when`` (must not). ``reason`` is never empty: where none was
    written it is made from the condition's text."""

    kind: str  # "accept" | "reject"
    condition: Term
    reason: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Conditional:
    """A value with an optional ``when``: a price, a cost, a priority, a weight, ``paused``."""

    value: Term | None
    when: Term | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Cap:
    """``cap N per PERIOD ...``. ``period`` is minute, hour, day, week, month, total, or a duration's text."""

    maximum: int
    period: str
    rolling: bool = False
    paced: bool = False
    when: Term | None = None
    by: Read | None = None
    counting: str = "sold"
    across: str = ""  # "", "all", "flow"
    shared: str = ""
    reason: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Budget:
    """``budget M per PERIOD``: money that may be sold to a buyer."""

    maximum: Decimal
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Throttle:
    """``throttle N per UNIT``."""

    maximum: int
    period: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Dedupe:
    """``dedupe on a, b within D``: all named fields equal and none blank."""

    fields: tuple[Read, ...]
    within: Duration
    across: str = ""
    counting: str = ""
    reason: str = "duplicate"
    span: Span = NOWHERE


# ------------------------------------------------------------------ requests


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a mapping's left side. kind: name, attribute (``@x``), index, each (``[*]``)."""

    kind: str
    name: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """``contact.phones[0] = phone_1.digits``."""

    left: tuple[Segment, ...]
    right: Term
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent. kind: json, form, xml, text, soap, multipart. Exactly one of ``pairs``, ``template``
    (a path relative to the project's root) and ``inline`` (the template itself) is used."""

    kind: str
    pairs: tuple[Pair, ...] = ()
    keep_blanks: bool = False
    template: str = ""
    inline: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Auth:
    """kind: bearer, basic, header, query, body, hmac, oauth. ``name`` is the header, query or body name;
    ``prefix`` stands before a header's secret; ``user`` is basic's user."""

    kind: str
    secret: SecretRef | None = None
    name: str = ""
    prefix: str = ""
    user: Term | None = None
    algorithm: str = ""
    over: Term | None = None
    options: tuple[tuple[str, Term], ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Retry:
    """``retry N on CAUSES backoff D``. Causes: ``timeout connect 5xx`` or a status as text."""

    times: int
    causes: tuple[str, ...]
    backoff: Duration
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the flow describes it. ``method`` is upper case; ``url`` may hold ``{{ }}``."""

    method: str
    url: Text
    query: tuple[Pair, ...] = ()
    headers: tuple[tuple[str, Term], ...] = ()
    auth: tuple[Auth, ...] = ()
    timeout: Duration = Duration(seconds=5)
    retry: Retry | None = None
    idempotency_header: str = ""
    body: Body | None = None
    span: Span = NOWHERE


# ------------------------------------------------------------------ responses


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
    """``bids "path" { ... }``: several bids in one answer."""

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


# ------------------------------------------------------------------ sources and steps


@dataclass(frozen=True, slots=True)
class Source:
    """Where leads come from. ``map`` takes a field's name to a term over the payload (``Path`` usually).

    ``cost``: the first that holds. ``answer_within`` is None where the flow does not say.
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
    costs: tuple[Conditional, ...] = ()
    cost_on: str = "sale"  # "sale" | "accept"
    answer_within: Duration | None = None
    test_when: Term | None = None
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
    """``score``: start plus what holds, within limits."""

    name: str
    start: Term | None
    points: tuple[Points, ...]
    title: str = ""
    when: Term | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    model: str = ""
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


# ------------------------------------------------------------------ buyers


@dataclass(frozen=True, slots=True)
class Price:
    """kind: amount (``amount`` is a term), bid, response (``limit`` is ``up to N``)."""

    kind: str
    amount: Term | None = None
    limit: Decimal | None = None
    plus_cost_of: str = ""
    when: Term | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Opening:
    """Days (0 is Monday) and a span of local time; one that ends before it begins runs past midnight."""

    days: tuple[int, ...]
    start: datetime.time
    end: datetime.time


@dataclass(frozen=True, slots=True)
class Hold:
    """What to do when a buyer cannot now: action skip, hold, hold_first; ``up_to`` for the holds."""

    action: str = "skip"
    up_to: Duration | None = None


@dataclass(frozen=True, slots=True)
class OnDoubt:
    """action: hold (``after`` None: until an operator), assume_sold (after), next (because)."""

    action: str = "hold"
    after: Duration | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DownAfter:
    """``down after N failures in D for D``."""

    failures: int = 3
    within: Duration = Duration(minutes=1)
    length: Duration = Duration(minutes=2)


@dataclass(frozen=True, slots=True)
class Returns:
    """``returns within D for ... [resubmit]``."""

    within: Duration
    reasons: tuple[str, ...] = ()
    resubmit: bool = False
    resubmit_when: Term | None = None


@dataclass(frozen=True, slots=True)
class TestField:
    """``test { field NAME = VALUE }``: what tells this buyer that a lead is a test."""

    left: tuple[Segment, ...]
    value: Term


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer. ``timezone`` is an IANA name (the flow's, where the buyer says none).

    ``holds`` has an entry for each of closed, capped, down that the buyer says. A buyer with a ping and no
    deliver is sold by its ping.
    """

    name: str
    title: str = ""
    legal_name: str = ""
    tags: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    prices: tuple[Price, ...] = ()
    needs: tuple[str, ...] = ()
    group: str = ""
    exclusive: bool = False
    priorities: tuple[Conditional, ...] = ()
    weights: tuple[Conditional, ...] = ()
    paused: tuple[Conditional, ...] = ()
    caps: tuple[Cap, ...] = ()
    budgets: tuple[Budget, ...] = ()
    throttle: Throttle | None = None
    openings: tuple[Opening, ...] = ()
    closed_on: tuple[str | datetime.date, ...] = ()
    timezone: str = "UTC"
    holds: tuple[tuple[str, Hold], ...] = ()
    down_after: DownAfter = field(default_factory=DownAfter)
    dedupes: tuple[Dedupe, ...] = ()
    idempotent: bool = False
    on_doubt: OnDoubt = field(default_factory=OnDoubt)
    ping: Leg | None = None
    deliver: Leg | None = None
    returns: tuple[Returns, ...] = ()
    test_fields: tuple[TestField, ...] = ()
    test_url: str = ""
    span: Span = NOWHERE


# ------------------------------------------------------------------ routes


@dataclass(frozen=True, slots=True)
class OrderKey:
    """``price desc``, ``acceptance_rate(30d)``, a score's name, ``round_robin`` ..."""

    name: str
    window: Duration | None = None
    descending: bool = True
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Stage:
    """``waterfall | auction | multisell | fallback BUYERS { options }``.

    ``buyers`` is in written order, tags expanded, each once. ``where`` applies to each of them. ``sell_low`` and
    ``sell_high`` are ``sell 2 to 3`` (0, 0 where unsaid). ``id`` is the effect keys' name: ``route.2``.
    """

    kind: str
    buyers: tuple[str, ...]
    where: Term | None = None
    order: tuple[OrderKey, ...] = ()
    window: Duration | None = None
    reserve: Term | None = None
    sell_low: int = 0
    sell_high: int = 0
    min_margin: Term | None = None
    timeout: Duration | None = None
    reping: bool = False
    again: bool = False
    id: str = ""
    written: str = ""  # "waterfall tag first_look": the words, for the trace
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class BestOf:
    """``best of { STAGE STAGE }``."""

    stages: tuple[Stage | BestOf, ...]
    id: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class If:
    """``if C { ... } else { ... }``; an ``else if`` is an ``If`` alone in ``otherwise``. ``written`` is C's text."""

    condition: Term
    then: tuple[RouteItem, ...]
    otherwise: tuple[RouteItem, ...]
    id: str = ""
    written: str = ""
    span: Span = NOWHERE


RouteItem: TypeAlias = Stage | BestOf | If


@dataclass(frozen=True, slots=True)
class Unsold:
    """``unsold hold up to D retry every D``."""

    up_to: Duration
    every: Duration | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route step. ``name`` is ``route`` for the first, ``route_2`` ... for further ones."""

    name: str
    items: tuple[RouteItem, ...]
    title: str = ""
    when: Term | None = None
    unsold: Unsold | None = None
    on_unsold: tuple[str, ...] = ()
    span: Span = NOWHERE


Step: TypeAlias = Enhance | Filter | Score | Route | Deliver


# ------------------------------------------------------------------ the whole


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
    (flow, imports, templates, lists; path relative to the project's root) to its text."""

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
    span: Span = NOWHERE
