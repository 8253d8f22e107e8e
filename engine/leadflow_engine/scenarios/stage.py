"""The stage of a scenario: its store, its clock, whoever answers, and the leads that came. One part is played at a
time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from leadflow_engine.answers import Simulator
from leadflow_engine.answers.load import spec_of
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.intake.door import lead_id
from leadflow_engine.intake.replies import reply_of
from leadflow_engine.intake.strict_json import IntakeError
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import at_once
from leadflow_engine.operations.suppressing import SuppressionProblem
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.scenarios.acting import Result, Scene, act, attempts_of
from leadflow_engine.scenarios.aftermath import afterwards
from leadflow_engine.scenarios.calls import GivenAnswers
from leadflow_engine.scenarios.compare import differences
from leadflow_engine.scenarios.given import Past, start_of
from leadflow_engine.scenarios.observed import Seen, observed, tidy
from leadflow_engine.scenarios.outcome import Outcome
from leadflow_engine.scenarios.passing import Passing
from leadflow_engine.scenarios.sited import Sited, laid_over
from leadflow_engine.scenarios.spec import Arriving, Part, Scenario, ScenarioFile
from leadflow_engine.store import SqliteStore, StoreError

NO_ANSWERS = Sited({}, {(): ()})
_NOTHING_SEEN = Seen({}, None, (), None)
A_SECOND: Final = datetime.timedelta(seconds=1)
JUDGED: Final[Mapping[str, str]] = {"return": "returns"}
"""The word of an ``expect`` that, beside ``result``, tells what somebody's word has come to."""


class Stage:
    """Where a scenario is played."""

    def __init__(self, plan: Plan, file: ScenarioFile, clock: VirtualClock) -> None:
        self.plan, self.file, self.clock = plan, file, clock
        self.store = SqliteStore.memory(clock)
        self.store.add_plan(plan.name, description(plan))
        self.said = NO_ANSWERS
        self.answers = GivenAnswers(Simulator(spec_of(NO_ANSWERS.document(file.document)), clock.now))
        self.endings: list[Ending] = []
        self.leads: list[str] = []
        self.scopes: dict[str, Lead | None] = {}
        self.number = 0
        self.came = clock.at
        self.passing = Passing(self)

    def begin(self, scenario: Scenario, given: dict[str, object]) -> None:
        """What had happened before."""
        own = scenario.parts[0].lead
        assert own is not None
        past = Past(self.plan, self.store, self.clock)
        past.put(given, own, self._source(own))
        past.end()

    def act(self, part: Part) -> Outcome:
        """One part: the lead that arrives, what somebody does, the time that passes."""
        self._answer(part)
        if part.lead is not None:
            self.answers.calls.clear()
            if trouble := self._all_arrive(part):
                return Outcome(part, _NOTHING_SEEN, {}, (), (), trouble)
        else:
            self._reach(start_of(part.clock, self.plan) if part.clock else self.clock.at + part.after)
        trouble, result = self._done(part)
        if not trouble:
            self.passing.until(self.clock.at + part.wait)
        return self._outcome(part, result, trouble)

    def _answer(self, part: Part) -> None:
        if part.answers is None:
            return
        own = laid_over(wrapped_answers(self.said), wrapped_answers(part.answers))
        self.said = own.at("answers") or NO_ANSWERS
        spec = spec_of(self.said.document(self.file.document))
        self.answers = GivenAnswers(Simulator(spec, self.clock.now), list(self.answers.calls))

    # -------------------------------------------------------------- leads that arrive

    def _all_arrive(self, part: Part) -> str:
        """Every lead that the part brings; gives why one cannot come."""
        parts = [part, *[replace(part, clock="", after=A_SECOND)] * (part.times - 1)]
        leads = zip(parts, part.leads(), strict=True)
        return next((trouble for each in leads if (trouble := self._arrives(*each))), "")

    def _arrives(self, part: Part, lead: Arriving) -> str:
        """The lead comes; gives why it cannot, "" where it did."""
        self._reach(start_of(part.clock, self.plan) if part.clock else self.came + part.after)
        self.number += 1
        self.came = self.clock.at
        source = self._source(lead)
        identity = f"{source}/scenario/{self.number}"
        arrival = self._arrival(source, lead, identity)
        if isinstance(arrival, str):
            return arrival
        self.leads.append(lead_id(self.plan.flow.name, identity))
        self.ended(at_once(run_lead(self.plan, arrival, self.passing.driver(self.leads[-1]))))
        return ""

    def _arrival(self, source: str, lead: Arriving, identity: str) -> Arrival | str:
        """The lead of a payload; or why it is not the one lead of which a scenario tells."""
        try:
            found = arrivals_of_payload(self.plan, source, lead.payload, identity, lead.test)
        except IntakeError as problem:
            return str(problem)
        return found[0] if len(found) == 1 else f"this call holds {len(found)} leads; a scenario is about one"

    def _reach(self, wanted: datetime.datetime) -> None:
        """The time until a moment passes; the clock never goes back."""
        if wanted > self.clock.at:
            self.passing.until(wanted)

    def _source(self, lead: Arriving) -> str:
        return lead.source or next(iter(self.plan.sources))

    def ended(self, ending: Ending) -> None:
        """Hear that a lead has ended, or waits."""
        self.endings.append(ending)
        self.scopes[ending.lead] = ending.scope

    # -------------------------------------------------------------- what somebody does

    def _done(self, part: Part) -> tuple[str, Result | None]:
        """What is said of the lead: what hinders it, what came of it."""
        scene = self._scene(self._meant(part))
        try:
            for buyer, word in part.settle.items():
                lead = scene.attempt_of(buyer)
                number = scene.number_of(lead, buyer)
                self.store.settle_delivery(lead, buyer, number, word, "scenario", "it says so")
            result = act(scene, part.word, part.said) if part.word else None
        except (StoreError, SuppressionProblem) as problem:
            return str(problem), None
        expected = part.expect.data if part.expect else {}
        is_expected = "result" in expected or JUDGED.get(part.word) in expected
        if result is not None and result.is_bad and not is_expected:
            return f"{part.word}: {result.outcome}: {result.said}".rstrip(": "), result
        return "", result

    def _meant(self, part: Part) -> str:
        return self.leads[part.about - 1 if part.about else -1]

    def _scene(self, lead: str) -> Scene:
        return Scene(self.store, self.plan, attempts_of(self.store, lead), self.clock.at)

    # -------------------------------------------------------------- what came of it

    def _outcome(self, part: Part, result: Result | None, trouble: str) -> Outcome:
        lead = self._meant(part)
        expected = part.expect.data if part.expect else {}
        seen = self._seen(lead)
        found = self._found(seen, lead, expected) | ({"result": result.shown()} if result else {})
        missing = tuple(self.answers.missing)
        return Outcome(part, seen, found, tuple(differences(expected, found)), missing, trouble)

    def _seen(self, lead: str) -> Seen:
        due = next((work.due for work in self.store.work() if work.lead == lead), None)
        summary, scope = self.store.lead_summary(lead) or {}, self.scopes.get(lead)
        reply = reply_of(self.plan, summary, scope, self.store.facts(lead)) if scope else None
        return Seen(summary, scope, tuple(self.answers.calls), due, reply)

    def _found(self, seen: Seen, lead: str, expected: Mapping[str, Any]) -> dict[str, Any]:
        scene = self._scene(lead)
        found = observed(self.plan, seen)
        found |= tidy(afterwards(scene, seen.summary, expected))
        if "next" in expected and len(scene.attempts) > 1:
            next_ = scene.attempts[1]
            found["next"] = self._found(self._seen(next_), next_, expected["next"])
        return found


def wrapped_answers(answers: Sited) -> Sited:
    """Answers below their own word, so that a leg that is said again replaces the earlier one whole."""
    return Sited(
        {"answers": answers.data},
        {(): (), **{("answers", *path): to for path, to in answers.origins.items()}},
    )
