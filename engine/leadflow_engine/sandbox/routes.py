"""Which simulated leg a request is for: by the real url of the flow, else by ``/NAME/LEG``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadflow_engine.answers.simulator import Simulator
from leadflow_engine.answers.spec import LegKey, Spec


class Routes:
    """Finds legs. ``*`` in a url stands for anything within one part of the path."""

    def __init__(self, spec: Spec) -> None:
        self._exact: Mapping[str, LegKey] = {
            _plain(leg.url): key for key, leg in spec.legs.items() if leg.url and "*" not in leg.url
        }
        self._patterns = [(_pattern(leg.url), key) for key, leg in spec.legs.items() if "*" in leg.url]

    def find(self, host: str, path: str, simulator: Simulator) -> LegKey | None:
        """The leg at this host (with its port, where it has one) and path."""
        places = [_plain(f"{host}{path}"), _plain(f"{host.partition(':')[0]}{path}")]
        exact = (self._exact[place] for place in places if place in self._exact)
        matching = (key for pattern, key in self._patterns if any(map(pattern.fullmatch, places)))
        return next(exact, None) or next(matching, None) or _by_name(path, simulator)


def _plain(url: str) -> str:
    host, slash, path = url.partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")


def _pattern(url: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in _plain(url).split("*")))


def _by_name(path: str, simulator: Simulator) -> LegKey | None:
    parts = path.strip("/").split("/")
    if len(parts) == 1:
        return simulator.key(parts[0], "enhance")
    return simulator.key(parts[0], parts[1]) if len(parts) == 2 else None
