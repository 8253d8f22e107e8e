"""What a document tells a supplier or a buyer: frozen records, made once from the checked flow, written by renderers.

Texts in them are an author's words or sentences made of the flow; none is markup. Durations are ``timedelta``, money is
``Decimal`` in the flow's currency.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from leadflow_dsl.terms import Type
from leadflow_engine.instructions.phrases import Phrase

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A field as one source sends it.

    ``path`` is where it stands in the payload; ``by_name`` whether it is found by its name (then ``aliases`` are taken
    too, all without regard to case). ``required``: "", "always", "ping" or "post". ``takes`` says which spellings are
    read. ``low`` and ``high`` are the range as written. ``own``: whether it stands in the example.
    """

    name: str
    path: str
    by_name: bool
    placed: bool
    type: Type
    takes: str
    required: str = ""
    aliases: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    pattern: str = ""
    flags: str = ""
    default: Phrase = ()
    example: Json = None
    personal: bool = False
    kept: bool = True
    own: bool = True


@dataclass(frozen=True, slots=True)
class RequiredTogether:
    """At least one of these fields must come (by path); ``reason`` is told where none does."""

    paths: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """When a lead is refused, and with which reason. kind: criterion, filter, duplicate, cap, throttle."""

    kind: str
    when: Phrase
    reason: str
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """An example of a request. kind: json, form, xml, csv, query; ``text`` is the body (the query of a GET); ``curl``
    the same as a command."""

    kind: str
    content_type: str
    text: str
    curl: str


@dataclass(frozen=True, slots=True)
class AnswerExample:
    """An answer that may come: the HTTP status, when it comes, its content type and body."""

    status: int
    when: Phrase
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Postback:
    """A request that we make when something becomes of a lead: on which events, and what is called."""

    events: tuple[str, ...]
    method: str
    url: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence under a heading of its own kind: ``ping``, ``verify``, ``payment``, ``test`` ..."""

    about: str
    text: Phrase


@dataclass(frozen=True, slots=True)
class SourceInstructions:
    """How a supplier posts leads, and what it hears. ``problem`` says why there is no example request, "" where there
    are examples. ``example`` is the lead in them as JSON, without what a call has around it; None where there is none.
    ``whole_call``: whether a call is one lead and nothing else; ``fetched``: it only names the lead."""

    flow: str
    flow_title: str
    source: str
    title: str
    base_url: str
    currency: str
    timezone: str
    country: str
    needs_key: bool
    receive: tuple[str, ...]
    pings: bool
    fields: tuple[FieldNote, ...]
    together: tuple[RequiredTogether, ...]
    refusals: tuple[Refusal, ...]
    requests: tuple[Request, ...]
    problem: str
    example: Json
    answers: tuple[AnswerExample, ...]
    reasons: tuple[str, ...]
    payment: tuple[Phrase, ...]
    notes: tuple[Note, ...]
    postbacks: tuple[Postback, ...] = ()
    ping_fields: tuple[str, ...] = ()
    ping_request: Request | None = None
    answer_within: datetime.timedelta | None = None
    test: Phrase = ()
    whole_call: bool = True
    fetched: bool = False

    @property
    def submit_url(self) -> str:
        """Where leads are posted."""
        return f"{self.base_url}{submit_path(self.flow, self.source)}"

    @property
    def ping_url(self) -> str:
        """Where pings are posted."""
        return f"{self.base_url}{ping_path(self.flow, self.source)}"


def submit_path(flow: str, source: str) -> str:
    """The path of the intake at which a source posts."""
    return f"/flows/{flow}/sources/{source}/submit"


def ping_path(flow: str, source: str) -> str:
    """The path of the intake at which a two-step source pings."""
    return f"/flows/{flow}/sources/{source}/ping"


@dataclass(frozen=True, slots=True)
class Leg:
    """A request as a buyer gets it. ``body`` is the example as the mapping makes it, secrets masked; ``problem`` says
    why there is none. ``headers`` are names; ``auth`` says in words where the secret stands."""

    kind: str
    method: str
    url: str
    headers: tuple[str, ...]
    auth: tuple[Phrase, ...]
    content_type: str
    body: str
    problem: str
    timeout: datetime.timedelta
    retry: Phrase
    idempotency_header: str
    reading: tuple[Phrase, ...]
    taken: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class BuyerInstructions:
    """What a buyer gets, when, how many, for how much, and how its answers are read."""

    flow: str
    flow_title: str
    buyer: str
    title: str
    currency: str
    timezone: str
    criteria: tuple[Refusal, ...]
    prices: tuple[Phrase, ...]
    limits: tuple[Phrase, ...]
    hours: tuple[Phrase, ...]
    duplicates: tuple[Phrase, ...]
    legs: tuple[Leg, ...]
    doubt: Phrase
    returns: tuple[Phrase, ...]
    test: tuple[Phrase, ...]
    notes: tuple[Note, ...]


ACT: Final = "act"
KNOW: Final = "know"
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, as a sentence. ``urgency`` is act, know or nothing."""

    urgency: str
    text: Phrase


@dataclass(frozen=True, slots=True)
class Changes:
    """Every difference for one source or buyer. ``kind`` is source or buyer, ``name`` its name."""

    flow: str
    kind: str
    name: str
    title: str
    changes: tuple[Change, ...]

    def of(self, urgency: str) -> tuple[Phrase, ...]:
        """The sentences of one urgency, in order."""
        return tuple(change.text for change in self.changes if change.urgency == urgency)
