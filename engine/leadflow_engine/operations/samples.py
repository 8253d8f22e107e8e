"""Postings of sample leads held against the schemas of their buyers: the second look of ``leadflow lint``.

The leads are those of the flow's own scenarios, and of a file. Each meets each buyer by itself, with its criteria, so
that a lead that a buyer never takes says nothing of its mapping. Nothing is sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.checking import check
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.rules.schemas import MISFIT
from leadflow_engine.answers import AnswersError, Simulator
from leadflow_engine.answers.load import spec_of
from leadflow_engine.drivers.answers import AssumedAnswers
from leadflow_engine.drivers.clock import RealClock, VirtualClock
from leadflow_engine.drivers.dry import Answers
from leadflow_engine.intake.formats import read_records
from leadflow_engine.intake.strict_json import IntakeError
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.mapping.misfits import Misfit, misfits
from leadflow_engine.operations.alone import Leg, alone, legs_named, try_arrival
from leadflow_engine.operations.identity import arriving
from leadflow_engine.operations.loading import LoadProblem, source_of
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.rendering import DefaultAnswers
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.scenarios.given import start_of
from leadflow_engine.scenarios.load import ENDING, load_scenarios
from leadflow_engine.scenarios.spec import NOON, Part, ScenarioFile
from leadflow_engine.texts.json_text import dumps

EXPECTED = "does not conform"
"""A scenario that expects these words tests a posting that is not sent: it is no sample."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A lead to try: ``said`` names it and its place, ``answers`` are who answers on its way, ``clock`` is its time."""

    said: str
    arrival: Arrival
    answers: Answers
    clock: VirtualClock


@dataclass(frozen=True, slots=True)
class Looked:
    """What sample leads showed of one flow: findings, whose files are below the project's root, the texts that they
    point into, and what could not be looked at. ``unread``: the file of leads was not looked at."""

    findings: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    unread: bool = False


def look(flow_file: str | Path, leads: str | Path | None = None, source: str = "") -> Looked:
    """Hold the postings of a flow's sample leads against their schemas; nothing for a flow with errors.

    ``leads`` is a file of further leads, of ``source`` where the flow has several."""
    checked = check(str(flow_file))
    if checked.flow is None or not (legs := list(conforming_legs(checked.flow))):
        return Looked()
    plan = make_plan(checked.flow)
    samples: list[Sample] = []
    notes = [*_gathered(samples, lambda: of_scenarios(plan, Path(flow_file)))]
    file = [*_gathered(samples, lambda: of_file(plan, Path(leads), source))] if leads is not None else []
    found = tuple(_findings(checked.flow, legs, samples))
    return Looked(found, checked.sources, (*notes, *file), bool(file))


def _gathered(samples: list[Sample], of: Any) -> Iterator[str]:
    """Add samples; what keeps them from being read is told and is no finding on the flow."""
    try:
        samples += of()
    except (AnswersError, IntakeError, LoadProblem) as problem:
        yield f"sample leads: {problem}"


def conforming_legs(flow: m.Flow) -> Iterator[Leg]:
    """The requests of a flow whose bodies say what they conform to."""
    steps = (step for step in (*flow.steps, *flow.named_delivers) if isinstance(step, m.Enhance | m.Deliver))
    for name in (*(buyer.name for buyer in flow.buyers), *(step.name for step in steps)):
        for leg in legs_named(flow, name):
            if leg.leg.request.body is not None and leg.leg.request.body.schema:
                yield leg


# ------------------------------------------------------------------ the leads


def of_scenarios(plan: Plan, flow_file: Path) -> Iterator[Sample]:
    """The leads of the scenarios beside a flow, but those that are to be refused for their schema's sake.

    Raises ``AnswersError`` for a file that cannot be used."""
    path = flow_file.with_suffix(ENDING)
    file = load_scenarios(path) if path.is_file() else None
    for scenario in file.scenarios if file else ():
        for number, part in enumerate(scenario.parts, 1):
            if file and part.lead and EXPECTED not in dumps(part.expect.data if part.expect else None):
                line = file.document.places.get(part.path, (1, 1))[0]
                said = f"scenario `{scenario.name}` ({_near(path)}:{line})"
                yield from _of_part(plan, file, part, said, number)


def _of_part(plan: Plan, file: ScenarioFile, part: Part, said: str, number: int) -> Iterator[Sample]:
    lead = part.leads()[0]
    source = lead.source or next(iter(plan.sources))
    clock = VirtualClock(start_of(part.clock or NOON, plan))
    answers: Answers = AssumedAnswers()
    if part.answers is not None:
        answers = DefaultAnswers(Simulator(spec_of(part.answers.document(file.document)), clock.now))
    if source in plan.sources:
        found = arrivals_of_payload(plan, source, lead.payload, f"{source}/{number}", lead.test)
        yield from (Sample(said, arrival, answers, clock) for arrival in found)


def of_file(plan: Plan, leads: Path, source: str) -> Iterator[Sample]:
    """The leads of a file. Raises ``IntakeError`` and ``LoadProblem``."""
    named = source_of(plan, source).name
    clock = VirtualClock(RealClock().now())
    for one in arriving(plan, named, read_records(leads), "sample"):
        if one.arrival is not None:
            yield Sample(
                f"record {one.record.number} of {_near(leads)}", one.arrival, AssumedAnswers(), clock
            )


def _near(path: Path) -> str:
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


# ------------------------------------------------------------------ what they show


def _findings(flow: m.Flow, legs: Sequence[Leg], samples: Sequence[Sample]) -> Iterator[Diagnostic]:
    """Each misfit once, with the first lead that showed it and how many others did."""
    texts = dict(flow.sources_text)
    shown: dict[Misfit, list[str]] = {}
    for name in dict.fromkeys(leg.name for leg in legs):
        bodies = {leg.word: leg.leg.request.body for leg in legs if leg.name == name}
        plan = make_plan(alone(_unheld(flow), name, judged=True))
        for sample in samples:
            for sent in try_arrival(plan, sample.arrival, sample.answers, sample.clock).sent:
                body = bodies.get(sent.word) if sent.name == name else None
                if body is not None and sent.request.body is not None:
                    for misfit in misfits(sent.request.body, body, texts):
                        shown.setdefault(misfit, []).append(sample.said)
    for misfit, said in shown.items():
        yield _finding(misfit, list(dict.fromkeys(said)))


def _finding(misfit: Misfit, said: Sequence[str]) -> Diagnostic:
    others = len(said) - 1
    more = f" and {others} other{'s' if others > 1 else ''}" if others else ""
    message = f"a sample lead's posting does not conform: {misfit.place}: {misfit.rule}"
    return MISFIT.at(misfit.span, message, misfit.schema, f"the lead of {said[0]}{more}")


def _unheld(flow: m.Flow) -> m.Flow:
    """The flow with bodies that are sent whatever they are, so that all that is wrong with one is seen at once."""
    steps = tuple(_unheld_step(step) for step in flow.steps)
    buyers = tuple(
        replace(buyer, ping=_unheld_leg(buyer.ping), deliver=_unheld_leg(buyer.deliver))
        for buyer in flow.buyers
    )
    named = tuple(replace(each, leg=_sent(each.leg)) for each in flow.named_delivers)
    return replace(flow, steps=steps, buyers=buyers, named_delivers=named)


def _unheld_step(step: m.Step) -> m.Step:
    return replace(step, leg=_sent(step.leg)) if isinstance(step, m.Enhance | m.Deliver) else step


def _unheld_leg(leg: m.Leg | None) -> m.Leg | None:
    return None if leg is None else _sent(leg)


def _sent(leg: m.Leg) -> m.Leg:
    body = leg.request.body
    return leg if body is None else replace(leg, request=replace(leg.request, body=replace(body, schema="")))
