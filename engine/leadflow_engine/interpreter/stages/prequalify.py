"""Prequalification: before a stage contacts anybody, all its buyers are judged together, each with one reason."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import Effect, ReadLimits
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.interpreter.asking import ask
from leadflow_engine.interpreter.attempts import had_before
from leadflow_engine.interpreter.holding import hold_out
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.interpreter.prices import limits_question, source_claims
from leadflow_engine.interpreter.sharing import has_it, mate_of, shares
from leadflow_engine.interpreter.suppressing import kept_from
from leadflow_engine.judge import SEE_BESIDE, Judgement, Out, judge, judge_buyer
from leadflow_engine.records import Judged


def prequalify(
    journey: Journey, stage: m.Stage, names: Iterable[str], in_turn: bool = False
) -> Generator[Any, Any, Judgement]:
    """Judge the buyers of a stage that were not tried yet: criteria and hours first, limits of the survivors next.

    ``in_turn`` is whether each has a place of its own in the stage, in which it can be waited for."""
    names = tuple(
        name for name in names if (stage.again or name not in journey.tried) and not has_it(journey, name)
    )
    judgement = judge(journey.plan, journey.lead, names, stage.where)
    _refuse_suppressed(journey, judgement)
    _refuse_tests(journey, judgement)
    _refuse_tried(journey, judgement)
    _refuse_sharers(journey, stage, judgement)
    yield from _read_limits(journey, stage, judgement)
    _note(journey, stage, judgement, in_turn)
    return judgement


def _refuse_suppressed(journey: Journey, judgement: Judgement) -> None:
    """A lead that is on a list that stops sales is sold to nobody, or not to those for whom it is on one."""
    for name in [*judgement.passed, *judgement.open]:
        out = kept_from(journey, name)
        if out is not None:
            _move_out(judgement, name, out)


def _refuse_tests(journey: Journey, judgement: Judgement) -> None:
    """A test lead reaches only buyers that know how to be told."""
    if not journey.lead.test:
        return
    for name in [*judgement.passed, *judgement.open]:
        buyer = journey.plan.buyers[name].buyer
        if not (buyer.test_fields or buyer.test_url):
            _move_out(judgement, name, Out("filtered", "cannot be told that this is a test lead"))


def _refuse_tried(journey: Journey, judgement: Judgement) -> None:
    """Who had the lead in an earlier attempt does not get it again."""
    for name in [*judgement.passed, *judgement.open]:
        out = had_before(journey, name)
        if out is not None:
            _move_out(judgement, name, out)


def _refuse_sharers(journey: Journey, stage: m.Stage, judgement: Judgement) -> None:
    """Who shares no lead at all is in no shared stage; who shares none with one that has it is out."""
    for name in [*judgement.passed, *judgement.open]:
        buyer = journey.plan.buyers[name].buyer
        if buyer.exclusive and shares(stage):
            _move_out(judgement, name, Out("filtered", "buys exclusively only"))
        elif mate := mate_of(journey, name):
            _move_out(judgement, name, Out("filtered", f"shares no lead with {mate} (group {buyer.group})"))


def _read_limits(journey: Journey, stage: m.Stage, judgement: Judgement) -> Generator[Any, Any, None]:
    survivors = [*judgement.passed, *judgement.open]
    of_source = source_claims(journey)
    questions = tuple(limits_question(journey, name, of_source) for name in survivors)
    if not questions:
        return
    reply = yield Effect(f"limits/{stage.id}/{journey.segment}", ReadLimits(questions))
    for name, why in reply["out"].items():
        until = moment(why["until"]) if why.get("until") else None
        _move_out(judgement, name, Out(str(why["code"]), str(why["reason"]), 0, until))


def _move_out(judgement: Judgement, name: str, out: Out) -> None:
    if name in judgement.passed:
        judgement.passed.remove(name)
    judgement.open.pop(name, None)
    judgement.out[name] = out


def _note(journey: Journey, stage: m.Stage, judgement: Judgement, in_turn: bool) -> None:
    """One digit a buyer for the plain reasons, a record of its own for the others; remember who may be held."""
    digits = ["0"] * len(journey.plan.buyers)
    for name, out in judgement.out.items():
        digits[journey.plan.buyers[name].position] = out.digit
        journey.outs.append((out.code, out.reason))
        journey.lead.buyers[name] = out.code
        if not hold_out(journey, stage, name, out, in_turn) and out.digit == SEE_BESIDE:
            journey.considered(stage.id, name, out.code, code=out.code, reason=out.reason)
    journey.records.append(Judged(stage.id, journey.segment, "".join(digits)))


def resolve_open(journey: Journey, stage: m.Stage, name: str, position: int) -> Generator[Any, Any, bool]:
    """Ask what decides an open buyer, at its turn. False where it is then out, with its reason noted."""
    planned = journey.plan.buyers[name]
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
