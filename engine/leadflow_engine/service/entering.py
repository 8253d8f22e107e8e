"""The journal as the Run of a call sees it: its first commit is the moment from which the lead is ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leadflow_engine.effects import Effect, Fact, Json, Result, Write
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.calls import Note


@dataclass(slots=True)
class Entering:
    """``ports.Store`` for one Run. What is noted of its call is committed with the lead's first write, all or none;
    ``entered`` is set after that commit."""

    store: SqliteStore
    note: Note | None = None
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, write: Write) -> Result:
        """See ``ports.Store.write``."""
        if self.entered.is_set():
            return await self.store.write(write)
        result = await self.store.enter(write, self.note)
        self.entered.set()
        return result

    def read(self, lead: str, effect: Effect) -> Result:
        """See ``ports.Store.read``."""
        return self.store.read(lead, effect)

    def facts(self, lead: str) -> Sequence[Fact]:
        """See ``ports.Store.facts``."""
        return self.store.facts(lead)

    def unfinished(self) -> Iterable[str]:
        """See ``ports.Store.unfinished``."""
        return self.store.unfinished()

    def find(self, identity: str) -> str | None:
        """See ``ports.Store.find``."""
        return self.store.find(identity)

    def add_plan(self, plan: str, description: Json) -> None:
        """See ``ports.Store.add_plan``."""
        self.store.add_plan(plan, description)

    async def close(self) -> None:
        """See ``ports.Store.close``."""
        await self.store.close()
