"""Requests: method and URL, query, headers, auth, body; and a ``Leg``, a request with the reading of its answer."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.auth import auth
from leadflow_dsl.meaning.bodies import body, pairs
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.foreign_places import foreign_places
from leadflow_dsl.meaning.limits import whole
from leadflow_dsl.meaning.responses import response
from leadflow_dsl.meaning.suggestions import listed
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.requests import NO_REQUEST, PLACE_IN_HOST, SAID_TWICE, URL
from leadflow_dsl.terms import Text
from leadflow_dsl.types import TEXT
from leadflow_dsl.unguarded import dataclass

TIMEOUTS: Final = {
    "deliver": datetime.timedelta(seconds=5),
    "ping": datetime.timedelta(seconds=1),
    "enhance": datetime.timedelta(seconds=3),
    "batch": datetime.timedelta(seconds=60),
}
"""How long an answer may take where the flow does not say."""

CAUSES: Final = ("timeout", "connect", "5xx")
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
    follow: nodes.FollowRedirects | None = None
    body: nodes.Body | None = None
    response: nodes.Response | None = None


_ONCE: Final[dict[type, str]] = {
    nodes.Method: "method",
    nodes.Query: "query",
    nodes.Timeout: "timeout",
    nodes.Retry: "retry",
    nodes.Idempotency: "idempotency",
    nodes.FollowRedirects: "follow",
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
    retry, redirects and the reading of the answer are never taken over.
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
    answer = response(r, block.response, kind) if block.response else model.Response()
    return model.Leg(
        request(r, block, block.method, TIMEOUTS.get(kind, TIMEOUTS["deliver"]), span), answer, span
    )


def request(
    r: Resolver,
    block: Said,
    method: nodes.Method,
    timeout: datetime.timedelta,
    span: Span,
    where: str = "request",
) -> model.Request:
    """The request of a block. ``where`` says which kinds of body it may send (``bodies.KINDS``)."""
    here = r.at(r.scope.in_request())
    return model.Request(
        method=method.verb.text.upper(),
        url=url(r, method.url, SCHEMES.get(where, SCHEMES["request"])),
        query=pairs(here, block.query.pairs) if block.query else (),
        headers=tuple((header.name.value, here.value(header.value)) for header in block.headers),
        auth=tuple(auth(here, item) for item in block.auth),
        timeout=_timeout(r, block.timeout) if block.timeout else timeout,
        retry=_retry(r, block.retry) if block.retry else None,
        idempotency_header=block.idempotency.header.value if block.idempotency else "",
        body=body(here, block.body, where) if block.body else None,
        redirects=_redirects(r, block.follow) if block.follow else 0,
        span=span,
    )


def _timeout(r: Resolver, node: nodes.Timeout) -> datetime.timedelta:
    if node.limit.value <= datetime.timedelta(0):
        r.draft.found(VALUE.at(node.limit.span, "a time-out is longer than nothing", "", "write `2s`"))
    return node.limit.value


SCHEMES: Final = {"request": ("https", "http"), "batch": ("https", "http", "sftp", "file")}
"""To where a request and a batch may go; `file` is a directory of this machine and has no host."""
_SHAPE: Final = re.compile(r"([a-z]+)://([^/?#]*)", re.IGNORECASE)


def url(r: Resolver, node: nodes.Text, schemes: tuple[str, ...] = SCHEMES["request"]) -> Text:
    """A URL: a scheme and a host that no lead decides, then whatever the flow wants."""
    found = _SHAPE.match(node.value)
    scheme = found[1].lower() if found else ""
    nowhere = found is None or (not found[2] and scheme != "file")
    written = node.value.split("{{")[0]
    for start, end, _ in foreign_places(r.draft, written):
        written = written[:start] + "_" * (end - start) + written[end:]
    if nowhere or scheme not in schemes or re.search(r"\s", written):
        help = f"write the whole URL: {listed(f'{one}://...' for one in schemes if one != 'http')}"
        r.draft.found(URL.at(node.span, f"`{node.value}` is no URL", "no scheme and host", help))
    elif found is not None and "{{" in found[2]:
        help = "values stand in the path or the query"
        message = "a value decides to which host this is sent"
        r.draft.found(PLACE_IN_HOST.at(node.span, message, "`{{` before the first `/`", help))
    elif found is not None and "@" in found[2]:
        help = "write `auth basic USER env PASSWORD`"
        r.draft.found(URL.at(node.span, "a user name or password in a URL", "would be logged", help))
    term = r.at(r.scope.in_url()).value(node, None, False)
    return term if isinstance(term, Text) else Text((node.value,), TEXT, node.span)


def _retry(r: Resolver, node: nodes.Retry) -> model.Retry:
    causes = tuple(_cause(r, cause) for cause in node.causes)
    backoff = node.backoff.value if node.backoff else DEFAULT_BACKOFF
    return model.Retry(whole(r.draft, node.times, "a number of retries"), causes, backoff, node.span)


MOST_REDIRECTS: Final = 5


def _redirects(r: Resolver, node: nodes.FollowRedirects) -> int:
    most = whole(r.draft, node.most, "a number of redirects")
    if most > MOST_REDIRECTS:
        message = f"at most {MOST_REDIRECTS} redirects are followed, not {most}"
        r.draft.found(VALUE.at(node.most.span, message, "", "usually one is enough"))
    return min(most, MOST_REDIRECTS)


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
