"""Requests and responses: what goes out, and how an answer is read."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import Duration, Name, Number, StatusClass, Text
from leadflow_dsl.nodes.expressions import Env, Expression
from leadflow_dsl.nodes.lead import TypeNode
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a mapping's left side. kind: name, quoted, attribute (``@x``), index, each (``[*]``).

    ``raw`` is its spelling without the dot before it; ``name`` is the plain name; ``index`` counts from 0.
    """

    kind: str
    raw: str
    name: str = ""
    index: int = 0
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Left:
    """A left side: ``contact.phones[0]``, ``"Lead.Zip"``, ``Pet[*].@id``."""

    segments: tuple[Segment, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """``LEFT = EXPRESSION``."""

    left: Left
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Mapping:
    """``{ pairs }``, with ``keep blanks`` before it or not."""

    keep_blanks: bool
    pairs: tuple[Pair, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """``from "mappings/x.json.j2"``."""

    path: Text
    span: Span = field(default=NOWHERE, compare=False)


BodyForm: TypeAlias = Mapping | TemplateFile | Text


@dataclass(frozen=True, slots=True)
class Method:
    """``post "url"``. verb: get post put patch delete."""

    verb: Name
    url: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Query:
    """``query { k = expr }``."""

    pairs: tuple[Pair, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Header:
    """``header "Name" EXPRESSION``."""

    name: Text
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthBearer:
    """``auth bearer SECRET``."""

    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthBasic:
    """``auth basic USER SECRET``."""

    user: Text | Env
    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthHeader:
    """``auth header "Name" "prefix " SECRET``."""

    name: Text
    prefix: Text | None
    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthQuery:
    """``auth query "name" SECRET``."""

    name: Text
    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthBody:
    """``auth body KEY SECRET``."""

    left: Left
    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthHmac:
    """``auth hmac sha256 header "Name" SECRET over VALUE``; ``place`` is header or query."""

    algorithm: Name
    place: Name
    name: Text
    secret: Env
    over: Expression | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OauthOption:
    """``client_secret env X`` inside ``auth oauth { ... }``."""

    name: Name
    value: Env | Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AuthOauth:
    """``auth oauth { options }``."""

    options: tuple[OauthOption, ...]
    span: Span = field(default=NOWHERE, compare=False)


Auth: TypeAlias = AuthBearer | AuthBasic | AuthHeader | AuthQuery | AuthBody | AuthHmac | AuthOauth


@dataclass(frozen=True, slots=True)
class Timeout:
    """``timeout D``, of a request, a stage or a route."""

    limit: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Retry:
    """``retry N on timeout, connect, 5xx backoff D``."""

    times: Number
    causes: tuple[Name | StatusClass | Number, ...]
    backoff: Duration | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """``idempotency header "Idempotency-Key"``."""

    header: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FollowRedirects:
    """``follow redirects up to 3``."""

    most: Number
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Conforms:
    """``conforms to "schemas/buyer.json"``, behind a body."""

    path: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Body:
    """``body json { ... }``, ``body xml from "..."``, or the template itself as a long text."""

    kind: Name
    form: BodyForm
    conforms: Conforms | None = None
    span: Span = field(default=NOWHERE, compare=False)


RequestItem: TypeAlias = (
    Method | Query | Header | Auth | Timeout | Retry | Idempotency | FollowRedirects | Body
)


@dataclass(frozen=True, slots=True)
class Cause:
    """``because "..." as fraud``; one of the two may be absent."""

    reason: Text | None
    cause: Name | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``accepted when CONDITION because "..." as CAUSE``."""

    outcome: Name
    condition: Expression
    because: Cause | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """``otherwise rejected``, ``otherwise error``."""

    outcome: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Value:
    """``reason EXPRESSION``. name: reason price reference redirect bid expires legal_name."""

    name: Name
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SetValue:
    """``set NAME TYPE EXPRESSION``."""

    name: Name
    type: TypeNode
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bids:
    """``bids "path" { values }``."""

    path: Text
    items: tuple[Value | SetValue, ...]
    span: Span = field(default=NOWHERE, compare=False)


ResponseItem: TypeAlias = Verdict | Otherwise | Value | SetValue | Bids


@dataclass(frozen=True, slots=True)
class Response:
    """``response json { ... }``; without a kind the content type decides."""

    kind: Name | None
    items: tuple[ResponseItem, ...]
    span: Span = field(default=NOWHERE, compare=False)
