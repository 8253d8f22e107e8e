"""Holding: a buyer that cannot now but says ``hold`` is kept for when it can, whenever that comes to light."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Journey, iso, moment
from leadflow_engine.interpreter.prices import fixed_price
from leadflow_engine.judge import Out

HELD_FOR = {"closed": "closed", "capped": "capped", "balance": "capped", "down": "down"}
"""Which of a buyer's ``on ... hold`` applies to a reason's code."""


def hold_out(
    journey: Journey, stage: m.Stage, name: str, out: Out, in_turn: bool = False, **rest: Any
) -> bool:
    """Keep a buyer that cannot now but says ``hold`` for when nobody else took the lead, or, ``in_turn``, for its
    place where it says ``hold first``. ``rest`` is noted with it. False where it is not to be waited for."""
    hold = dict(journey.plan.buyers[name].buyer.holds).get(_cause(out))
    if hold is None or hold.action == "skip" or out.until is None or hold.up_to is None:
        return False
    since = moment(journey.held[name]["since"]) if name in journey.held else journey.now()
    if out.until > since + hold.up_to:
        journey.held.pop(name, None)
        return False
    first = hold.action == "hold_first" and in_turn
    worth = rest.get("bid") or fixed_price(journey, journey.plan.buyers[name])
    said = {"stage": stage.id, "since": iso(since), "until": iso(out.until), "first": first}
    journey.held[name] = said | ({"price": str(worth)} if worth else {})
    journey.tried.pop(name, None)  # it is to be judged again, as one that was never asked
    journey.considered(stage.id, name, "held", code=out.code, reason=out.reason, **rest)
    journey.may_wait[name] = journey.records[-1]  # type: ignore[assignment]
    return True


def nobody_waited(journey: Journey) -> None:
    """Somebody else took the lead: who would have been waited for after that was out as capped, closed ..., as one that
    says no ``hold``."""
    for name, record in journey.may_wait.items():
        if name in journey.held and not is_first(journey, name):
            journey.lead.buyers[name] = record.code
            journey.records.append(replace(record, outcome=record.code))
    journey.may_wait.clear()


def is_first(journey: Journey, name: str) -> bool:
    """Is this buyer, which is held, waited for in its place?"""
    return bool(journey.held.get(name, {}).get("first"))


def _cause(out: Out) -> str:
    if out.code == "balance" and out.reason.startswith("invoice"):
        return "overdue"
    return "down" if out.code == "paused" and out.reason.startswith("down") else HELD_FOR.get(out.code, "")
