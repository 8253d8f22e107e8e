"""Results of what is no HTTP, in the same words: what was answered, and how far what failed had come."""

from __future__ import annotations

import time

from leadflow_engine.effects import Result


class Failed(Exception):
    """A request that ended without an answer: ``phase`` and ``failure`` as ``effects.CallOut`` names them."""

    def __init__(self, phase: str, failure: str, detail: str) -> None:
        super().__init__(detail)
        self.phase, self.failure, self.detail = phase, failure, detail


def answered(status: int, started: float, reason: str = "") -> Result:
    """The other side has answered: ``reason`` (a header of that name) is what it said."""
    headers = [["Reason", reason]] if reason else []
    return {
        "phase": "answered",
        "failure": "",
        "status": status,
        "headers": headers,
        "body": "",
        "ms": _ms(started),
    }


def failed(problem: Failed, started: float) -> Result:
    """There was no answer."""
    return {
        "phase": problem.phase,
        "failure": problem.failure,
        "status": None,
        "headers": [],
        "body": "",
        "ms": _ms(started),
        "detail": problem.detail,
    }


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
