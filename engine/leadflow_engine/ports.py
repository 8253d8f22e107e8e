"""The seams to the outside: the protocols that outlive their first bodies. Faults are injected exactly here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Protocol

from leadflow_engine.effects import Effect, Fact, HttpRequest, Json, Result, Write


class Clock(Protocol):
    """Tells the time: always aware, always UTC."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        ...


class Outbound(Protocol):
    """The one guarded way out. Never raises for what the other side does: every failure is a result."""

    async def send(self, request: HttpRequest) -> Result:
        """Make one request. The result is the one that ``effects.CallOut`` describes."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


class Store(Protocol):
    """The journal. One writer; ``write`` returns after its commit."""

    async def write(self, write: Write) -> Result:
        """Perform a durable effect: append the facts, the effect's own fact, and project the records, in one
        transaction. Returns the effect's result. Raises ``StoreError`` where the commit failed: nothing of it holds."""
        ...

    def read(self, lead: str, effect: Effect) -> Result:
        """Answer a read effect (limits, turns, cache) from what is committed."""
        ...

    def facts(self, lead: str) -> Sequence[Fact]:
        """A lead's facts in the order in which they were fed."""
        ...

    def unfinished(self) -> Iterable[str]:
        """Leads that were accepted and neither ended nor suspended."""
        ...

    def find(self, identity: str) -> str | None:
        """The lead that this identity (source and key) already has."""
        ...

    def add_plan(self, plan: str, description: Json) -> None:
        """Keep a plan's sources and reasons under its name; a known name is left as it is."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then let go of the file."""
        ...
