"""Playing a scenario: one interpreter, virtual time, a store in memory, no network."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from leadflow_engine.answers import Simulator
from leadflow_engine.answers.load import spec_of
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.effects import CallOut, Effect, Result
from leadflow_engine.intake.door import lead_id
from leadflow_engine.intake.replies import reply_of
from leadflow_engine.intake.strict_json import IntakeError
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead
from leadflow_engine.operations.inquiring import do_one
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import Plans, at_once, go_on
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.scenarios.calls import Call, GivenAnswers
from leadflow_engine.scenarios.compare import Difference, differences
from leadflow_engine.scenarios.given import Past, plan_with, start_of
from leadflow_engine.scenarios.observed import Seen, observed
from leadflow_engine.scenarios.sited import Sited, laid_over
from leadflow_engine.scenarios.spec import NOON, Arriving, Part, Scenario, ScenarioFile
from leadflow_engine.store import SqliteStore, StoreError, follow_ups

NO_ANSWERS = Sited({}, {(): ()})
_NOTHING_SEEN = Seen({}, None, (), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one part of a scenario. ``missing`` are calls for which no answer was given, each with why;
    ``trouble`` says what could not be done at all."""

    part: Part
    seen: Seen
    found: dict[str, object]
    differences: tuple[Difference, ...]
    missing: tuple[tuple[Call, str], ...]
    trouble: str = ""

    @property
    def passed(self) -> bool:
        """Did all of it come out as was said?"""
        return not (self.differences or self.missing or self.trouble)


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario that was run. ``plan`` is that of the flow, with what the scenario changes in it."""

    scenario: Scenario
    plan: Plan
    outcomes: tuple[Outcome, ...]
    endings: tuple[Ending, ...] = ()

    @property
    def passed(self) -> bool:
        """Did every part come out as was said?"""
        return all(outcome.passed for outcome in self.outcomes)


def play(plan: Plan, file: ScenarioFile, scenario: Scenario, to_the_end: bool = False) -> Played:
    """Run one scenario to the first part that does not come out as it should, or ``to_the_end`` whatever comes.

    Raises ``AnswersError`` for answers that are not well made.
    """
    given = scenario.given.data if scenario.given else {}
    plan = plan_with(plan, given)
    stage = _Stage(plan, file, _started(plan, scenario))
    stage.begin(scenario, given)
    outcomes: list[Outcome] = []
    for part in scenario.parts:
        outcomes.append(stage.act(part))
        if not (outcomes[-1].passed or to_the_end):
            break
    stage.store.close_now()
    return Played(scenario, plan, tuple(outcomes), tuple(stage.endings))


def _started(plan: Plan, scenario: Scenario) -> VirtualClock:
    return VirtualClock(start_of(scenario.parts[0].clock or NOON, plan))


class _Stage:
    """Where a scenario is played: its store, its clock, whoever answers, and the lead that came last."""

    def __init__(self, plan: Plan, file: ScenarioFile, clock: VirtualClock) -> None:
        self.plan, self.file, self.clock = plan, file, clock
        self.store = SqliteStore.memory(clock)
        self.store.add_plan(plan.name, description(plan))
        self.said = NO_ANSWERS
        self.answers = GivenAnswers(Simulator(spec_of(NO_ANSWERS.document(file.document)), clock.now))
        self.endings: list[Ending] = []
        self.lead, self.scope, self.number = "", None, 0
        self.came = clock.at

    lead: str
    scope: Lead | None

    def begin(self, scenario: Scenario, given: dict[str, object]) -> None:
        """What had happened before."""
        own = scenario.parts[0].lead
        assert own is not None
        past = Past(self.plan, self.store, self.clock)
        past.put(given, own, self._source(own))
        past.end()

    def act(self, part: Part) -> Outcome:
        """One part: the lead that arrives, the words that are said, the time that passes."""
        if part.answers is not None:
            self.said = (
                laid_over(wrapped_answers(self.said), wrapped_answers(part.answers)).at("answers")
                or NO_ANSWERS
            )
            spec = spec_of(self.said.document(self.file.document))
            self.answers = GivenAnswers(Simulator(spec, self.clock.now), list(self.answers.calls))
        trouble = self._arrives(part, part.lead) if part.lead is not None else ""
        if trouble:
            return Outcome(part, _NOTHING_SEEN, {}, (), (), trouble)
        try:
            for buyer, word in part.settle.items():
                self.store.settle_delivery(
                    self.lead, buyer, self._number(buyer), word, "scenario", "it says so"
                )
        except StoreError as problem:
            return replace(self._outcome(part), trouble=str(problem))
        self._wait(self.clock.at + part.wait)
        return self._outcome(part)

    def _arrives(self, part: Part, lead: Arriving) -> str:
        """The lead comes; gives why it cannot, "" where it did."""
        self._move(part)
        self.number += 1
        self.came = self.clock.at
        source = self._source(lead)
        identity = f"{source}/scenario/{self.number}"
        self.lead = lead_id(self.plan.flow.name, identity)
        self.answers.calls.clear()
        arrival = self._arrival(source, lead, identity)
        if isinstance(arrival, str):
            return arrival
        self._ended(at_once(run_lead(self.plan, arrival, self._driver())))
        return ""

    def _arrival(self, source: str, lead: Arriving, identity: str) -> Arrival | str:
        """The lead of a payload; or why it is not the one lead of which a scenario tells."""
        try:
            found = arrivals_of_payload(self.plan, source, lead.payload, identity, lead.test)
        except IntakeError as problem:
            return str(problem)
        return found[0] if len(found) == 1 else f"this call holds {len(found)} leads; a scenario is about one"

    def _move(self, part: Part) -> None:
        """The clock at which a lead arrives; it never goes back."""
        wanted = start_of(part.clock, self.plan) if part.clock else self.came + part.after
        self.clock.at = max(self.clock.at, wanted)

    def _source(self, lead: Arriving) -> str:
        return lead.source or next(iter(self.plan.sources))

    def _number(self, buyer: str) -> int:
        """The delivery of a buyer that an operator means: its last."""
        rows = (self.store.lead_summary(self.lead) or {}).get("deliveries", ())
        return max((row["number"] for row in rows if row["buyer"] == buyer), default=1)

    def _wait(self, until: datetime.datetime) -> None:
        """Time passes; whatever falls due in it goes on, each at its time."""
        before = None
        while (due := self._next_due(until)) is not None and due != before:
            before = due
            self.clock.at = max(self.clock.at, due)
            self._follow_up()
            for work in self.store.work_due(self.clock.at):
                facts = self.store.facts(work.lead)
                self._ended(at_once(go_on(self.plan, work.lead, facts, self._driver(work.lead))))
        self.clock.at = max(self.clock.at, until)

    def _next_due(self, until: datetime.datetime) -> datetime.datetime | None:
        waiting = [work.due for work in self.store.work() if work.due]
        asked = self.store.ask(lambda connection: follow_ups.next_due(connection))
        return min((due for due in (*waiting, asked) if due is not None and due <= until), default=None)

    def _follow_up(self) -> None:
        """What is due of asking buyers later, and of sending to them again."""

        async def ask(lead: str, effect: Effect, data: CallOut) -> Result:
            return self.answers.answer(lead, effect, data)

        now = self.clock.at
        plans = Plans(self.store, {self.plan.name: self.plan})
        for what in self.store.ask(lambda connection: follow_ups.due(connection, now)):
            at_once(do_one(self.store, plans, ask, self.clock, what))

    def _driver(self, lead: str = "") -> DryDriver:
        return DryDriver(lead or self.lead, self.store, self.answers, self.clock)

    def _ended(self, ending: Ending) -> None:
        self.endings.append(ending)
        if ending.lead == self.lead:
            self.scope = ending.scope

    def _outcome(self, part: Part) -> Outcome:
        due = next((work.due for work in self.store.work() if work.lead == self.lead), None)
        summary = self.store.lead_summary(self.lead) or {}
        reply = reply_of(self.plan, summary, self.scope, self.store.facts(self.lead)) if self.scope else None
        seen = Seen(summary, self.scope, tuple(self.answers.calls), due, reply)
        found = observed(self.plan, seen)
        expected = part.expect.data if part.expect else {}
        missing = tuple(self.answers.missing)
        return Outcome(part, seen, found, tuple(differences(expected, found)), missing)


def wrapped_answers(answers: Sited) -> Sited:
    """Answers below their own word, so that a leg that is said again replaces the earlier one whole."""
    return Sited(
        {"answers": answers.data},
        {(): (), **{("answers", *path): to for path, to in answers.origins.items()}},
    )
