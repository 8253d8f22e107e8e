"""The replay driver: a lead's own facts, by key, in their order; and on with another driver where they end."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from leadflow_engine.effects import CallOut, Effect, Fact, Result, Write
from leadflow_engine.runner import Driver, result_of

CRASHED: Result = {"phase": "sent", "failure": "crash", "status": None, "headers": [], "body": "", "ms": 0.0}
"""What is known of a post whose intent is stored and whose answer is not."""


class Differs(Exception):
    """A replay that met another effect than the facts hold. ``key`` is the first that differs."""

    def __init__(self, key: str, wanted: Sequence[str]) -> None:
        self.key = key
        asked = ", ".join(wanted) or "nothing"
        super().__init__(f"the fact {key} is not what this plan asks for here ({asked})")


class Ended(Exception):
    """The facts end before the Run does, and nobody goes on."""


class ReplayDriver:
    """Answers one Run's effects from stored facts; ``then`` answers those that no fact answers (recovery). ``began`` is
    the time before the first fact."""

    def __init__(self, facts: Sequence[Fact], then: Driver | None = None, began: str = "") -> None:
        self._facts = deque(facts)
        self._then = then
        self._waiting: dict[str, tuple[Effect, Write | None]] = {}
        self._crashed: deque[str] = deque()
        self._handed_over = not self._facts
        self._at = began

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Remember what is asked until its fact comes; once the facts have ended, hand it on."""
        if self._handed_over and self._then is not None:
            self._then.perform(effect, write)
        else:
            self._waiting[effect.key] = (effect, write)

    async def next(self) -> tuple[str, Result]:
        """The next fact's result. Raises ``Differs`` where nobody asked for it, ``Ended`` where there is none."""
        if self._facts:
            fact = self._facts.popleft()
            if fact.key not in self._waiting:
                raise Differs(fact.key, sorted(self._waiting))
            del self._waiting[fact.key]
            self._at = fact.at
            return fact.key, result_of(fact)
        return await self._go_on()

    def time(self) -> str:
        """The time of the fact at hand; past the facts, the other driver's."""
        return self._then.time() if self._handed_over and self._then is not None else self._at

    async def _go_on(self) -> tuple[str, Result]:
        if self._then is None:
            raise Ended
        if not self._handed_over:
            self._handed_over = True
            self._hand_over(self._then)
        if self._crashed:
            return self._crashed.popleft(), CRASHED
        return await self._then.next()

    def _hand_over(self, then: Driver) -> None:
        """Ask the other driver for whatever was asked and not answered; a post is never made again by itself."""
        for key, (effect, write) in self._waiting.items():
            if _is_post(effect):
                self._crashed.append(key)
            else:
                then.perform(effect, write)
        self._waiting.clear()


def _is_post(effect: Effect) -> bool:
    return isinstance(effect.data, CallOut) and effect.data.leg == "post"
