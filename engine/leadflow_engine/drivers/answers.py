"""Where a dry run's answers come from: a file of answers, or the assumption that everybody accepts."""

from __future__ import annotations

from leadflow_engine.answers import Simulator
from leadflow_engine.effects import CallOut, Effect, Result


class SimulatedAnswers:
    """Answers of a file of answers, as the sandbox would give them."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """What the file says; a name that it does not give answers as an error that says so."""
        return self._simulator.answer(data.name, data.leg, data.request).result(data.request.timeout)


class AssumedAnswers:
    """Every buyer accepts, a ping with a bid and a reference; every look-up answers without telling anything."""

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """An acceptance with no body; its verdict is assumed, not read, and so are a ping's bid and reference."""
        accepted = {"phase": "answered", "failure": "", "status": 200, "headers": [], "body": "", "ms": 0.0}
        offer = {"reference": "PING-REFERENCE", "bid": "10.00"} if data.leg == "ping" else {}
        return {**accepted, "assumed": "accepted", **offer}
