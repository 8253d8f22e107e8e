"""What waits is shown, tried early, given up; the most valuable goes first; what fails blocks nobody."""

from __future__ import annotations

import asyncio
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadflow_dsl.checking import check
from leadflow_engine.drivers.clock import VirtualClock
from leadflow_engine.drivers.dry import DryDriver
from leadflow_engine.effects import CallOut, Effect, HttpRequest, Result
from leadflow_engine.operations import queueing
from leadflow_engine.operations.loading import LoadProblem, description
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import Plans, at_once, replay, writes_again
from leadflow_engine.operations.work import Worked, in_turn, work_once
from leadflow_engine.plan import make_plan
from leadflow_engine.runner import run_lead
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.rebuild import contents
from leadflow_engine.store.waiting import Waiting, waiting

SATURDAY = datetime.datetime(2026, 11, 21, 15, tzinfo=datetime.UTC)
FLOW = """\
flow queue
lead {
  state state required
}
source web { postback on unsold, sold { get "https://partner.example/{{ outcome }}" } }
buyer cheap {
  price 10.00
  accept when state == TX else "not TX"
  hours mon-fri 09:00-17:00
  on closed hold up to 3d
  deliver { post "https://cheap.example/"  body json { s = state }
    response json { accepted when "ok"  otherwise rejected } }
}
buyer dear {
  price 60.00
  accept when state == CA else "not CA"
  cap 5 per day
  hours mon-fri 09:00-17:00
  on closed hold up to 3d
  deliver { post "https://dear.example/"  body json { s = state }
    response json { accepted when "ok"  otherwise rejected } }
}
buyer doubtful {
  price 5.00
  accept when state == NY else "not NY"
  deliver { post "https://doubtful.example/"  body json { s = state }
    response json { accepted when "ok"  otherwise rejected } }
}
route { waterfall cheap, dear, doubtful }
"""


class World:
    """Leads that come on a Saturday, when nobody is open."""

    def __init__(self, root: Path) -> None:
        (root / "leadflow.toml").touch()
        checked = check(root / "case.flow", text=FLOW)
        assert checked.flow is not None, [finding.message for finding in checked.diagnostics]
        self.plan = make_plan(checked.flow)
        self.clock = VirtualClock(SATURDAY)
        self.store = SqliteStore.memory(self.clock)
        self.store.add_plan(self.plan.name, description(self.plan))
        self.plans = Plans(self.store, {self.plan.name: self.plan})
        self.posted: list[str] = []

    def lead(self, state: str) -> str:
        payload, name = {"state": state}, f"web/{len(self.store.query('SELECT 1 FROM lead'))}"
        [arrival] = arrivals_of_payload(self.plan, "web", payload, name)
        at_once(run_lead(self.plan, arrival, DryDriver(arrival.lead, self.store, self, self.clock)))
        return arrival.lead

    def answer(self, lead: str, effect: Effect, data: CallOut) -> Result:
        if data.name == "doubtful":
            return {
                "phase": "sent",
                "failure": "timeout",
                "status": None,
                "headers": [],
                "body": "",
                "ms": 1.0,
            }
        return self._ok()

    def _ok(self) -> dict[str, Any]:
        headers = [["Content-Type", "application/json"]]
        said = {"phase": "answered", "failure": "", "status": 200, "headers": headers, "ms": 1.0}
        return {**said, "body": '{"ok": true}'}

    async def send(self, request: HttpRequest) -> Result:
        self.posted.append(request.url)
        return self._ok()

    async def close(self) -> None:
        """Nothing is open."""

    def work(self, concurrency: int = 1) -> list[Worked]:
        done: list[Worked] = []
        asyncio.run(work_once(self.store, self.plans, self, self.clock, done.append, concurrency))
        return done

    def queue(self) -> list[Waiting]:
        return self.store.ask(waiting)

    def order(self, name: str, **said: Any) -> Any:
        return getattr(queueing, name)(self.store, {"by": "ann", **said})

    def outcome(self, lead: str) -> tuple[str, str]:
        summary = self.store.lead_summary(lead)
        assert summary is not None
        return summary["outcome"], summary["reason"]

    def holds(self, *leads: str) -> None:
        """A replay and a rebuild come to what is there."""
        for lead in leads:
            at_once(replay(self.plan, lead, self.store.facts(lead)))
        connection = self.store._core.connection  # type: ignore[union-attr]
        before = contents(connection)
        self.store.rebuild(lambda lead, facts: writes_again(self.plan, lead, facts))
        assert contents(connection) == before


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_what_waits_until_when_for_whom_and_what_it_may_bring(world: World) -> None:
    held, doubted = world.lead("TX"), world.lead("NY")
    monday = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    assert world.queue() == [
        Waiting("held", held, ("cheap",), monday, "cheap: closed until Mon 09:00", Decimal("10.00")),
        Waiting("in_doubt", doubted, ("doubtful",), None, world.queue()[1].why, Decimal("5.00")),
    ]


def test_the_most_valuable_goes_first_then_what_is_due_longest(world: World) -> None:
    first, second, dear = world.lead("TX"), world.lead("TX"), world.lead("CA")
    assert in_turn(world.store, world.clock.at) == []
    world.clock.at = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)
    assert in_turn(world.store, world.clock.at) == [dear, *sorted([first, second])]
    world.work()
    assert world.posted[0] == "https://dear.example/"


def test_a_held_lead_is_tried_before_its_time(world: World) -> None:
    lead = world.lead("TX")
    assert world.order("retry", target="cheap") == {"leads": 1, "batches": 0}
    [done] = world.work()
    assert done.ending is not None and done.ending.outcome == "held"  # it is still Saturday
    assert world.queue()[0].due == datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    world.clock.at = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)
    world.work()
    assert world.outcome(lead)[0] == "sold"
    world.holds(lead)


def test_nothing_to_try_is_said(world: World) -> None:
    lead = world.lead("NY")
    with pytest.raises(StoreError, match="leadflow queue --why"):
        world.order("retry", target=lead)


def test_a_lead_that_is_given_up_ends_with_the_reason(world: World) -> None:
    lead, other = world.lead("TX"), world.lead("TX")
    world.order("drop", lead=lead, because="the person asked us to stop")
    [done] = world.work()
    assert done.lead == lead
    assert world.outcome(lead) == ("unsold", "dropped by ann: the person asked us to stop")
    assert [one.kind for one in world.queue() if one.what == lead] == ["postback"]
    assert world.outcome(other)[0] == "held"
    world.holds(lead, other)


def test_what_a_buyer_may_have_is_not_given_up(world: World) -> None:
    lead = world.lead("NY")
    with pytest.raises(StoreError, match=f"leadflow doubt settle {lead} doubtful"):
        world.order("drop", lead=lead, because="old")


def test_what_has_ended_is_not_given_up(world: World) -> None:
    lead = world.lead("FL")
    with pytest.raises(StoreError, match="waits for nobody"):
        world.order("drop", lead=lead, because="old")


def test_a_postback_that_was_given_up_is_tried_again(world: World) -> None:
    lead = world.lead("FL")
    world.store.transact(
        lambda core: core.connection.execute("UPDATE postback SET state = 'failed', due = NULL")
    )
    assert [(one.kind, one.whom, one.due) for one in world.queue()] == [("postback", ("web",), None)]
    world.order("retry", target=lead)
    assert [(one.kind, one.due) for one in world.queue()] == [("postback", SATURDAY)]


class Lost(Plans):
    """Plans of which one lead's cannot be had."""

    lost = ""

    def of(self, lead, facts):  # type: ignore[no-untyped-def]
        if lead == self.lost:
            raise LoadProblem("its flow is lost")
        return super().of(lead, facts)


def test_a_lead_that_cannot_go_on_blocks_nobody_and_is_tried_ever_later(world: World) -> None:
    lost, other = world.lead("TX"), world.lead("TX")
    plans = Lost(world.store, {world.plan.name: world.plan})
    plans.lost, world.plans = lost, plans
    world.clock.at = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)
    assert {done.lead: bool(done.problem) for done in world.work()} == {lost: True, other: False}
    assert world.work() == []
    waits = []
    for _ in range(10):
        [one] = [one for one in world.queue() if one.kind == "stuck"]
        assert one.due is not None
        waits.append((one.due - world.clock.at).total_seconds() / 60)
        world.clock.at = one.due
        [done] = world.work()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]
    plans.lost = ""
    world.order("retry", target=lost)
    [done] = world.work()
    assert done.problem == "" and not [one for one in world.queue() if one.kind == "stuck"]
