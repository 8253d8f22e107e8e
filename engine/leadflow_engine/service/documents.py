"""What suppliers read of their sources: posting instructions and OpenAPI, made once a plan."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from leadflow_engine.instructions import for_source, written
from leadflow_engine.instructions.records import SourceInstructions
from leadflow_engine.plan import Plan
from leadflow_engine.schemas.openapi import openapi
from leadflow_engine.texts.json_text import dumps

MEDIA: Final = {
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "json": "application/json",
}
MOST_KEPT: Final = 256


@dataclass(slots=True)
class Documents:
    """Makes documents in a thread, and keeps them."""

    kept: dict[tuple[str, ...], str] = field(default_factory=dict)

    async def instructions(self, plan: Plan, source: str, base: str, at: datetime.datetime, form: str) -> str:
        """The posting instructions of a source, in one of ``MEDIA``."""
        key = (plan.name, source, base, form)
        return await self._made(key, lambda: written(for_source(plan, source, at, base), form))

    async def described(self, sources: Sequence[tuple[Plan, str]], base: str, at: datetime.datetime) -> str:
        """The OpenAPI description of sources of one flow, as JSON."""
        plan = sources[0][0]
        names = tuple(source for _, source in sources)
        told: list[SourceInstructions] = []

        def make() -> str:
            told.extend(for_source(plan, name, at, base) for name in names)
            return dumps(openapi(told, plan.short))

        return await self._made((plan.name, *names, base), make)

    async def _made(self, key: tuple[str, ...], make: object) -> str:
        assert callable(make)
        if key not in self.kept:
            text = await asyncio.to_thread(make)
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = text
        return self.kept[key]


def form_of(accept: str, said: str) -> str:
    """Which form of a document is wanted: what the query says, else what the caller takes; HTML otherwise."""
    if said in MEDIA:
        return said
    for form, word in (("html", "text/html"), ("markdown", "text/markdown"), ("json", "application/json")):
        if word in accept:
            return form
    return "html"
