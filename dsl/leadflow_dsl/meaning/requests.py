"""Requests: method and URL, query, headers, auth, body; and a ``Leg``, a request with the reading of its answer."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.bodies import body, left_of, pairs
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import whole
from leadflow_dsl.meaning.responses import response
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.requests import NO_REQUEST, PLACE_IN_HOST, SAID_TWICE, URL
from leadflow_dsl.terms import Const, SecretRef, Term, Text
from leadflow_dsl.types import SECRET, TEXT

TIMEOUTS: Final = {
    "deliver": datetime.timedelta(seconds=5),
    "ping": datetime.timedelta(seconds=1),
    "enhance": datetime.timedelta(seconds=3),
}
"""How long an answer may take where the flow does not say."""

CAUSES: Final = ("timeout", "connect", "5xx")
HMACS: Final = ("sha1", "sha256", "sha512", "md5")
DEFAULT_BACKOFF: Final = datetime.timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Said:
    """The statements of a request block by kind; ``response`` is that of its answer."""

    method: nodes.Method | None = None
    query: nodes.Query | None = None
    headers: tuple[nodes.Header, ...] = ()
    auth: tuple[Any, ...] = ()
    timeout: nodes.Timeout | None = None
    retry: nodes.Retry | None = None
    idempotency: nodes.Idempotency | None = None
    body: nodes.Body | None = None
    response: nodes.Response | None = None


_ONCE: Final[dict[type, str]] = {
    nodes.Method: "method",
    nodes.Query: "query",
    nodes.Timeout: "timeout",
    nodes.Retry: "retry",
    nodes.Idempotency: "idempotency",
    nodes.Body: "body",
    nodes.Response: "response",
}
_AUTH: Final = (
    nodes.AuthBearer,
    nodes.AuthBasic,
    nodes.AuthHeader,
    nodes.AuthQuery,
    nodes.AuthBody,
    nodes.AuthHmac,
    nodes.AuthOauth,
)


def said(r: Resolver, items: Iterable[object]) -> Said:
    """A block's statements by kind; what is said twice is reported."""
    found: dict[str, Any] = {"headers": (), "auth": ()}
    for item in items:
        if isinstance(item, nodes.Header):
            found["headers"] += (item,)
        elif isinstance(item, _AUTH):
            found["auth"] += (item,)
        elif type(item) in _ONCE:
            _once(r, found, _ONCE[type(item)], item)
    return Said(**found)


def _once(r: Resolver, found: dict[str, Any], word: str, item: Any) -> None:
    if word in found:
        r.draft.found(SAID_TWICE.at(item.span, f"`{word}` is said twice", "said again", "take one out"))
    found.setdefault(word, item)


def inherited(own: Said, ping: Said) -> Said:
    """A deliver with what it takes from its ping: URL, auth and headers that it does not say.

    A body or a query of its own replaces the ping's whole content; with neither, both are taken over. Time-out,
    retry and the reading of the answer are never taken over.
    """
    names = {header.name.value.casefold() for header in own.headers}
    headers = tuple(header for header in ping.headers if header.name.value.casefold() not in names)
    content = own if own.body or own.query else ping
    return replace(
        own,
        method=own.method or ping.method,
        auth=own.auth or ping.auth,
        headers=headers + own.headers,
        query=content.query,
        body=content.body,
    )


def leg(r: Resolver, block: Said, kind: str, span: Span) -> model.Leg | None:
    """A request and how its answer is read. ``kind`` is deliver, ping or enhance; None after a finding."""
    if block.method is None:
        help = 'say where to: `post "https://..."`'
        r.draft.found(NO_REQUEST.at(span, f"this {kind} sends nothing", "no URL", help))
        return None
    answer = response(r, block.response) if block.response else model.Response()
    return model.Leg(
        request(r, block, block.method, TIMEOUTS.get(kind, TIMEOUTS["deliver"]), span), answer, span
    )


def request(
    r: Resolver, block: Said, method: nodes.Method, timeout: datetime.timedelta, span: Span
) -> model.Request:
    """The request of a block."""
    here = r.at(r.scope.in_request())
    return model.Request(
        method=method.verb.text.upper(),
        url=_url(r, method.url),
        query=pairs(here, block.query.pairs) if block.query else (),
        headers=tuple((header.name.value, here.value(header.value)) for header in block.headers),
        auth=tuple(_auth(here, item) for item in block.auth),
        timeout=_timeout(r, block.timeout) if block.timeout else timeout,
        retry=_retry(r, block.retry) if block.retry else None,
        idempotency_header=block.idempotency.header.value if block.idempotency else "",
        body=body(here, block.body) if block.body else None,
        span=span,
    )


def _timeout(r: Resolver, node: nodes.Timeout) -> datetime.timedelta:
    if node.limit.value <= datetime.timedelta(0):
        r.draft.found(VALUE.at(node.limit.span, "a time-out is longer than nothing", "", "write `2s`"))
    return node.limit.value


_SHAPE: Final = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)


def _url(r: Resolver, node: nodes.Text) -> Text:
    """A URL: a scheme and a host that no lead decides, then whatever the flow wants."""
    found = _SHAPE.match(node.value)
    if found is None or not found[2] or re.search(r"\s", node.value.split("{{")[0]):
        help = 'write the whole URL: `"https://..."`'
        r.draft.found(URL.at(node.span, f"`{node.value}` is no URL", "no scheme and host", help))
    elif "{{" in found[2]:
        help = "values stand in the path or the query"
        message = "a value decides to which host this is sent"
        r.draft.found(PLACE_IN_HOST.at(node.span, message, "`{{` before the first `/`", help))
    elif "@" in found[2]:
        help = "write `auth basic USER env PASSWORD`"
        r.draft.found(URL.at(node.span, "a user name or password in a URL", "would be logged", help))
    term = r.at(r.scope.in_url()).value(node, None, False)
    return term if isinstance(term, Text) else Text((node.value,), TEXT, node.span)


def _secret(node: nodes.Env) -> SecretRef:
    return SecretRef(node.name.text, SECRET, node.span)


def _auth(r: Resolver, node: Any) -> model.Auth:
    match node:
        case nodes.AuthBearer(secret=secret):
            return model.Auth("bearer", _secret(secret), span=node.span)
        case nodes.AuthBasic(user=user, secret=secret):
            return model.Auth("basic", _secret(secret), user=_user(user), span=node.span)
        case nodes.AuthHeader(name=name, prefix=prefix, secret=secret):
            text = prefix.value if prefix else ""
            return model.Auth("header", _secret(secret), name.value, text, span=node.span)
        case nodes.AuthQuery(name=name, secret=secret):
            return model.Auth("query", _secret(secret), name.value, span=node.span)
        case nodes.AuthBody(left=left, secret=secret):
            key = ".".join(segment.name for segment in left_of(left))
            return model.Auth("body", _secret(secret), key, span=node.span)
        case nodes.AuthHmac():
            return _hmac(r, node)
        case _:
            return _oauth(r, node)


def _user(node: nodes.Text | nodes.Env) -> Term:
    return _secret(node) if isinstance(node, nodes.Env) else Const(node.value, TEXT, node.span)


def _hmac(r: Resolver, node: nodes.AuthHmac) -> model.Auth:
    r.draft.not_built("auth hmac", node.span)
    if node.algorithm.text not in HMACS:
        help = f"algorithms are {', '.join(HMACS)}"
        r.draft.found(VALUE.at(node.algorithm.span, f"unknown algorithm `{node.algorithm.text}`", "", help))
    over = r.value(node.over) if node.over is not None else None
    return model.Auth(
        "hmac",
        _secret(node.secret),
        node.header.value,
        algorithm=node.algorithm.text,
        over=over,
        span=node.span,
    )


def _oauth(r: Resolver, node: nodes.AuthOauth) -> model.Auth:
    r.draft.not_built("auth oauth", node.span)
    options = tuple((option.name.text, _user(option.value)) for option in node.options)
    return model.Auth("oauth", options=options, span=node.span)


def _retry(r: Resolver, node: nodes.Retry) -> model.Retry:
    causes = tuple(_cause(r, cause) for cause in node.causes)
    backoff = node.backoff.value if node.backoff else DEFAULT_BACKOFF
    return model.Retry(whole(r.draft, node.times, "a number of retries"), causes, backoff, node.span)


def _cause(r: Resolver, node: nodes.Name | nodes.StatusClass | nodes.Number) -> str:
    if isinstance(node, nodes.Number):
        if not (100 <= node.value <= 599 and node.value == int(node.value)):
            r.draft.found(VALUE.at(node.span, f"`{node.raw}` is no status", "", "a status is 100 to 599"))
        return node.raw
    text = node.raw if isinstance(node, nodes.StatusClass) else node.text
    if text not in CAUSES:
        help = "causes are `timeout`, `connect`, `5xx` and a status such as `429`"
        r.draft.found(VALUE.at(node.span, f"nothing is retried on `{text}`", "", help))
    return text
