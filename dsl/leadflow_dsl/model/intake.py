"""How a service takes leads from a source: who may call, what came, what is answered."""

from __future__ import annotations

from decimal import Decimal

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.limits import Conditional, Duration
from leadflow_dsl.model.requests import Body
from leadflow_dsl.model.responses import Leg
from leadflow_dsl.terms import SecretRef, Term
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Cost(Conditional):
    """What a lead costs: ``value`` (money), or ``share`` of what it was sold for (a fraction; ``value`` is None).

    ``owed`` on "sale" or "accept"; ``back_on_return``: given back when the lead is.
    """

    share: Decimal | None = None
    owed: str = "sale"
    back_on_return: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """How a call proves itself. kind: hmac, field, challenge.

    ``name`` is the header of an hmac's signature, the payload's field, or a challenge's query parameter. Of an hmac:
    ``algorithm`` is sha1, sha256 or sha512; ``over`` is what is signed (None: the body as it came); ``within`` is
    how old the time in ``time_header`` may be (the signature's own header where that is "").
    """

    kind: str
    name: str
    secret: SecretRef
    algorithm: str = ""
    over: Term | None = None
    within: Duration | None = None
    time_header: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SourcePing:
    """``ping { fields a, b  hold D }``: a seller who first asks with some fields. ``fields`` empty: with any;
    ``hold``: how long the offer to the seller stands (None: as long as the buyers' bids)."""

    fields: tuple[str, ...] = ()
    hold: Duration | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Reply:
    """``reply [on ping | on callback] [status N] KIND BODY``. ``on`` is "" for the answer to a lead, "ping" or
    "callback"; ``status`` is the HTTP status of the answer (200 where the flow says none)."""

    body: Body
    on: str = ""
    status: int = 200
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Postback:
    """``postback on EVENTS { request  response }``: tells the source. Events: accepted sold fallback unsold
    refused returned converted."""

    events: tuple[str, ...]
    leg: Leg
    span: Span = NOWHERE
