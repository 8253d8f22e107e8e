"""Where a url leads, once the guard has looked at it: connections of which origin, what the first line asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import idna

from leadflow_engine.outbound.guard import (
    DEFAULT_PORTS,
    Guard,
    Refused,
    check_characters,
    check_place,
    check_url,
)
from leadflow_engine.outbound.pool import OriginKey

MOST_KEPT: Final = 2_048
"""Urls whose place is remembered, without what stands behind the question mark: that is a lead's."""
_STAYS: Final = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Place:
    """``target`` is what the first line asks for, ``host`` the Host header of this url."""

    key: OriginKey
    target: str
    host: str


class Places:
    """Places of urls, each looked at by the guard once but for its query. In the sandbox all lead to one server, and
    only the Host header says where else."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._known: dict[str, Place] = {}

    def of(self, url: str) -> Place:
        """The place of a url. Raises ``guard.Refused``."""
        base, mark, query = url.partition("?")
        found = self._known.get(base) or self._kept(base)
        if not mark:
            return found
        check_characters(query)
        if "#" in base:
            return found  # it is the fragment that goes on, and no fragment leaves
        query = query.partition("#")[0]
        query = query if query.isascii() else quote(query, safe=_STAYS)
        return Place(found.key, f"{found.target}?{query}", found.host) if query else found

    def _kept(self, base: str) -> Place:
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        found = self._known[base] = self._made(base)
        return found

    def _made(self, url: str) -> Place:
        parts = check_url(url, self._guard)
        target = parts.path or "/"
        target = target if target.isascii() else quote(target, safe=_STAYS)
        if self._guard.sandbox is not None:
            host, port = self._guard.sandbox
            return Place((False, host, port), target, parts.netloc)
        host = _ascii(parts.hostname or "")
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        check_place(host, port, self._guard)
        shown = f"[{host}]" if ":" in host else host
        usual = port == DEFAULT_PORTS[parts.scheme]
        return Place((parts.scheme == "https", host, port), target, shown if usual else f"{shown}:{port}")


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise Refused(f"the host cannot be written in a request: {error}") from error
