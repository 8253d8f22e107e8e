"""Simulated buyers: each decides by the seed, keeps a book, and may fail in every way that a network knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.simulation.faults import Faults


@dataclass(slots=True)
class Entry:
    """One post in a buyer's book: the lead that it was for, the key under which it came, whether the buyer took it, at
    what price (text; "" where it says none), and when (virtual seconds)."""

    buyer: str
    ref: str
    key: str
    taken: bool
    price: str
    at: float


@dataclass(slots=True)
class Market:
    """All buyers and services. ``idempotent`` know a key that they have seen. ``book`` is every post that arrived."""

    random: Random
    faults: Faults
    idempotent: frozenset[str]
    names: Mapping[str, str]
    book: list[Entry] = field(default_factory=list)
    decided: dict[tuple[str, str], Entry] = field(default_factory=dict)
    calm: bool = False

    async def answer(self, request: HttpRequest) -> Result:
        """One request as its caller meets it. Time passes on the running loop."""
        faults, chance = self.faults, self.random.random
        way = 0.005 + 0.1 * self.random.random() ** 3
        if self._meets(faults.unreachable):
            await asyncio.sleep(way)
            return _failed("not_sent", "connect", way)
        if self._meets(faults.lost):
            return await self._unheard(request.timeout)
        slow = request.timeout * (0.5 + chance()) if self._meets(faults.slow) else way
        await asyncio.sleep(slow / 2)
        status, body = self._decided(request)
        if self._meets(faults.unheard) or slow > request.timeout:
            return await self._unheard(max(request.timeout - slow / 2, 0.0))
        await asyncio.sleep(slow / 2)
        if self._meets(faults.reset):
            return _failed("partial", "reset", slow)
        if self._meets(faults.broken):
            status, body = 502, "<html>bad gateway</html>"
        elif self._meets(faults.garbage):
            body = "<html>back soon</html>"
        return {
            "phase": "answered",
            "failure": "",
            "status": status,
            "headers": [["Content-Type", "application/json"]],
            "body": body,
            "ms": round(slow * 1000, 3),
        }

    def took(self, buyer: str) -> list[Entry]:
        """The leads that a buyer took, each once."""
        return [entry for entry in self.decided.values() if entry.buyer == buyer and entry.taken]

    def _meets(self, rate: float) -> bool:
        """Does a fault strike? In a calm market none does, and the seed's draws go on as they would."""
        return self.random.random() < rate and not self.calm

    async def _unheard(self, patience: float) -> Result:
        await asyncio.sleep(patience)
        return _failed("sent", "timeout", patience)

    def _decided(self, request: HttpRequest) -> tuple[int, str]:
        """What the other side does with a request, and notes."""
        place = urlsplit(request.url)
        name = self.names[place.hostname or ""]
        said = json.loads(request.body or "{}")
        if place.path == "/v1":
            return 200, json.dumps({"ok": True, "kind": self.random.choice(("mobile", "landline"))})
        if place.path == "/ping":
            return 200, json.dumps(
                {"bid": f"{self.random.uniform(3, 30):.2f}"} if self.random.random() < 0.8 else {}
            )
        key = dict(request.headers).get("Idempotency-Key", "")
        return 200, self._posted(name, str(said["ref"]), key)

    def _posted(self, name: str, ref: str, key: str) -> str:
        known = self.decided.get((name, key)) if name in self.idempotent else None
        taken = known.taken if known else self.random.random() >= self.faults.refused
        price = known.price if known else f"{self.random.uniform(5, 30):.2f}"
        entry = Entry(name, ref, key, taken, price, asyncio.get_running_loop().time())
        self.book.append(entry)
        if known is None:
            self.decided[name, key if name in self.idempotent else f"{key}#{len(self.book)}"] = entry
        said: dict[str, Any] = {"ok": taken}
        return json.dumps(said | ({"price": price} if taken else {}))


def _failed(phase: str, failure: str, seconds: float) -> Result:
    return {
        "phase": phase,
        "failure": failure,
        "status": None,
        "headers": [],
        "body": "",
        "ms": round(seconds * 1000, 3),
    }
