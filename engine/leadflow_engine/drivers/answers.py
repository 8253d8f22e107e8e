"""Where a dry run's answers come from: a file, a journal, or the assumption that everybody accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadflow_engine.answers import Simulator
from leadflow_engine.effects import CallOut, Effect, Fact, Result
from leadflow_engine.runner import result_of


class SimulatedAnswers:
    """Answers of a file of answers, as the sandbox would give them."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """What the file says; a name that it does not give answers as an error that says so."""
        return self._simulator.answer(data.name, data.leg, data.request).result(data.request.timeout)


class AssumedAnswers:
    """Every buyer accepts, and every look-up answers without telling anything."""

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """An acceptance with no body; its verdict is assumed, not read."""
        return {
            "phase": "answered",
            "failure": "",
            "status": 200,
            "headers": [],
            "body": "",
            "ms": 0.0,
            "assumed": "accepted",
        }


class RecordedAnswers:
    """The answers that each lead had in a journal, by key."""

    def __init__(self, facts: Callable[[str], Sequence[Fact]]) -> None:
        self._facts = facts
        self._lead = ""
        self._results: Mapping[str, Result] = {}

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """The recorded answer; a call that was not made then has none, and fails as not given."""
        return self.recorded(lead).get(effect.key) or _not_given(effect.key)

    def recorded(self, lead: str) -> Mapping[str, Result]:
        """All results that a lead was fed, by key."""
        if lead != self._lead:
            self._lead, self._results = lead, {fact.key: result_of(fact) for fact in self._facts(lead)}
        return self._results


def _not_given(key: str) -> dict[str, Any]:
    body = f"{key} was not asked in the recorded run"
    return {"phase": "answered", "failure": "", "status": 501, "headers": [], "body": body, "ms": 0.0}
