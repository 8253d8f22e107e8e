"""Compiling a request once, and building it for each lead: the same lead gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.effects import HttpRequest
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping import multipart, signing
from leadflow_engine.mapping.bodies import text_of
from leadflow_engine.mapping.compiled_body import WriteBody, body_writer, content_type
from leadflow_engine.mapping.problems import MappingError
from leadflow_engine.mapping.tree import Tree, grow
from leadflow_engine.mapping.urls import MAX_URL, built_url, checked_url, staged, with_query
from leadflow_engine.templates import Templates
from leadflow_engine.texts.leaves import Refused, RequestProblem, Secret, leaf

MAX_BODY = 1 << 20
"""Characters of a body."""


@dataclass(frozen=True, slots=True)
class Staging:
    """Where test leads go: a host, with which the path stays as it is, or a whole url."""

    url: t.Text


Extra: TypeAlias = m.TestField | m.Pair | Staging

_TEXT = t.Type("text")
_HEADER_BAD = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a request no lead changes."""

    url: str
    auth: tuple[m.Auth, ...]
    timeout: float


@dataclass(frozen=True, slots=True)
class RequestBuilder:
    """A compiled request. ``body`` is None where nothing is sent; ``content_type`` its default header; ``most`` the
    characters that a body may have; ``blanks``: places in the url's query may be blank, and are sent as nothing.
    ``settled`` is what no lead changes, where that is all but the body and the headers; ``same_headers`` are those of
    every lead's request, None where the flow writes any."""

    request: m.Request
    templates: Templates
    url: t.Text
    query: Tree
    headers: tuple[tuple[str, t.Term], ...]
    body: WriteBody | None
    content_type: str
    most: int = MAX_BODY
    blanks: bool = False
    settled: Settled | None = None
    same_headers: tuple[tuple[str, str], ...] | None = field(init=False, compare=False, repr=False)
    _tests: dict[tuple[Extra, ...], RequestBuilder] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        kind = self.content_type
        same = (("Content-Type", kind),) if kind else ()
        own = bool(self.headers) or kind == multipart.CONTENT_TYPE
        object.__setattr__(self, "same_headers", None if own else same)

    def build(self, scope: Scope, extra_pairs: Sequence[Extra] = ()) -> HttpRequest | RequestProblem:
        """The request for one lead, or why there is none. ``extra_pairs`` (a test lead's fields) join the body, or
        the query where there is no body; a ``Staging`` changes the url. They are compiled once."""
        try:
            return self._with(tuple(extra_pairs))._built(scope)
        except Refused as refused:
            return refused.problem
        except MappingError as problem:
            return RequestProblem(str(problem))

    def _with(self, extra: tuple[Extra, ...]) -> RequestBuilder:
        if extra and extra not in self._tests:
            self._tests[extra] = compile_request(_joined(self.request, extra), self.templates)
        return self._tests[extra] if extra else self

    def _built(self, scope: Scope) -> HttpRequest:
        return self._from_parts(scope) if self.settled is None else self._settled(scope, self.settled)

    def _body(self, scope: Scope) -> str | None:
        body = self.body(scope) if self.body else None
        if body is not None and len(body) > self.most:
            raise Refused(f"the body is longer than {self.most} characters")
        return body

    def _settled(self, scope: Scope, settled: Settled) -> HttpRequest:
        body, request = self._body(scope), self.request
        headers = self.same_headers
        fixed = headers is not None
        if headers is None:
            headers = _headers(self, scope, body)
        return HttpRequest(
            request.method,
            settled.url,
            headers,
            body,
            settled.auth,
            settled.timeout,
            request.redirects,
            fixed,
        )

    def _from_parts(self, scope: Scope) -> HttpRequest:
        values = [leaf(term, scope, "form") for term in self.query.terms]
        body = self._body(scope)
        request = HttpRequest(
            method=self.request.method,
            url=with_query(built_url(self.url, scope, self.blanks), self.query.root, values),
            headers=_headers(self, scope, body) if self.same_headers is None else self.same_headers,
            body=body,
            auth=tuple(auth for auth in self.request.auth if auth.kind != "body"),
            timeout=self.request.timeout.total_seconds(),
            redirects=self.request.redirects,
        )
        return replace(request, auth=tuple(_auth(auth, request, scope) for auth in request.auth))


def compile_request(request: m.Request, templates: Templates) -> RequestBuilder:
    """A request ready to be built for any lead.

    Raises ``NotBuilt`` for forms that are not built yet, ``MappingError`` for a description that no lead could
    make right: a place in the host, two values for one name, a template that is missing or refused.
    """
    headers = _checked_headers(request)
    url, query, kind = checked_url(request.url), grow(request.query), content_type(request)
    body = body_writer(request, templates)
    settled = _settled_parts(request, url, query)
    return RequestBuilder(request, templates, url, query, headers, body, kind, settled=settled)


def _settled_parts(request: m.Request, url: t.Text, query: Tree) -> Settled | None:
    """What no lead changes; None where the url, the query or the authorisation reads something of the lead."""
    auth = tuple(auth for auth in request.auth if auth.kind != "body")
    pieces = [piece for piece in url.pieces if isinstance(piece, str)]
    whole = "".join(pieces)
    same = len(pieces) == len(url.pieces) and not query.terms and all(map(_is_settled, auth))
    if not same or len(whole) > MAX_URL:
        return None
    return Settled(whole, auth, request.timeout.total_seconds())


def _is_settled(auth: m.Auth) -> bool:
    return not (auth.oauth or auth.over) and isinstance(auth.user, _SAME_FOR_ALL | None)


_SAME_FOR_ALL: Final = t.Const | t.SecretRef


# ------------------------------------------------------------------ test leads


def _joined(request: m.Request, extra: tuple[Extra, ...]) -> m.Request:
    fields = tuple(one for one in extra if not isinstance(one, Staging))
    for staging in (one for one in extra if isinstance(one, Staging)):
        request = replace(request, url=staged(request.url, staging.url))
    pairs = tuple(m.Pair(one.left, one.value) if isinstance(one, m.TestField) else one for one in fields)
    if request.body is None:
        return replace(request, query=(*request.query, *pairs))
    return replace(request, body=replace(request.body, pairs=(*request.body.pairs, *pairs)))


# ------------------------------------------------------------------ headers and auth


def _checked_headers(request: m.Request) -> tuple[tuple[str, t.Term], ...]:
    headers = request.headers
    if request.idempotency_header:
        key = t.Read("delivery", "key", "", _TEXT, request.span)
        headers = (*headers, (request.idempotency_header, key))
    for name, _ in headers:
        if not _HEADER_NAME.match(name):
            raise MappingError(f"`{name}` cannot be the name of a header", request.span)
    return headers


def _headers(builder: RequestBuilder, scope: Scope, body: str | None) -> tuple[tuple[str, str], ...]:
    built = [
        (name, text) for name, term in builder.headers if (text := _header(name, term, scope)) is not None
    ]
    if builder.content_type == multipart.CONTENT_TYPE and body is not None:
        own = [pair for pair in built if pair[0].lower() != "content-type"]  # it must name the boundary
        return (("Content-Type", multipart.content_type(body)), *own)
    if builder.content_type and not any(name.lower() == "content-type" for name, _ in built):
        built.insert(0, ("Content-Type", builder.content_type))
    return tuple(built)


def _header(name: str, term: t.Term, scope: Scope) -> str | None:
    if isinstance(term, t.Read):
        read = scope.read(term)
        if type(read) is str and read.isascii() and read.isprintable():  # a delivery's key
            return read.strip()
    value = leaf(term, scope, "text")
    if value is None or isinstance(value, Secret):
        return None if value is None else value.text
    text = text_of(value).strip()
    if _HEADER_BAD.search(text):
        raise Refused(f"the value of header `{name}` holds a line end or another control character")
    return text


def _auth(auth: m.Auth, request: HttpRequest, scope: Scope) -> m.Auth:
    """Auth with what a lead decides in it decided: outbound sees constants, secrets and parts of the request."""
    if auth.oauth is not None:
        return replace(auth, oauth=_settled_oauth(auth.oauth, scope))
    if auth.over is not None:
        return replace(auth, over=signing.settled(auth.over, request, scope))
    user = _settled(auth.user, scope)
    return auth if user is auth.user else replace(auth, user=user)


def _settled_oauth(oauth: m.OAuth, scope: Scope) -> m.OAuth:
    url = t.Text(
        (built_url(checked_url(oauth.token_url), scope),), oauth.token_url.type, oauth.token_url.span
    )
    client, user = _settled(oauth.client_id, scope), _settled(oauth.user, scope)
    assert client is not None
    return replace(oauth, token_url=url, client_id=client, user=user)


def _settled(term: t.Term | None, scope: Scope) -> t.Term | None:
    if term is None or isinstance(term, _SAME_FOR_ALL):
        return term
    value = leaf(term, scope, "text")
    if value is None:
        raise Refused("what the request is authorised with is blank")
    return t.Const(text_of(value), _TEXT, term.span)
