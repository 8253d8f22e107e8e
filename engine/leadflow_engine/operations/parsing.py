"""What would be read from an answer: the same reader and the same table as when a buyer really answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadflow_dsl import model as m
from leadflow_engine.interpreter.exchange import Exchange
from leadflow_engine.interpreter.posting import came_of
from leadflow_engine.operations.alone import Leg
from leadflow_engine.plan import Plan
from leadflow_engine.response import Reading
from leadflow_engine.settle import Settled, settle


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read, which rule decided (None: none, or ``otherwise``), and what a post would come to by it."""

    reading: Reading
    rule: m.Verdict | None
    settled: Settled


def parse_answer(
    plan: Plan, leg: Leg, status: int, headers: Sequence[tuple[str, str]], body: str, resend: bool = False
) -> Parsed:
    """Read an answer as the leg's response block says. Never raises for what an answer can bring."""
    flow = plan.flow
    reading = plan.reader(leg.leg).read(status, headers, body, flow.country, zone=flow.timezone)
    result = {"phase": "answered", "failure": "", "status": status, "headers": [list(one) for one in headers]}
    done = Exchange("", {**result, "body": body, "ms": 0.0}, reading)
    verdicts = leg.leg.response.verdicts
    return Parsed(
        reading,
        verdicts[reading.rule - 1] if reading.rule else None,
        settle(came_of(done, leg.leg, resend)),
    )
