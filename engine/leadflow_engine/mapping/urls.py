"""A request's address: places in it percent-encoded, never in the host, and its query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from leadflow_dsl.terms import Const, SecretRef, Text
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.mapping.bodies import encoded, flat, text_of
from leadflow_engine.mapping.problems import MappingError
from leadflow_engine.mapping.tree import Node
from leadflow_engine.secrets import placeholder
from leadflow_engine.texts.escapes import url_quote
from leadflow_engine.texts.leaves import Refused, described, leaf

MAX_URL = 8_192

_BEYOND_HOST = re.compile(r"(?:(?:https?|sftp)://[^/?#\s{}]+|file://)[/?#]", re.IGNORECASE)
_WHOLE = re.compile(r"(?:https?|sftp)://[^/?#\s{}]+|file:///|mailto:", re.IGNORECASE)
"""``sftp`` and ``file`` are where batches go, ``mailto`` stands for a mail; what a flow may write is checked before."""


def checked_url(url: Text) -> Text:
    """The url, its fragment cut off. Raises ``MappingError`` where a place stands in the host, or before it."""
    pieces = _pieces(url)
    first = ""
    while pieces and isinstance(pieces[0], str):
        first, pieces = first + pieces[0], pieces[1:]
    fits = _BEYOND_HOST.match(first) if pieces else _WHOLE.match(first)
    if not fits:
        rule = (
            "a url begins with http:// or https:// and a host that is written out; `{{ }}` may stand after it"
        )
        raise MappingError(rule, url.span)
    return Text(_without_fragment((first, *pieces)), url.type, url.span)


def _constant(piece: Const) -> str:
    return quote(text_of(piece.value), safe="/?&=:@%+,;")


def _without_fragment(pieces: Sequence[object]) -> tuple:  # type: ignore[type-arg]
    kept: list[object] = []
    for piece in pieces:
        if isinstance(piece, str) and "#" in piece:
            return (*kept, piece.partition("#")[0])
        kept.append(piece)
    return tuple(kept)


def staged(url: Text, staging: Text) -> Text:
    """The url as test leads use it: ``staging`` whole where it has a path, else its host before the url's own path."""
    given, own = _pieces(staging), _pieces(url)
    if len(given) != 1 or not isinstance(given[0], str) or not isinstance(own[0], str):
        return staging
    host = urlsplit(given[0])
    if host.path.strip("/") or host.query:
        return staging
    path = urlsplit(own[0])
    moved = urlunsplit((host.scheme, host.netloc, path.path, path.query, path.fragment))
    return Text((moved, *own[1:]), url.type, url.span)


def _pieces(url: Text) -> tuple[Any, ...]:
    return tuple(_constant(piece) if isinstance(piece, Const) else piece for piece in url.pieces)


def built_url(url: Text, scope: Scope, blanks: bool = False) -> str:
    """The url for one lead. ``blanks``: a place behind the ``?`` may be blank, and is sent as nothing. Raises
    ``Refused`` where another place is blank, or would change the path around it."""
    built = ""
    for piece in url.pieces:
        built += piece if isinstance(piece, str) else _place(piece, scope, blanks and "?" in built)
    return built


def _place(piece: object, scope: Scope, may_be_blank: bool = False) -> str:
    if isinstance(piece, SecretRef):
        return placeholder(piece.name)
    value = leaf(piece, scope, "text")  # type: ignore[arg-type]
    name = described(piece)  # type: ignore[arg-type]
    if value is None and may_be_blank:
        return ""
    if value is None:
        raise Refused(f"`{name}` in the url is blank")
    text = text_of(value)
    if text in {".", "..", ""}:
        raise Refused(f"`{name}` in the url would change the path")
    return url_quote(text)


def with_query(url: str, root: Node, values: Sequence[object]) -> str:
    """The url with the query's pairs added. Raises ``Refused`` where it grows too long."""
    query = encoded(flat(root, values, False), url_quote)
    if query:
        url += ("" if url.endswith(("?", "&")) else "&" if "?" in url else "?") + query
    if len(url) > MAX_URL:
        raise Refused(f"the url is longer than {MAX_URL} characters")
    return url
