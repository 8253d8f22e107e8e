"""Prequalification: before a stage contacts anybody, all its buyers are judged together, each with one reason."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.criteria.groups import Group
from leadflow_engine.effects import Effect, ReadLimits
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.interpreter.asking import ask
from leadflow_engine.interpreter.attempts import had_before
from leadflow_engine.interpreter.holding import hold_out
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.interpreter.outs import outcomes_of
from leadflow_engine.interpreter.prices import limits_question, source_claims
from leadflow_engine.interpreter.sharing import mate_of, shares
from leadflow_engine.interpreter.suppressing import STOPS_SALES, kept_from
from leadflow_engine.judge import Judgement, Out, judge, judge_buyer
from leadflow_engine.records import Judged


def prequalify(
    journey: Journey, stage: m.Stage, names: Sequence[str], in_turn: bool = False
) -> Generator[Any, Any, Judgement]:
    """Judge the buyers of a stage that were not tried yet: criteria and hours first, limits of the survivors next.

    ``in_turn`` is whether each has a place of its own in the stage, in which it can be waited for."""
    group = journey.plan.group(stage)
    among = group.set_of(names) & ~_gone(journey, stage, group)
    judgement = judge(journey.plan, journey.lead, group, names, among, stage.where)
    _refuse_suppressed(journey, group, judgement)
    _refuse_tests(journey, group, judgement)
    _refuse_tried(journey, group, judgement)
    _refuse_sharers(journey, stage, group, judgement)
    yield from _read_limits(journey, stage, judgement)
    _note(journey, stage, judgement, in_turn)
    return judgement


def _gone(journey: Journey, stage: m.Stage, group: Group) -> int:
    """Those that were tried before, or that have the lead or may come to have it."""
    gone = group.set_of(delivery.buyer for delivery in journey.taken()) if journey.deliveries else 0
    return gone | group.set_of(journey.tried) if journey.tried and not stage.again else gone


def _refuse_suppressed(journey: Journey, group: Group, judgement: Judgement) -> None:
    """A lead that is on a list that stops sales is sold to nobody, or not to those for whom it is on one."""
    lead = journey.lead
    if lead.suppressed or lead.kept_from:
        some = group.full if STOPS_SALES in lead.suppressed else group.set_of(lead.kept_from)
        judgement.refuse(some, lambda name: kept_from(journey, name))


def _refuse_tests(journey: Journey, group: Group, judgement: Judgement) -> None:
    """A test lead reaches only buyers that know how to be told."""
    if journey.lead.test:
        judgement.refuse(group.mute, lambda name: CANNOT_BE_TOLD)


def _refuse_tried(journey: Journey, group: Group, judgement: Judgement) -> None:
    """Who had the lead in an earlier attempt does not get it again."""
    again = journey.arrival.again
    if again is not None:
        judgement.refuse(group.set_of(again.without), lambda name: had_before(journey, name))


def _refuse_sharers(journey: Journey, stage: m.Stage, group: Group, judgement: Judgement) -> None:
    """Who shares no lead at all is in no shared stage; who shares none with one that has it is out."""
    alone = group.exclusive if shares(stage) else 0
    mates = 0
    for delivery in journey.taken() if group.sharing and journey.deliveries else ():
        mates |= group.sharing.get(journey.plan.buyers[delivery.buyer].buyer.group, 0)

    def why(name: str) -> Out | None:
        if group.bits[name] & alone:
            return EXCLUSIVE
        mate, of = mate_of(journey, name), journey.plan.buyers[name].buyer.group
        return Out("filtered", f"shares no lead with {mate} (group {of})") if mate else None

    judgement.refuse(alone | mates, why)


CANNOT_BE_TOLD: Final = Out("filtered", "cannot be told that this is a test lead")
EXCLUSIVE: Final = Out("filtered", "buys exclusively only")


def _read_limits(journey: Journey, stage: m.Stage, judgement: Judgement) -> Generator[Any, Any, None]:
    survivors = [*judgement.passed, *judgement.open]
    if not survivors:
        return
    of_source = source_claims(journey)
    questions = tuple(limits_question(journey, name, of_source) for name in survivors)
    reply = yield Effect(f"limits/{stage.id}/{journey.segment}", ReadLimits(questions))
    for name, why in reply["out"].items():
        until = moment(why["until"]) if why.get("until") else None
        judgement.put_out(name, Out(str(why["code"]), str(why["reason"]), 0, until))


def _note(journey: Journey, stage: m.Stage, judgement: Judgement, in_turn: bool) -> None:
    """One digit a buyer for the plain reasons, a record of its own for the others; remember who may be held.

    What became of those that are out by their criteria is made where something reads it."""
    journey.outs.later(lambda: ((out.code, out.reason) for out in judgement.out.values()))
    outcomes_of(journey.lead).later(lambda: ((name, out.code) for name, out in judgement.out.items()))
    for name, out in judgement.beside():
        if not hold_out(journey, stage, name, out, in_turn):
            journey.considered(stage.id, name, out.code, code=out.code, reason=out.reason)
    journey.records.append(Judged(stage.id, journey.segment, judgement.digits()))


def resolve_open(journey: Journey, stage: m.Stage, name: str, position: int) -> Generator[Any, Any, bool]:
    """Ask what decides an open buyer, at its turn. False where it is then out, with its reason noted."""
    planned = journey.plan.buyers[name]
    group = journey.plan.group(stage)
    if stage.where is None and group.steady & group.bits[name]:
        return True  # it passed when all were judged, and nothing that it reads has changed since
    while True:
        verdict = judge_buyer(planned, journey.lead, journey.lead.truth, stage.where)
        if isinstance(verdict, Open):
            yield from ask(journey, verdict.needs[0], name)
            continue
        if verdict is None:
            return True
        journey.outs.append((verdict.code, verdict.reason))
        journey.considered(
            stage.id, name, verdict.code, code=verdict.code, reason=verdict.reason, position=position
        )
        return False
