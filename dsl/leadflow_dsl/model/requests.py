"""One HTTP request as the flow describes it."""

from __future__ import annotations

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.model.limits import Duration
from leadflow_dsl.terms import SecretRef, Term, Text
from leadflow_dsl.unguarded import dataclass


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
    """What is sent. kind: json, form, xml, text, soap, multipart, csv, jsonl. Exactly one of ``pairs``, ``template``
    (a path relative to the project's root) and ``inline`` (the template itself) is used. ``schema`` is the path of
    the JSON Schema to which what is sent must conform, or ""."""

    kind: str
    pairs: tuple[Pair, ...] = ()
    keep_blanks: bool = False
    template: str = ""
    inline: str = ""
    schema: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class OAuth:
    """``auth oauth { ... }``: a token is asked at ``token_url`` (by client credentials, by ``user`` and ``password``,
    or by ``refresh_token``), kept while it is valid, and sent as a bearer."""

    token_url: Text
    client_id: Term
    client_secret: SecretRef
    scope: str = ""
    audience: str = ""
    user: Term | None = None
    password: SecretRef | None = None
    refresh_token: SecretRef | None = None


@dataclass(frozen=True, slots=True)
class Auth:
    """kind: bearer, basic, header, query, body, hmac, oauth. ``name`` is the header, query or body name;
    ``prefix`` stands before a header's secret; ``user`` is basic's user. Of an hmac: ``algorithm`` is sha1, sha256 or
    sha512, ``place`` is where ``name`` stands (header or query), ``over`` is what is signed (None: the body as it is
    sent)."""

    kind: str
    secret: SecretRef | None = None
    name: str = ""
    prefix: str = ""
    user: Term | None = None
    algorithm: str = ""
    place: str = "header"
    over: Term | None = None
    oauth: OAuth | None = None
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
    """One HTTP request as the flow describes it. ``method`` is upper case; ``url`` may hold ``{{ }}``; ``redirects`` is
    how many are followed."""

    method: str
    url: Text
    query: tuple[Pair, ...] = ()
    headers: tuple[tuple[str, Term], ...] = ()
    auth: tuple[Auth, ...] = ()
    timeout: Duration = Duration(seconds=5)
    retry: Retry | None = None
    idempotency_header: str = ""
    body: Body | None = None
    redirects: int = 0
    span: Span = NOWHERE
