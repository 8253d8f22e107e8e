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
"""Beginnings of urls (scheme, host, port) whose place is remembered: a path or a query may be a lead's, or a secret."""
_STAYS: Final = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Place:
    """``target`` is what the first line asks for, ``host`` the Host header of this url."""

    key: OriginKey
    target: str
    host: str


class Places:
    """Places of urls; a scheme, host and port are looked at by the guard once. In the sandbox all lead to one server,
    and only the Host header says where else."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._known: dict[str, Place] = {}

    def of(self, url: str) -> Place:
        """The place of a url. Raises ``guard.Refused``."""
        check_characters(url)
        base, _, query = url.partition("#")[0].partition("?")  # no fragment leaves
        slash = base.find("/", base.find("//") + 2)
        start, path = (base, "/") if slash < 0 else (base[:slash], base[slash:])
        found = self._known.get(start) or self._kept(start)
        target = f"{path}?{query}" if query else path
        return Place(found.key, target if target.isascii() else quote(target, safe=_STAYS), found.host)

    def _kept(self, start: str) -> Place:
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        found = self._known[start] = self._made(start)
        return found

    def _made(self, url: str) -> Place:
        parts = check_url(url, self._guard)
        if self._guard.sandbox is not None:
            host, port = self._guard.sandbox
            return Place((False, host, port), "/", parts.netloc)
        host = _ascii(parts.hostname or "")
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        check_place(host, port, self._guard)
        shown = f"[{host}]" if ":" in host else host
        usual = port == DEFAULT_PORTS[parts.scheme]
        return Place((parts.scheme == "https", host, port), "/", shown if usual else f"{shown}:{port}")


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise Refused(f"the host cannot be written in a request: {error}") from error
