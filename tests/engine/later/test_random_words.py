"""Whatever buyers say, and in whatever order, wherever the process dies: nothing is lost, nothing is sold twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.intake.call import Call
from leadflow_engine.operations.calling_back import received
from leadflow_engine.operations.orders import carry_out
from leadflow_engine.plan import Plan
from leadflow_engine.secrets import Secrets
from leadflow_engine.store import SqliteStore, StoreError
from tests.engine.later.world import DELIVER, Buyers, World, plan_of

SLOW = f"""
  price from response up to 40.00
  cap 3 per day
  returns within 14d
  IDEMPOTENT
  on doubt hold up to 10m
  pending ends after 1h as rejected
  inquire {{
    every 1m up to 5m
    get "https://slow.example/status/{{{{ delivery.key }}}}"
    response json {{
      accepted when "is" == "sold"
      rejected when "is" == "no"
      price    "pays"
    }}
  }}
  callback {{
    verify field "key" env SLOW_KEY
    response json {{
      reference "id"
      accepted when "is" == "sold"
      rejected when "is" == "no"
      price    "pays"
    }}
  }}
{DELIVER}
"""
SECRETS = Secrets({"SLOW_KEY": "slow-secret"})
OPEN = ("in_doubt", "pending", "intent")


class Market:
    """A plan under a short name, as a failing example is told."""

    def __init__(self, plan: Plan, idempotent: str) -> None:
        self.plan, self.idempotent = plan, idempotent

    def __repr__(self) -> str:
        return self.idempotent or "not idempotent"


@pytest.fixture(scope="module", params=["", "idempotent"])
def market(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Market:
    slow = SLOW.replace("IDEMPOTENT", request.param)
    return Market(plan_of(Path(tmp_path_factory.mktemp("words")), slow, "cost 1.00"), request.param)


def said(word: str, number: int = 0) -> str:
    return json.dumps({"is": word, "id": f"R{number}", "pays": "12.50"})


@contextmanager
def dying(world: World, commit: int | None) -> Iterator[None]:
    """The process dies instead of its n-th commit; nothing of that holds, and what it wanted to know is gone."""
    left = commit
    whole = SqliteStore.transact

    def transact(self: SqliteStore, work: Any) -> Any:
        nonlocal left
        if self is world.store and left is not None:
            left -= 1
            if left < 0:
                raise StoreError("the process died")
        return whole(self, work)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SqliteStore, "transact", transact)
        try:
            yield
        except StoreError as death:
            assert "the process died" in str(death)


class Numbered(Buyers):
    """Buyers that give each delivery a reference of its own, and remember what they were sent."""

    def _next(self, request: HttpRequest) -> Result:
        result = dict(super()._next(request))
        if "post" in request.url and len(result["body"]) > 1:
            told = json.loads(request.body or "{}")["k"]
            result["body"] = json.dumps({**json.loads(result["body"]), "id": told[:8]})
        return result


answers = st.lists(
    st.sampled_from(["sold", "no", "pending", "duplicate", None, 503, "{"]), min_size=1, max_size=6
)
events = st.lists(
    st.one_of(
        st.just(("lead",)),
        st.tuples(st.just("work"), st.integers(0, 45), st.none() | st.integers(0, 6)),
        st.tuples(st.just("call"), st.sampled_from(["sold", "no", "wait"]), st.sampled_from(["12.50", "9"])),
        st.tuples(st.just("word"), st.sampled_from(["sold", "declined"])),
        st.just(("resubmit",)),
    ),
    min_size=3,
    max_size=14,
)


def body_of(word: str | int | None) -> str | int | None:
    return said(word) if isinstance(word, str) and word != "{" else word


def act(world: World, event: tuple[Any, ...], leads: list[str]) -> None:
    kind, *rest = event
    if kind == "lead":
        number = len(leads)
        leads.append(world.lead(f"L{number}", f"21255501{number:02}").lead)
    elif kind == "work":
        minutes, commit = rest
        with dying(world, commit):
            world.work(minutes=minutes)
    elif kind == "call":
        row = world.store.query("SELECT reference FROM delivery WHERE buyer = 'slow' AND reference <> ''")
        if row:
            call(world, row[-1][0], *rest)
    elif kind == "word":
        for lead, number in world.store.query("SELECT lead, number FROM delivery WHERE buyer = 'slow'")[-1:]:
            if not world.store.is_under_way(lead):
                world.store.settle_delivery(lead, "slow", number, rest[0], "olga", "by phone")
    elif leads:
        carry_out(world.store, "resubmit", {"leads": leads[-1:], "because": "again", "by": "olga"})


def call(world: World, reference: str, word: str, pays: str) -> None:
    body = json.dumps({"key": "slow-secret", "id": reference, "is": word, "pays": pays}).encode()
    made = Call("POST", "/callback", (("Content-Type", "application/json"),), body, world.clock.now())
    reply = asyncio.run(received(world.store, world.plans, world.plan, "slow", made, SECRETS, patience=0))
    assert reply.status in {200, 409, 503}, reply


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=answers, statuses=answers, others=answers, happened=events)
def test_nothing_is_lost_and_nothing_is_sold_twice(
    market: Market, posts: list[Any], statuses: list[Any], others: list[Any], happened: list[tuple[Any, ...]]
) -> None:
    ok = ['{"ok": true}' if word == "sold" else '{"ok": false}' for word in others]
    buyers = Numbered(post=list(map(body_of, posts)), status=list(map(body_of, statuses)), other=ok)
    world, leads = World(market.plan, buyers), []
    for event in [("lead",), *happened]:
        act(world, event, leads)
    for _ in range(3):
        world.work(hours=30)
    assert world.holds_together()
    _nothing_is_lost(world)
    _nothing_is_sold_twice(world)
    _money_is_that_of_sales(world)
    if not market.idempotent:
        sent = Counter(request.body for request in world.buyers.asked if "post" in request.url)
        assert not sent or max(sent.values()) == 1


def _nothing_is_lost(world: World) -> None:
    """Every lead has ended, or waits with an open delivery."""
    rows = world.store.query("SELECT id, outcome, ended_at FROM lead")
    for lead, outcome, ended_at in rows:
        open_ = world.store.query(f"SELECT 1 FROM delivery WHERE lead = ? AND state IN {OPEN}", (lead,))
        assert outcome is not None
        assert ended_at is not None or open_, (lead, outcome)


def _nothing_is_sold_twice(world: World) -> None:
    """Of a lead and its later attempts nobody but one has it, or it is shown as a conflict."""
    for lead, sales, conflicts in world.store.query(
        "SELECT lead, count(*), sum(conflict <> '') FROM delivery WHERE state = 'confirmed' GROUP BY lead"
    ):
        assert sales == 1 or conflicts, lead
    for (buyer, name), times in Counter(
        (buyer, identity.partition("/attempt/")[0])
        for buyer, identity in world.store.query(
            "SELECT d.buyer, l.identity FROM delivery d JOIN lead l ON l.id = d.lead WHERE d.state <> 'not_sent'"
        )
    ).items():
        assert times == 1, (buyer, name)


def _money_is_that_of_sales(world: World) -> None:
    """What the ledger says was earned is what those pay that have a lead."""
    [(earned,)] = world.store.query(
        "SELECT coalesce(sum(amount), 0) FROM ledger WHERE kind IN ('sale', 'return', 'adjustment')"
    )
    [(sold,)] = world.store.query("SELECT coalesce(sum(price), 0) FROM delivery WHERE state = 'confirmed'")
    assert earned == sold
