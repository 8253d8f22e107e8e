"""Playing a scenario: one interpreter, virtual time, a store in memory, no network."""

from __future__ import annotations

from dataclasses import dataclass

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Ending
from leadflow_engine.scenarios.aftermath import happened
from leadflow_engine.scenarios.given import plan_with, start_of
from leadflow_engine.scenarios.outcome import Outcome
from leadflow_engine.scenarios.spec import NOON, Scenario, ScenarioFile
from leadflow_engine.scenarios.stage import Stage


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario that was run. ``plan`` is that of the flow, with what the scenario changes in it; ``later`` is what
    came after Runs (``aftermath.happened``)."""

    scenario: Scenario
    plan: Plan
    outcomes: tuple[Outcome, ...]
    endings: tuple[Ending, ...] = ()
    later: frozenset[tuple[str, ...]] = frozenset()

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
    stage = Stage(plan, file, _started(plan, scenario))
    stage.begin(scenario, given)
    outcomes: list[Outcome] = []
    for part in scenario.parts:
        outcomes.append(stage.act(part))
        if not (outcomes[-1].passed or to_the_end):
            break
    later = happened(stage.store)
    stage.store.close_now()
    return Played(scenario, plan, tuple(outcomes), tuple(stage.endings), later)


def _started(plan: Plan, scenario: Scenario) -> VirtualClock:
    return VirtualClock(start_of(scenario.parts[0].clock or NOON, plan))
