"""What a source is told once its lead has ended: at least once, under one key, again where it was not heard."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.operations.postbacks import Told, send_due
from leadflow_engine.operations.receiving import arrivals_of_payload
from leadflow_engine.operations.resume import Plans, at_once, replay, writes_again
from leadflow_engine.plan import Plan
from leadflow_engine.store.rebuild import contents
from tests.engine.intake.calls import NOW, plan_with
from tests.engine.intake.test_fetching import Answers, World

SOURCE = """
  cost 4.00
  accept when name != "Eve"  else "not Eve"
  postback on sold, refused {
    get "https://partner.example/heard/{{ lead.id }}"
    query { what = outcome  why = reason  pays = price  name = name }
    idempotency header "Idempotency-Key"
    retry 1 on 5xx backoff 10s
  }
  postback on accepted { post "https://partner.example/in"  body json { id = lead.id } }
"""


class Partner:
    """Answers each postback with the next status, the last for ever; None is no answer."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.asked: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> Result:
        self.asked.append(request)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            return {
                "phase": "sent",
                "failure": "timeout",
                "status": None,
                "headers": [],
                "body": "",
                "ms": 1.0,
            }
        return {"phase": "answered", "failure": "", "status": status, "headers": [], "body": "", "ms": 1.0}

    async def close(self) -> None:
        """Nothing is open."""


class Ended(World):
    """A lead of this name that has ended."""

    def __init__(self, plan: Plan, name: str, **more: Any) -> None:
        super().__init__(plan, Answers({}))
        [self.arrival] = arrivals_of_payload(plan, "web", {"name": name}, "web/test/1", **more)
        self.lead = self.arrival.lead
        self.run()

    def send(self, partner: Partner) -> list[Told]:
        return asyncio.run(
            send_due(self.store, Plans(self.store, {self.plan.name: self.plan}), partner, self.clock)
        )

    def rows(self) -> list[tuple[Any, ...]]:
        return [row[1:] for row in contents(self.store._core.connection)["postback"]]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_with(SOURCE, tmp_path_factory.mktemp("postbacks"))


def test_a_sale_is_told(plan: Plan) -> None:
    world, partner = Ended(plan, "Ana"), Partner(204)
    world.send(partner)
    first, second = partner.asked
    assert first.url == f"https://partner.example/heard/{world.lead}?what=sold&pays=4.00&name=Ana"
    assert dict(first.headers)["Idempotency-Key"] == f"{world.lead}/postback/1"
    assert second.body == f'{{"id":"{world.lead}"}}'
    assert [row[4] for row in world.rows()] == ["heard", "heard"]
    assert world.send(partner) == []


def test_a_refusal_is_told_and_an_acceptance_is_not(plan: Plan) -> None:
    world, partner = Ended(plan, "Eve"), Partner(200)
    world.send(partner)
    [only] = partner.asked
    assert "what=refused&why=not%20Eve" in only.url


def test_a_test_lead_is_told_to_nobody(plan: Plan) -> None:
    assert Ended(plan, "Ana", test=True).rows() == []


def test_what_was_not_heard_is_sent_again_under_the_same_key(plan: Plan) -> None:
    world, partner = Ended(plan, "Eve"), Partner(503, 503, None, 200)
    waits = []
    for _ in range(4):
        [told] = world.send(partner)
        if told.sent.again:
            waits.append((told.sent.again - world.clock.at).total_seconds())
            world.clock.at = told.sent.again
    assert waits == [10, 60, 300]
    assert len({dict(request.headers)["Idempotency-Key"] for request in partner.asked}) == 1
    assert world.keys()[-4:] == ["postback/1/1", "postback/1/2", "postback/1/3", "postback/1/4"]
    assert world.rows()[0][3:5] == (4, "heard")


def test_at_last_nobody_tries_any_more(plan: Plan) -> None:
    world, partner = Ended(plan, "Eve"), Partner(404)
    for _ in range(20):
        for told in world.send(partner):
            world.clock.at = told.sent.again or world.clock.at
    assert world.rows()[0][2:7] == (None, len(partner.asked), "failed", 404, "status 404")
    assert len(partner.asked) <= 9 and world.clock.at - NOW < datetime.timedelta(days=1)


def test_postbacks_are_made_again_and_do_not_disturb_a_replay(plan: Plan) -> None:
    world = Ended(plan, "Ana")
    world.send(Partner(503, 200))
    connection = world.store._core.connection
    before = contents(connection)
    world.store.rebuild(lambda lead, facts: writes_again(plan, lead, facts))
    assert contents(connection) == before
    assert len(at_once(replay(plan, world.lead, world.store.facts(world.lead)))) == 1


def test_its_answer_may_have_rules(tmp_path: Path) -> None:
    source = 'postback on sold { post "https://p.example"  response json { accepted when "ok"  otherwise rejected } }'
    [told] = Ended(plan_with(source, tmp_path), "Ana").send(Partner(200))
    assert told.sent.failure == "status 200, not read"


def test_what_is_blank_is_told_as_nothing(tmp_path: Path) -> None:
    source = """
  postback on sold { get "https://partner.example/{{ lead.id }}?p={{ price }}&why={{ reason }}&x=1" }
  postback on sold { get "https://partner.example/{{ reason }}/heard" }
"""
    world, partner = Ended(plan_with(source, tmp_path), "Ana"), Partner(204)
    first, second = world.send(partner)
    assert [request.url for request in partner.asked] == [f"https://partner.example/{world.lead}?p=&why=&x=1"]
    assert (first.sent.failure, second.sent.failure) == ("", "`reason` in the url is blank")
    assert [row[4] for row in world.rows()] == ["heard", "failed"]
