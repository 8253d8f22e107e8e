"""Effects: what a Run asks of the world, as frozen data, and the keys that name them.

A Run yields effects and is fed results. A result is always a plain JSON object (``Result``): it is stored as the
fact of that key, and a replay feeds it again. See ``docs/run.md`` for the list of keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, TypeAlias

from leadflow_dsl.model import Auth, DownAfter
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.figures import Figure
from leadflow_engine.limits.hours import Hours
from leadflow_engine.records import Record

Json: TypeAlias = Any
Result: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, complete but for its secrets.

    ``url``, header values and ``body`` may hold secret placeholders (``secrets.placeholder``), and ``auth`` what must
    be computed from a secret; both are filled in by the outbound side on the way to the wire, never before.
    ``timeout`` is in seconds, over all of ``redirects``, which is how many may be followed. ``fixed``: url and headers
    are the same for every lead, so that what is made of them may be remembered.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    auth: tuple[Auth, ...] = ()
    timeout: float = 5.0
    redirects: int = 0
    fixed: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LimitClaim:
    """A slot (or an amount) of one cap or budget.

    ``limit`` is its identity: all but the maximum, so that a changed maximum keeps its count. ``by`` is the value of
    the ``by`` field, "" where there is none. ``amount`` and ``maximum`` are counts, or millionths for a budget.
    ``code`` is the distribution word of a buyer that is out for it (``capped``, ``balance``). ``reason`` is the text
    from the flow, or one made from the cap (``cap 50 per hour``). ``timeout`` is how many seconds the answer may take:
    where it may fall into the next window, both windows are reserved. ``maximum`` is None where it is only counted, for
    others that look at it. ``window`` is calendar, rolling or paced, or balance: what a buyer has paid in and its
    credit (``maximum``). ``counting`` says what counts: sold (a refusal gives it back), attempts (whatever was sent)
    or pings.
    ``money``: an amount in millionths, which becomes what was really charged once that is known. ``kept``: it is
    reserved, else only asked. ``once``: reserved once a lead, however many of its intents claim it. ``pace`` is the
    number and the reason of a higher cap of the same identity, by which it is paced.
    """

    limit: str
    period: str
    zone: str
    amount: int
    maximum: int | None
    code: str
    reason: str
    by: str = ""
    timeout: float = 0.0
    window: str = "calendar"
    counting: str = "sold"
    money: bool = False
    kept: bool = True
    once: bool = False
    pace: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """A dedupe key: what must not have been seen within a time, and is registered with the claim.

    ``scope`` is ``source/NAME``, ``flow/NAME``, ``buyer/NAME``; ``fields`` their names; ``value`` the normal forms
    joined by a unit separator (personal: stored only as a keyed hash). ``within`` is in seconds. ``asked`` is whether
    it may refuse, ``kept`` whether it is registered; ``counting`` is sold (a refusal takes it back) or attempts.
    """

    scope: str
    fields: str
    value: str
    within: float
    reason: str
    asked: bool = True
    kept: bool = True
    counting: str = "sold"


@dataclass(frozen=True, slots=True)
class Suppressible:
    """What of a lead may be on suppression lists: triples of a list, a field and its normal form (personal)."""

    flow: str
    source: str
    values: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ReadSuppressed:
    """Which of a lead's values are on which lists now.

    Result: ``{"lists": {list: [field, ...]}, "buyers": {buyer: list}}``; the second are buyers for whom alone it is."""

    asked: Suppressible


@dataclass(frozen=True, slots=True)
class Accept:
    """The lead is taken: its dedupe keys and source caps are claimed, all or none.

    Result: ``{"accepted": true}`` or ``{"accepted": false, "code": "duplicate"|"capped", "reason": ...}``.
    """

    source: str
    limits: tuple[LimitClaim, ...]
    keys: tuple[KeyClaim, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is. Result: ``{"now": ISO 8601 in UTC}``."""


@dataclass(frozen=True, slots=True)
class BuyerLimits:
    """What one buyer's delivery would claim; nothing is claimed yet."""

    buyer: str
    limits: tuple[LimitClaim, ...]
    keys: tuple[KeyClaim, ...]
    down_after: DownAfter


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Which of these buyers are out for a cap, a budget, their balance, being down or a duplicate.

    Result: ``{"out": {buyer: {"code", "reason", "until": ISO time or null}}}``, those that are free left out.
    """

    buyers: tuple[BuyerLimits, ...]


@dataclass(frozen=True, slots=True)
class Admit:
    """Count that these buyers are about to be pinged, each all of its limits or none.

    Result: ``{"out": {buyer: {"code", "reason", "until"}}}``: those that may not be, why, and until when (ISO) where
    that is known."""

    buyers: tuple[BuyerLimits, ...]


@dataclass(frozen=True, slots=True)
class ReadPromised:
    """Which buyers have not yet had what they were promised (``at least N per day``): each with a limit whose maximum
    is the promise. Result: ``{"short": [buyer, ...]}``."""

    promises: tuple[tuple[str, LimitClaim], ...]


@dataclass(frozen=True, slots=True)
class ReadTurns:
    """When each buyer last had its turn at a stage. Result: ``{"turns": {buyer: number}}``, higher is later,
    a buyer that never had one left out. ``weighted`` asks also how far each is behind its share of first offers:
    ``"shares": {buyer: millionths}``, those that are even left out; and ``"weights": {buyer: millionths}`` where any
    are set beside the flow."""

    stage: str
    buyers: tuple[str, ...]
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class ReadRates:
    """What each of the flow's buyers was offered and took over the last ``seconds``; test leads are not among it.

    Result: ``{"rates": {buyer: [answered, sold]}}``, those that have answered nothing left out."""

    seconds: float


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """A figure to be told, of ``party`` as it is counted (of a dimension ``NAME=VALUE``; "" where the lead has no value
    for it). ``caps`` are those of which ``cap_used`` tells the fullest."""

    figure: Figure
    party: str
    caps: tuple[LimitClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFigures:
    """What the flow's conditions read of its figures; test leads are not among them. What is ``usual`` at an hour is
    told by the calendar of ``zone``.

    Result: ``{"figures": {key: text of a number, or null where nothing was counted}}``, by ``Figure.key``."""

    flow: str
    zone: str
    figures: tuple[AskedFigure, ...]


@dataclass(frozen=True, slots=True)
class ReadCallback:
    """Where a buyer may call with the verdict of one delivery: nobody can guess it.

    Result: ``{"url": text}``, or ``{"url": null}`` where this service has no address to be called at."""

    flow: str
    buyer: str
    number: int


@dataclass(frozen=True, slots=True)
class ReadCache:
    """An enhancement's cached answer. ``value`` is personal (stored as a keyed hash).

    Result: ``{"answer": an answer as of a call}`` or ``{"answer": null}``.
    """

    name: str
    value: str
    within: float


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A lead as a row of its buyer's batch. ``kind`` is csv, jsonl or xml; ``text`` is personal. The batch closes
    ``every`` seconds after its first lead, ``at`` the next of these local times of ``zone`` (HH:MM), or with ``size``
    leads, whatever comes first."""

    flow: str
    kind: str
    text: str
    zone: str
    every: float | None
    at: tuple[str, ...]
    size: int | None


@dataclass(frozen=True, slots=True)
class Intent:
    """Reserve everything a post needs, all or none, and record that it is about to be made.

    Result: ``{"granted": true, "at": ISO}`` or ``{"granted": false, "code", "reason", "until"}``, the last (ISO) where
    it is known. ``exclusive`` refuses where another delivery of this lead is confirmed, pending or in doubt, unless
    ``beside_doubt``. ``hours`` are when the buyer is open (``None``: always) and ``lapses`` (ISO) is when its bid ends
    (``None``: never): a Run that comes late, after a long way or a crash, is refused. ``most`` is how many deliveries
    of this lead may be sales or come to be, this one included; ``None`` for any number. ``shares`` are added to how far
    each buyer of the stage is behind its share of first offers (millionths). With a ``row`` the buyer has the lead by
    the intent itself: the result names the ``batch`` that it stands in.
    """

    buyer: str
    number: int
    stage: str
    price: Decimal
    limits: tuple[LimitClaim, ...]
    keys: tuple[KeyClaim, ...]
    exclusive: bool
    beside_doubt: bool
    delivery_key: str
    test: bool
    hours: Hours | None = None
    lapses: str | None = None
    most: int | None = None
    shares: tuple[tuple[str, int], ...] = ()
    suppressible: Suppressible | None = None
    row: BatchRow | None = None


@dataclass(frozen=True, slots=True)
class CallOut:
    """One HTTP request. ``leg`` is fetch, enhance, ping, post, deliver or postback; ``name`` the source, enhancement,
    buyer or step.

    Result (see ``outbound.Answer``): ``{"phase": "answered"|"not_sent"|"partial"|"sent", "failure": "" or connect,
    timeout, reset, refused, too_large, protocol, "status": int|null, "headers": [[name, value]], "body": text,
    "ms": number}``, and where redirects were followed ``"redirects": ["307 https://host", ...]``.
    """

    leg: str
    name: str
    number: int
    request: HttpRequest


@dataclass(frozen=True, slots=True)
class Flush:
    """Store what was learned from a post before anybody else is contacted. Result: ``{}``."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Wait. Result: ``{}`` once ``seconds`` have passed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Suspend:
    """The Run ends here and goes on later from ``cursor`` (JSON). ``due`` is when (ISO), None: when somebody says.

    ``why`` is held, in_doubt or pending; ``reason`` a sentence.
    """

    cursor: Json
    due: str | None
    why: str
    reason: str


@dataclass(frozen=True, slots=True)
class End:
    """The lead's outcome: sold, fallback, unsold, refused, error. ``postbacks`` are the numbers (from 1) of those of
    the source's postbacks that are due with it. ``forget``: something transient came with the lead, so that what was
    received goes from the journal with the end; the decisions and the chain stay."""

    outcome: str
    reason: str
    postbacks: tuple[int, ...] = ()
    forget: bool = False


Data: TypeAlias = (
    Accept
    | Clock
    | Admit
    | ReadLimits
    | ReadPromised
    | ReadSuppressed
    | ReadTurns
    | ReadRates
    | ReadFigures
    | ReadCallback
    | ReadCache
    | Intent
    | CallOut
    | Flush
    | Timer
    | Suspend
    | End
)

KIND: Mapping[type, str] = {
    Accept: "accept",
    Clock: "read",
    ReadLimits: "read",
    Admit: "admit",
    ReadPromised: "read",
    ReadSuppressed: "read",
    ReadTurns: "read",
    ReadRates: "read",
    ReadFigures: "read",
    ReadCallback: "read",
    ReadCache: "read",
    Intent: "intent",
    CallOut: "call",
    Flush: "settle",
    Timer: "timer",
    Suspend: "suspend",
    End: "end",
}

FROM_OUTSIDE = frozenset(
    "received settled retried dropped resubmitted inquired resent called_back postback returned adjusted "
    "feedback".split()
)
"""Kinds of facts that reach a lead from outside any Run: no Run was fed them. ``store/outside.py`` projects them."""

DURABLE: frozenset[type] = frozenset({Accept, Admit, Intent, Flush, Suspend, End})
"""Data of effects that the store performs in a transaction together with all earlier facts and records of the lead."""


@dataclass(frozen=True, slots=True)
class Effect:
    """``key`` is the effect's meaning (``ping/brightbid/1``), unique within a lead."""

    key: str
    data: Data

    @property
    def kind(self) -> str:
        """read, accept, admit, intent, call, settle, timer, suspend or end."""
        return KIND[type(self.data)]


@dataclass(frozen=True, slots=True)
class Fact:
    """A result as it was fed: ``at`` is ISO 8601 UTC; ``body`` holds nothing personal, ``content`` what is."""

    seq: int
    key: str
    kind: str
    at: str
    body: Result
    content: Result | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """What a durable effect brings to the store: the effect, the facts fed and the records made since the last."""

    lead: str
    effect: Effect
    facts: tuple[Fact, ...]
    records: tuple[Record, ...]


__all__ = [
    "DURABLE",
    "FROM_OUTSIDE",
    "KIND",
    "Accept",
    "Admit",
    "AskedFigure",
    "BatchRow",
    "BuyerLimits",
    "CallOut",
    "Clock",
    "Data",
    "Effect",
    "End",
    "Fact",
    "Flush",
    "HttpRequest",
    "Intent",
    "Json",
    "KeyClaim",
    "LimitClaim",
    "ReadCache",
    "ReadCallback",
    "ReadFigures",
    "ReadLimits",
    "ReadPromised",
    "ReadRates",
    "ReadSuppressed",
    "ReadTurns",
    "Result",
    "Suppressible",
    "Suspend",
    "Timer",
    "Write",
]
