"""Waterfall: one buyer after the other until one accepts; a buyer with a ping is pinged at its turn."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.interpreter.admitting import admit
from leadflow_engine.interpreter.asking import build
from leadflow_engine.interpreter.holding import hold_out, is_first
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.offering import kept_ping
from leadflow_engine.interpreter.outs import outcomes_of
from leadflow_engine.interpreter.pinging import Pinged, note_refused, ping, ping_values, timed
from leadflow_engine.interpreter.prices import fixed_price
from leadflow_engine.interpreter.selling import test_marks
from leadflow_engine.interpreter.sharing import mate_of
from leadflow_engine.interpreter.stages.knowing import is_known
from leadflow_engine.interpreter.stages.multisell import multisell
from leadflow_engine.interpreter.stages.order import ordered
from leadflow_engine.interpreter.stages.prequalify import prequalify, resolve_open
from leadflow_engine.interpreter.stages.results import StageResult, Unsold, Waiting, held
from leadflow_engine.interpreter.stages.turns import At, after, no_time, offer, passed_over, takes_less
from leadflow_engine.interpreter.waiting import Unanswered
from leadflow_engine.judge import Judgement, Out
from leadflow_engine.settle import Settled

ONCE: Final = At()
"""At what a buyer is offered a lead that has no ping and one price."""

UNASKED: Final = Pinged("bid")
"""What stands for the ping of a buyer that has none."""


def waterfall(journey: Journey, stage: m.Stage, names: tuple[str, ...]) -> Generator[Any, Any, StageResult]:
    """Offer the lead to these buyers of the stage, in its order. Where they were asked what it is worth to them, to
    choose between stages, they are not asked again."""
    if stage.id in journey.gathered:
        return (yield from multisell(journey, stage, names))
    began = journey.elapsed
    if passed_over(journey, stage, names, began):
        return Unsold()
    judgement: Judgement = yield from prequalify(journey, stage, names, in_turn=True)
    survivors = yield from _in_order(journey, stage, judgement.survivors, judgement)
    asked = survivors
    if firsts := [name for name in journey.held if is_first(journey, name) and judgement.is_out(name)]:
        able = {*survivors, *firsts}
        asked = [name for name in names if name in able]
    line = yield from ordered(journey, stage, asked)
    for position, name in enumerate(line, start=1):
        remaining = tuple(line[position:])
        if judgement.is_out(name):
            return _wait_first(journey, name, (name, *remaining))
        if over := no_time(journey, stage, began):  # to wait takes none
            _not_asked(journey, stage, (name,), position - 1, over)
            continue
        try:
            result = yield from _turn(journey, stage, name, position, remaining)
        except Unanswered as unanswered:
            journey.considered(stage.id, name, "held", reason=unanswered.reason, position=position)
            result = held(unanswered, (name, *remaining))
        if result is not None:
            if not (isinstance(result, Waiting) and result.why == "held"):
                noted = journey.notes and any((stage.id, each) in journey.notes for each in remaining)
                told = line == asked and not (stage.order or journey.branch or noted)
                _not_reached(journey, stage, remaining, position, judgement if told else None)
            return result
    return Unsold()


def _in_order(
    journey: Journey, stage: m.Stage, survivors: list[str], judgement: Judgement
) -> Generator[Any, Any, list[str]]:
    """Those that are in, where their order reads what is not known of one of them: whether that one is in at all is
    asked first, so that nothing is paid for a buyer that is out."""
    if not judgement.still_open:
        return survivors
    able = []
    for name in survivors:
        settled = len(survivors) < 2 or not judgement.is_open(name) or is_known(journey, stage, name)
        if settled or (yield from resolve_open(journey, stage, name, 0)):
            able.append(name)
    return able


def _turn(
    journey: Journey, stage: m.Stage, name: str, position: int, remaining: tuple[str, ...]
) -> Generator[Any, Any, StageResult | None]:
    """One buyer's turn; ``None`` where the next one is to be asked."""
    if not (yield from resolve_open(journey, stage, name, position)):
        return None
    if mate := mate_of(journey, name):
        reason = f"shares no lead with {mate} (group {journey.plan.buyers[name].buyer.group})"
        journey.considered(stage.id, name, "filtered", code="filtered", reason=reason, position=position)
        return None
    buyer = journey.plan.buyers[name].buyer
    if buyer.ping is None and not buyer.offers:  # neither asked before nor at several prices, as most
        journey.lead.asked_price = None
        settled = yield from offer(journey, stage, name, position, ONCE)
        if settled is None:
            return None
        if settled.outcome == "held":
            return _held(journey, name, remaining)
        return None if takes_less(settled) else after(journey, name, settled, remaining)
    for asked in buyer.offers or (None,):
        journey.lead.asked_price = asked
        pinged = UNASKED
        if buyer.ping is not None:
            pinged = yield from _ping(journey, stage, name, position)
        if pinged.outcome == "no_bid":
            continue
        if pinged.outcome != "bid":
            return _held(journey, name, remaining) if pinged.outcome == "held" else None
        settled = yield from _offer_all(journey, stage, name, position, pinged, asked)
        if settled is not None and settled.outcome == "held":
            return _held(journey, name, remaining)
        if settled is None or not takes_less(settled):
            return after(journey, name, settled, remaining) if settled is not None else None
    return None


def _offer_all(
    journey: Journey, stage: m.Stage, name: str, position: int, pinged: Pinged, asked: Decimal | None
) -> Generator[Any, Any, Settled | None]:
    """The offer at one price; where the buyer's answer holds several bids, at each in turn until one is taken."""
    buyer = journey.plan.buyers[name].buyer
    by_bid = asked is None and fixed_price(journey, journey.plan.buyers[name]) is None
    several = len(pinged.bids) if by_bid else 0
    lower, lowest = (
        (asked != buyer.offers[0], asked == buyer.offers[-1]) if asked is not None else (False, True)
    )
    settled = None
    for refused in range(max(several, 1)):
        one = pinged.after(refused)
        if refused:
            journey.lead.ping = ping_values(journey, buyer, pinged.result, refused)
            note_refused(journey, stage.id, name, pinged, refused)
        last = lowest and refused + 1 >= several
        at = At(one.bid, one.lapses, one.ms, asked, lower or refused > 0, last)
        made = yield from offer(journey, stage, name, position, at)
        settled = made if made is not None else settled
        if made is None or not takes_less(made):
            break
    return settled


def _ping(journey: Journey, stage: m.Stage, name: str, position: int) -> Generator[Any, Any, Pinged]:
    buyer = journey.plan.buyers[name].buyer
    assert buyer.ping is not None
    kept = kept_ping(journey, buyer)
    refused: dict[str, Pinged] = {}
    if kept is None:
        request = yield from build(journey, buyer.ping, name, test_marks(journey, buyer))
        refused = yield from admit(journey, (name,))
    pinged: Pinged = kept or refused.get(name) or (yield from ping(journey, buyer, request))
    pinged = timed(pinged, journey.now())
    out = Out(pinged.outcome, pinged.reason, 0, pinged.until)
    if refused and hold_out(journey, stage, name, out, in_turn=True, position=position):
        return replace(pinged, outcome="held")
    if pinged.outcome != "bid":
        journey.tried[name] = pinged.outcome
        journey.considered(
            stage.id, name, pinged.outcome, reason=pinged.reason, position=position, ms=pinged.ms
        )
        return pinged
    journey.lead.ping = ping_values(journey, buyer, pinged.result)
    return pinged


def _held(journey: Journey, name: str, remaining: tuple[str, ...]) -> Waiting | None:
    """A buyer whose room went just before its turn: waited for here, or (``None``) when nobody else took the lead."""
    return _wait_first(journey, name, (name, *remaining)) if is_first(journey, name) else None


def _wait_first(journey: Journey, name: str, remaining: tuple[str, ...]) -> Waiting:
    """``hold first``: the lead waits in this buyer's place."""
    until = str(journey.held[name]["until"])
    return Waiting("held", f"{name} is asked first, from {until}", until, remaining)


def _not_reached(
    journey: Journey, stage: m.Stage, names: tuple[str, ...], position: int, judgement: Judgement | None
) -> None:
    """Who stands behind whoever has the lead, or is waited for. In a line as it is written, outside of any branch, no
    record says so of those that passed: their digits do (the view ``distribution``), however many they are."""
    reason = "its turn did not come"
    if judgement is None:
        _not_asked(journey, stage, names, position, reason)
        return
    outcomes_of(journey.lead).later(lambda: ((name, "not_asked") for name in names))
    for place, name in enumerate(names, start=position + 1) if journey.held else ():
        if judgement.is_out(name):
            journey.considered(stage.id, name, "not_asked", reason=reason, position=place)


def _not_asked(journey: Journey, stage: m.Stage, names: tuple[str, ...], position: int, reason: str) -> None:
    for place, name in enumerate(names, start=position + 1):
        journey.considered(stage.id, name, "not_asked", reason=reason, position=place)
