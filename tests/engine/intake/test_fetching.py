"""A lead that its call only names: fetched, waited for, gone on with after a crash, told again the same."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.effects import CallOut, Effect, Result
from leadflow_engine.operations.loading import description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import at_once, go_on, replay, writes_again
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Ending, run_lead
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.rebuild import contents
from tests.engine.intake.calls import NOW, plan_with

SOURCE = """
  each "entry[].value"
  fetch { get "https://graph.example/{{ payload.id }}"  auth bearer env TOKEN  retry 1 on 5xx }
  map { name "full_name"  phone "tel"  email payload.page }
  accept when name != "Eve"  else "not Eve"
"""
CALL = {"page": "p@example.com", "entry": [{"value": {"id": "7"}}]}
GOOD = {
    "status": 200,
    "headers": [["Content-Type", "application/json"]],
    "body": '{"full_name": "Ana", "tel": "2125550123"}',
}


class Killed(Exception):
    """The process ends here."""


class Answers:
    """Answers each fetch with the next of ``fetched`` (the last for ever) and buys everything."""

    def __init__(self, *fetched: dict[str, Any]) -> None:
        self.fetched = list(fetched)
        self.asked: list[str] = []

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        self.asked.append(data.request.url)
        found = {"status": 200, "headers": [], "body": "{}"}
        if data.leg == "fetch":
            found = self.fetched.pop(0) if len(self.fetched) > 1 else self.fetched[0]
        return {"phase": "answered", "failure": "", "ms": 5.0, **found}


class Mortal(DryDriver):
    """A driver that ends before one result is fed."""

    kill = ""

    async def next(self) -> tuple[str, Result]:
        key, result = await super().next()
        if key == self.kill:
            raise Killed
        return key, result


class World:
    """One lead of the source, in a journal of its own."""

    def __init__(self, plan: Plan, answers: Answers) -> None:
        self.plan, self.answers = plan, answers
        self.clock = VirtualClock(NOW)
        self.store = SqliteStore.memory(self.clock)
        self.store.add_plan(plan.name, description(plan))
        [self.arrival] = arrivals_of_payload(plan, "web", CALL, "web/test/1")
        self.lead = self.arrival.lead

    def driver(self, kill: str = "") -> Mortal:
        driver = Mortal(self.lead, self.store, self.answers, self.clock)
        driver.kill = kill
        return driver

    def run(self, kill: str = "") -> Ending:
        return at_once(run_lead(self.plan, self.arrival, self.driver(kill)))

    def go_on(self) -> Ending:
        return at_once(go_on(self.plan, self.lead, self.store.facts(self.lead), self.driver()))

    def keys(self) -> list[str]:
        return [fact.key for fact in self.store.facts(self.lead)]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_with(SOURCE, tmp_path_factory.mktemp("fetching"))


def test_it_is_fetched_before_the_door(plan: Plan) -> None:
    world = World(plan, Answers(GOOD))
    assert world.run().outcome == "sold"
    assert world.answers.asked[0] == "https://graph.example/7"
    assert world.keys()[:5] == ["received", "clock/segment.1", "settle/1", "fetch/web/1", "accept/web"]
    [ending] = at_once(replay(plan, world.lead, world.store.facts(world.lead)))
    assert ending.outcome == "sold" and ending.scope is not None
    assert str(ending.scope.given["email"].normal) == "p@example.com"


@pytest.mark.parametrize("kill", ["settle/1", "fetch/web/1", "accept/web", "end"])
def test_wherever_it_is_killed_it_comes_to_the_same_end(plan: Plan, kill: str) -> None:
    world = World(plan, Answers(GOOD))
    with pytest.raises(Killed):
        world.run(kill)
    assert list(world.store.unfinished()) == [world.lead] or kill == "end"
    if kill != "end":
        assert world.go_on().outcome == "sold"
    facts = world.store.facts(world.lead)
    assert [ending.outcome for ending in at_once(replay(plan, world.lead, facts))] == ["sold"]
    assert world.keys().count("accept/web") == 1


def test_what_cannot_be_fetched_waits_and_is_asked_again(plan: Plan) -> None:
    down = {"status": 503, "headers": [], "body": "down"}
    world = World(plan, Answers(down, down, down, down, GOOD))
    first = world.run()
    assert (first.outcome, first.reason) == ("held", "the lead could not be fetched: status 503")
    [work] = world.store.work()
    assert work.due == NOW + datetime.timedelta(minutes=1)
    assert world.go_on().outcome == "held"
    assert world.go_on().outcome == "sold"
    assert [
        key for key in (fact.key for fact in world.store.facts(world.lead)) if key.startswith("fetch")
    ] == [
        "fetch/web/1",
        "fetch/web/1/retry.1",
        "fetch/web/2",
        "fetch/web/2/retry.1",
        "fetch/web/3",
    ]
    assert len(at_once(replay(plan, world.lead, world.store.facts(world.lead)))) == 3


@pytest.mark.parametrize("body", ["", "[]", '"Ana"', "<p>", "{"])
def test_an_answer_without_a_lead_is_no_lead(plan: Plan, body: str) -> None:
    world = World(plan, Answers({"status": 200, "headers": [], "body": body}))
    assert world.run().reason == "the lead could not be fetched: its answer is no lead"
    for _ in range(6):
        ending = world.go_on()
    assert ending.outcome == "error"
    assert world.store.work() == []


def test_what_cannot_be_asked_for_is_an_error(tmp_path: Path) -> None:
    world = World(plan_with(SOURCE.replace("payload.id", "payload.nothing"), tmp_path), Answers(GOOD))
    ending = world.run()
    assert (ending.outcome, ending.reason) == (
        "error",
        "the lead cannot be fetched: `payload.nothing` in the url is blank",
    )


def test_the_door_refuses_what_was_fetched(plan: Plan) -> None:
    eve = {**GOOD, "body": '[{"full_name": "Eve"}]'}
    assert World(plan, Answers(eve)).run().reason == "not Eve"


def test_projections_are_made_again_and_hold_nothing_of_the_answer(plan: Plan) -> None:
    down = {"status": 503, "headers": [], "body": "down"}
    world = World(plan, Answers(down, down, GOOD))
    world.run()
    world.go_on()
    connection = world.store._core.connection
    before = contents(connection)
    world.store.rebuild(lambda lead, facts: writes_again(plan, lead, facts))
    assert contents(connection) == before
    assert "Ana" not in str(before["posting"])
