"""What cannot be done for a lead now, as its plan cannot be had, is told ever more seldom, and done once it can."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.operations.resume import Plans
from leadflow_engine.plan import Plan
from tests.engine.later.test_inquiring import INQUIRE
from tests.engine.later.world import DELIVER, Buyers, World, plan_of

NO = '{"is": "no"}'


class Lost(Plans):
    """No plan can be had."""

    def named(self, name: str, why: str = "it is to go by") -> Plan:
        raise LoadProblem("its flow is lost")


def _told(world: World) -> list[int]:
    """At which minutes of the next hour something is told."""
    return [minute for minute in range(60) if world.work(minutes=1, seconds=1)]


def test_a_follow_up(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f"price 9.00\n{INQUIRE.replace('35s', '3h')}{DELIVER}")
    world = World(plan, Buyers(post=['{"is": "pending", "id": "R7"}'], status=['{"now": "sold"}']))
    lead = world.lead().lead
    had, world.plans = world.plans, Lost(world.store)
    [said] = world.work(minutes=1)
    assert said == f"lead {lead}: slow cannot be asked: its flow is lost"
    assert _told(world) == [0, 2, 6, 14, 30]
    assert world.store.query("SELECT why FROM stuck") == [("slow cannot be asked: its flow is lost",)]
    world.plans = had
    world.work(hours=1)
    assert world.outcome(lead) == ("sold", ["slow"])
    assert world.store.query("SELECT * FROM stuck") == []


@pytest.mark.parametrize("hurried", [False, True])
def test_a_lead_that_is_offered_again(tmp_path: Path, hurried: bool) -> None:
    plan = plan_of(tmp_path, f"price 9.00\n{DELIVER}")
    world = World(plan, Buyers(post=[NO], other=['{"ok": false}', '{"ok": true}']))
    lead = world.lead().lead
    carry_out(world.store, "resubmit", {"leads": [lead], "because": "once more", "by": "olga"})
    had, world.plans = world.plans, Lost(world.store)
    assert world.work(minutes=1) == [f"lead {lead} cannot be offered again: its flow is lost"]
    assert _told(world) == [0, 2, 6, 14, 30]
    world.plans = had
    if hurried:
        carry_out(world.store, "queue_retry", {"target": lead, "by": "olga"})
    world.work(**({"seconds": 1} if hurried else {"hours": 1}))
    assert len(world.store.query("SELECT id FROM lead")) == 2
    assert world.store.query("SELECT * FROM stuck") == []
    assert world.holds_together()
