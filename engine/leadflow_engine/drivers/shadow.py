"""The shadow driver: decides and keeps as the live one, beside another system, and contacts nobody."""

from __future__ import annotations

import asyncio

from leadflow_engine.drivers.answers import AssumedAnswers
from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result, Write
from leadflow_engine.ports import Clock, Store


class ShadowDriver(LiveDriver):
    """Answers every request as if it had been accepted, in the real time; nothing of it is sent."""

    def __init__(self, lead: str, store: Store, clock: Clock) -> None:
        super().__init__(lead, store, Nobody(), clock)
        self._lead_id, self._answers = lead, AssumedAnswers()

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Begin an effect."""
        if write is None and isinstance(effect.data, CallOut):
            self._asked.append((effect.key, self._assumed(effect, effect.data)))
        else:
            super().perform(effect, write)

    async def _assumed(self, effect: Effect, data: CallOut) -> Result:
        await asyncio.sleep(0)
        return self._answers.answer(self._lead_id, effect, data)


class Nobody:
    """``ports.Outbound`` that reaches nobody."""

    async def send(self, request: HttpRequest) -> Result:
        """A request that is not made."""
        return {
            "phase": "not_sent",
            "failure": "refused",
            "status": None,
            "ms": 0.0,
            "detail": "a shadow contacts nobody",
        }

    async def close(self) -> None:
        """There is nothing to let go of."""
