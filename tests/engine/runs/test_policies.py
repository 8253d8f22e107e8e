"""Policies at work: a cap that fills up, a fall in quality, a quiet hour; each acts, is seen by leads, and ends."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.loading import description
from leadflow_engine.operations.policies import look, sentence
from leadflow_engine.operations.resume import Plans
from leadflow_engine.store import beside
from tests.engine.runs.harness import came_of, dry, plan_of

MARKET = """\
flow market
timezone "UTC"
lead {{ state state required }}
source web {{}}
buyer north {{
  price 9.00  cap 10 per day  weight 30
  deliver {{ post "https://north.example"  body json {{ s = state }}
    response json {{ accepted when "ok"  otherwise rejected }} }}
}}
buyer south {{
  price 8.00  weight 30
  deliver {{ post "https://south.example"  body json {{ s = state }}
    response json {{ accepted when "ok"  otherwise rejected }} }}
}}
{policies}
route {{ waterfall north, south {{ order by {order} }} }}
"""
TAKES: dict[str, Any] = {"deliver": [{"when": {"s": "CA"}, "body": {"ok": True}}, {"body": {"ok": False}}]}


@dataclass
class Market:
    """A flow with policies, its leads one by one, and a clock that is set by hand."""

    run: Any
    root: Path
    number: int = 0

    def lead(self, state: str = "CA") -> dict[str, Any]:
        """One lead now."""
        self.number += 1
        file = self.root / f"{self.number}.jsonl"
        file.write_text(f'{{"state": "{state}"}}' + "\n" * self.number, encoding="utf-8")
        return came_of(self.run, next(iter(replace(self.run, file=file).leads())))

    def pass_(self, **length: float) -> None:
        self.run.clock.at += datetime.timedelta(**length)

    def look(self) -> list[str]:
        """What policies decide now, in words."""
        found = look(
            self.run.store, Plans(self.run.store, {self.run.plan.name: self.run.plan}), self.run.clock
        )
        return [sentence(event) for event in found]

    def events(self) -> list[str]:
        return [row[0] for row in self.run.store.query("SELECT what FROM policy_event ORDER BY id")]


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Any]:
    def make(policies: str, order: str = "price desc") -> Market:
        plan = plan_of(MARKET.format(policies=policies, order=order), tmp_path)
        answers = {"buyers": {"north": TAKES, "south": {"deliver": [{"body": {"ok": True}}]}}}
        return Market(dry(plan, [], answers, "2026-11-20T15:00:00+00:00", tmp_path), tmp_path)

    yield make


def test_a_cap_that_is_nearly_full_pauses_its_buyer_until_the_next_day(market: Any) -> None:
    here = market(
        'policy "nearly full" when stats.cap_used(north, day) >= 30% { pause north } until below 20%'
    )
    assert [here.lead()["sold"] for _ in range(3)] == [{"north": 9.0}] * 3
    assert here.look() == [
        'market  policy "nearly full" acts: stats.cap_used(north, day) is 30%; buyer/north: paused'
    ]
    came = here.lead()
    assert came["sold"] == {"south": 8.0}
    assert came["distribution"]["north"] == [
        "paused",
        'paused by policy "nearly full": stats.cap_used(north, day) is 30%',
    ]
    here.pass_(hours=8, minutes=59)
    assert here.look() == []
    here.pass_(minutes=1)
    assert here.look() == [
        'market  policy "nearly full" ends: stats.cap_used(north, day) is 0%; buyer/north: no longer paused'
    ]
    assert here.lead()["sold"] == {"north": 9.0}
    assert here.events() == ["acted", "ended"]


def test_what_is_to_last_is_waited_for_and_what_does_not_last_is_passed(market: Any) -> None:
    here = market('policy "rush" when stats.leads(web, 1h) >= 2 for 10m { pause north }')
    here.lead()
    assert here.look() == []
    here.lead()
    for minute in range(10):
        here.pass_(minutes=1)
        assert here.look() == [], minute
    here.pass_(minutes=1)
    assert len(here.look()) == 1
    assert here.events() == ["began", "acted"]
    here.pass_(hours=2)
    assert here.look() == [
        'market  policy "rush" ends: stats.leads(web, 1h) is 0; buyer/north: no longer paused'
    ]
    here.lead()
    here.lead()
    here.pass_(minutes=1)
    here.look()
    here.pass_(hours=2)
    here.look()
    assert here.events() == ["began", "acted", "ended", "began", "passed"]


def test_policies_are_looked_at_every_minute_not_more_often(market: Any) -> None:
    here = market('policy "any" when stats.leads(web, 1h) >= 2 { pause north }')
    here.lead()
    here.look()
    here.lead()
    here.pass_(seconds=59)
    assert here.look() == []
    here.pass_(seconds=1)
    assert here.look() != []


def test_a_rate_of_few_is_not_acted_on(market: Any) -> None:
    here = market('policy "slow" when stats.acceptance_rate(north, 1h) < 50% { pause north } until above 60%')
    for _ in range(19):
        here.lead("TX")
    assert here.look() == []
    here.lead("TX")
    here.pass_(minutes=1)
    assert here.look() == [
        'market  policy "slow" acts: stats.acceptance_rate(north, 1h) is 0%; buyer/north: paused'
    ]
    here.pass_(hours=2)
    unknown = "stats.acceptance_rate(north, 1h) is not known: nothing was counted"
    assert here.look() == [f'market  policy "slow" ends: {unknown}; buyer/north: no longer paused']


def test_a_policy_says_itself_how_much_must_have_been_seen(market: Any) -> None:
    said = "stats.acceptance_rate(north, 1h) < 50% and stats.attempts(north, 1h) >= 3"
    here = market(f'policy "slow" when {said} {{ pause north }}')
    here.lead("TX")
    here.lead("TX")
    assert here.look() == []
    here.lead("TX")
    here.pass_(minutes=1)
    assert len(here.look()) == 1


def test_a_source_is_slowed(market: Any) -> None:
    here = market('policy "rush" when stats.leads(web, 1h) >= 3 { slow source web to 4 per hour }')
    for _ in range(3):
        here.lead()
    assert here.look() == [
        'market  policy "rush" acts: stats.leads(web, 1h) is 3; source/web/throttle/hour: throttle 4 per hour'
    ]
    assert here.lead()["outcome"] == "sold"
    came = here.lead()
    assert came["outcome"] == "refused"
    assert came["reason"] == 'throttle 4 per hour (set by policy "rush") is full until 16:00'


def test_a_weight_is_shifted(market: Any) -> None:
    here = market(
        'policy "shift" when stats.sold(north, 1h) >= 1 { weight south 90  weight north 0 }', "weight"
    )
    assert here.lead()["sold"] == {"north": 9.0}
    here.look()
    assert [here.lead()["sold"] for _ in range(4)] == [{"south": 8.0}] * 4


def test_half_of_what_is_usual_at_this_hour(market: Any) -> None:
    here = market('policy "quiet" when stats.leads(web, 1h) < 50% of usual { weight south 90 }')
    here.run.clock.at -= datetime.timedelta(weeks=2, minutes=-50)
    for _ in range(2):
        for _ in range(4):
            here.lead()
        here.pass_(weeks=1)
    here.lead()
    assert here.look() == [
        'market  policy "quiet" acts: stats.leads(web, 1h) is 1; buyer/south: weight 90',
    ]


def test_a_persons_word_wins_over_a_policys(market: Any) -> None:
    here = market('policy "any" when stats.leads(web, 1h) >= 1 { pause north }')
    store = here.run.store
    store.override("pause", "market/buyer/north", 0, "resumed", "ann", "an old word")
    here.lead()
    here.look()
    assert here.lead()["distribution"]["north"][0] == "paused"
    store.override("pause", "market/buyer/north", 0, "resumed", "ann", "they asked for it")
    assert here.lead()["sold"] == {"north": 9.0}
    store.override("pause", "market/buyer/north", 1, "paused", "ann", "an outage")
    here.pass_(hours=3)
    assert len(here.look()) == 1, "the policy ends"
    assert [one.because for one in store.overrides_in_force()] == ["an outage"]


def test_of_two_policies_that_slow_a_source_the_slower_counts(market: Any) -> None:
    here = market(
        'policy "a" when stats.leads(web, 1h) >= 1 { slow source web to 20 per hour }\n'
        'policy "b" when stats.leads(web, 1h) >= 1 { slow source web to 30 per hour }'
    )
    here.lead()
    assert len(here.look()) == 2
    assert [one.policy for one in here.run.store.overrides_in_force()] == ["a"]


def test_a_policy_that_the_flow_has_no_longer_is_undone(market: Any, tmp_path: Path) -> None:
    here = market('policy "any" when stats.leads(web, 1h) >= 1 { pause north }')
    here.lead()
    here.look()
    here.run.plan = plan_of(MARKET.format(policies="", order="price desc"), tmp_path)
    here.run.store.add_plan(here.run.plan.name, description(here.run.plan))
    here.pass_(minutes=1)
    here.lead()
    assert here.look() == [
        'market  policy "any" ends: the flow has this policy no longer; buyer/north: no longer paused'
    ]
    assert here.run.store.ask(lambda c: beside.in_force(c, here.run.clock.now())) == []
