"""Where an answer sends a request on, and whether it may go there: ``follow redirects up to N``.

A redirect is an answer like any other unless the flow says otherwise. What is followed goes through the same guard at
every hop. A body goes on only to the host that it was for; another host never hears a secret, nor does anything ever
leave https for http.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.guard import DEFAULT_PORTS, Refused
from leadflow_engine.outbound.wire import Wire
from leadflow_engine.secrets import OPEN

SEES_OTHER: Final = 303
"""The one that says: it is done, and what came of it is told over there."""
AGAIN: Final = frozenset({307, 308})
"""Those that say: the same request, over there."""
MOVED: Final = frozenset({301, 302})
"""Those with which a post is never made again, since it is not said whether it counted."""
OF_A_BODY: Final = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})
LONGEST: Final = 8_192
"""Characters of a ``Location``."""


@dataclass(frozen=True, slots=True)
class Hop:
    """The request that a redirect asks for. ``done`` is whether the one before may have counted already."""

    wire: Wire
    done: bool


def next_hop(wire: Wire, request: HttpRequest, status: int, headers: Iterable[Sequence[str]]) -> Hop | None:
    """The next request after an answer; None where the answer is the last: no redirect, or none that may be followed.

    ``wire`` is what was sent; ``request`` what the flow asked for, which tells the headers that hold secrets.
    """
    to = _target(wire.url, status, headers)
    if to is None:
        return None
    near = _same_host(urlsplit(wire.url), urlsplit(to))
    if status == SEES_OTHER and wire.method != "HEAD":
        kept = _of_a_get(wire.headers) if near else ()
        return Hop(Wire("GET", to, kept, None, wire.echoes), done=wire.method != "GET")
    if wire.method == "GET" and wire.body is None:
        return Hop(replace(wire, url=to, headers=wire.headers if near else _open(wire, request)), done=False)
    return Hop(replace(wire, url=to), done=True) if near and status in AGAIN else None


def _target(url: str, status: int, headers: Iterable[Sequence[str]]) -> str | None:
    said = next((value for name, value in headers if name.lower() == "location"), "").strip()
    if status not in {SEES_OTHER, *AGAIN, *MOVED} or not said or len(said) > LONGEST:
        return None
    try:
        to = urldefrag(urljoin(url, said)).url
        parts, before = urlsplit(to), urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Refused("it redirects to what is no url") from error
    return None if before.scheme == "https" and parts.scheme != "https" else to


def _same_host(one: SplitResult, other: SplitResult) -> bool:
    """The same scheme, host and port; or http that becomes https on their usual ports."""
    if one.hostname != other.hostname:
        return False
    ways = [(each.scheme, each.port or DEFAULT_PORTS.get(each.scheme)) for each in (one, other)]
    return ways[0] == ways[1] or ways == [("http", 80), ("https", 443)]


def _of_a_get(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in headers if pair[0].lower() not in OF_A_BODY)


def _open(wire: Wire, request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The headers in which no secret is: those that the flow writes itself, without one."""
    written = {name.lower() for name, value in request.headers if OPEN not in value}
    by_auth = {auth.name.lower() for auth in request.auth if auth.kind in {"header", "hmac"}}
    return tuple(
        pair for pair in wire.headers if pair[0].lower() in written - by_auth - {"authorization", "cookie"}
    )


def told(status: int, to: str) -> str:
    """A hop as it is kept: the status and the host, nothing of the path, which may be somebody's."""
    parts = urlsplit(to)
    return f"{status} {parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
