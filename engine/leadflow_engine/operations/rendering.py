"""What a buyer, a look-up or a delivery would be sent for a lead: the exact requests, with nothing sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadflow_dsl import model as m
from leadflow_engine.answers import Simulator, answers_beside, load_answers
from leadflow_engine.drivers.answers import AssumedAnswers, SimulatedAnswers
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import Answers
from leadflow_engine.effects import CallOut, Effect, Result
from leadflow_engine.intake.formats import IntakeError, read_records
from leadflow_engine.operations.alone import Sent, legs_named, try_alone
from leadflow_engine.operations.loading import secrets_in
from leadflow_engine.outbound.wire import Wire, wire_of
from leadflow_engine.plan import Plan
from leadflow_engine.records import Considered, StepRecord
from leadflow_engine.runner import Ending
from leadflow_engine.scenarios.load import default_answers
from leadflow_engine.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Rendered:
    """One request. ``word`` is ping, post, enhance or deliver; ``wire`` holds ``stand_in(NAME)`` for each secret."""

    word: str
    sent: Sent
    wire: Wire


@dataclass(frozen=True, slots=True)
class Rendering:
    """The requests of one name for one lead. ``problem`` is why there is no (further) request, "" where there is all
    that the flow describes."""

    requests: tuple[Rendered, ...]
    problem: str = ""


def payload_of(leads: Path, number: int = 1) -> Mapping[str, object]:
    """A record of a file of leads, the first unless ``number`` says another. Raises ``IntakeError``."""
    for record in read_records(leads):
        if record.number == number:
            if isinstance(record.payload, IntakeError):
                raise record.payload
            return record.payload
    raise IntakeError(f"{leads}: there is no record {number}")


class DefaultAnswers:
    """The answers that a flow's scenarios give unless one of them says otherwise; samples for whoever has none."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        """The scenarios' answer, else a sample."""
        there = self._simulator.key(data.name, data.leg) is not None
        answers: Answers = SimulatedAnswers(self._simulator) if there else AssumedAnswers()
        return answers.answer(lead, effect, data)


def answers_for(flow_file: str | Path, file: str, clock: VirtualClock) -> tuple[Answers, str]:
    """Who answers on the way, and a sentence that says so: a file of answers, the one beside the flow, the defaults of
    its scenarios, else samples.

    Raises ``AnswersError``.
    """
    beside = answers_beside(flow_file)
    chosen = file or (str(beside) if beside else "")
    if chosen:
        return SimulatedAnswers(Simulator(load_answers(chosen), clock.now)), f"answers from {chosen}"
    defaults = default_answers(flow_file)
    if defaults is not None:
        said = f"answers from the defaults of {defaults.file}"
        return DefaultAnswers(Simulator(defaults, clock.now)), said
    return AssumedAnswers(), "a ping is taken to bid 10.00 with PING-REFERENCE, a look-up to tell nothing"


def render(
    plan: Plan, name: str, source: str, payload: Mapping[str, object], answers: Answers, clock: VirtualClock
) -> Rendering:
    """The requests to ``name`` for one payload. Raises ``LoadProblem`` for a name that is sent nothing."""
    legs = legs_named(plan.flow, name)
    seen = try_alone(plan.flow, name, source, payload, answers, clock)
    secrets = stand_ins(plan.flow)
    made = tuple(
        Rendered(sent.word, sent, wire_of(sent.request, secrets))
        for sent in seen.sent
        if sent.name == name and sent.word in {leg.word for leg in legs}
    )
    lacking = [leg.word for leg in legs if leg.word not in {one.word for one in made}]
    problem = f"no {lacking[0]}: {why_not(seen.ending, name)}" if lacking else ""
    return Rendering(made, problem)


def why_not(ending: Ending, name: str) -> str:
    """What the lead's story says of a request that was not made: the buyer's own line, the step's, the lead's."""
    own = [
        record.reason for record in ending.records if isinstance(record, Considered) and record.buyer == name
    ]
    steps = [
        record.reason for record in ending.records if isinstance(record, StepRecord) and record.name == name
    ]
    return next(filter(None, (*reversed(own), *reversed(steps))), ending.reason)


def stand_ins(flow: m.Flow) -> Secrets:
    """A text for each secret of the flow that can be found again in a request, and is nobody's secret."""
    return Secrets({secret.name: stand_in(secret.name) for secret in secrets_in(flow)})


def stand_in(name: str) -> str:
    """What stands for a secret in a rendered request: letters that no escape changes."""
    return f"LEADFLOWxSECRETx{name}xTERCES"
