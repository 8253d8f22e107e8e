"""The recorded driver: a dry run at the times and with the answers of an earlier run of the same lead.

Answers and times come from that run's facts; what the journal decides (claims, limits, turns) is decided anew, by a
store that is thrown away. So at concurrency 1 a dry run decides as the run did, and where something has changed
since (the flow, the leads before) it shows what that changes.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import ThrownAway
from leadflow_engine.drivers.public import NOWHERE, called_at
from leadflow_engine.effects import CallOut, Clock, Effect, Fact, ReadCallback, Result, Timer, Write
from leadflow_engine.interpreter.journey import iso, moment
from leadflow_engine.runner import RECEIVED, result_of

Place = tuple[int, float, int]
"""When a result arrives: the number of its fact, or behind all facts, after so many seconds; then as asked."""


class RecordedDriver:
    """Answers one Run's effects in the order of an earlier Run's facts. What that one did not ask comes last."""

    def __init__(self, lead: str, store: ThrownAway, facts: Sequence[Fact], clock: VirtualClock) -> None:
        self._lead, self._store, self._clock = lead, store, clock
        self._facts = {fact.key: fact for fact in facts}
        self._behind = len(facts)
        self._coming: list[tuple[Place, str, Result]] = []
        self._clock_at(RECEIVED)

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Answer an effect, at the time at which it was answered then."""
        self._clock_at(effect.key)
        fact = self._facts.get(effect.key)
        seconds = effect.data.seconds if isinstance(effect.data, Timer) else 0.0
        place = (fact.seq, 0.0, 0) if fact else (self._behind, seconds, len(self._coming))
        heapq.heappush(self._coming, (place, effect.key, self._answer(effect, write, fact)))

    async def next(self) -> tuple[str, Result]:
        """The result that came first then."""
        _, key, result = heapq.heappop(self._coming)
        self._clock_at(key)
        return key, result

    def time(self) -> str:
        """The recorded time."""
        return iso(self._clock.now())

    def _clock_at(self, key: str) -> None:
        if key in self._facts:
            self._clock.at = moment(self._facts[key].at)

    def _answer(self, effect: Effect, write: Write | None, fact: Fact | None) -> Result:
        data = effect.data
        if write is not None:
            return self._store.write_now(write)
        if isinstance(data, CallOut):
            return result_of(fact) if fact else not_asked(effect.key)
        if isinstance(data, Timer):
            return {}
        if isinstance(data, Clock):
            return {"now": self.time()} if fact is None else result_of(fact)
        if isinstance(data, ReadCallback):
            return called_at(data, "TOKEN", NOWHERE) if fact is None else result_of(fact)
        return self._store.read(self._lead, effect)


def not_asked(key: str) -> Result:
    """The answer to a call that the recorded run did not make: one that no flow takes for a yes."""
    body = f"{key} was not asked in the recorded run"
    return {"phase": "answered", "failure": "", "status": 501, "headers": [], "body": body, "ms": 0.0}
