"""A sale comes back while its lead still waits for somebody else's word: whose place is free, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.operations.returning import Return, return_lead
from leadflow_engine.store.waiting import waiting
from tests.engine.later.world import Buyers, World, plan_of

BUYER = """\
buyer {name} {{{{
  price {price}
  {{slow}}
  deliver {{{{
    post "https://{name}.example"
    body json {{{{ p = phone }}}}
    response json {{{{
      accepted when "is" == "sold"
      pending  when "is" == "pending"
      otherwise rejected
    }}}}
  }}}}
}}}}
"""
FLOW = (
    "flow several\nlead {{\n  phone phone\n  name text\n}}\nsource web {{ {source} }}\n"
    + "".join(
        BUYER.format(name=f"buyer_{letter}", price=price)
        for letter, price in zip("abcd", (9, 8, 7, 6), strict=True)
    )
    + "route {{ multisell buyer_a, buyer_b, buyer_c, buyer_d {{ sell 2 }} }}\n"
)
LOOK_UP = """\
enhance needed on demand {{
  get "https://needed.example"
  on error hold
  response json {{
    accepted when "ok"
    set good boolean "good"
  }}
}}
"""
BEFORE, C, BEHIND = FLOW.partition("buyer buyer_c {{")
HOLDING = f"{BEFORE}{LOOK_UP}{C}{BEHIND.replace('p = phone', 'p = phone  g = needed.good', 1)}"
SOLD, PENDING, NO = '{"is": "sold"}', '{"is": "pending"}', '{"is": "no"}'


def _world(root: Path, terms: str, c: str = SOLD, d: str = SOLD) -> tuple[World, str]:
    """A lead that one buyer has, has given back, and another has declined after a while."""
    plan = plan_of(
        root, terms, source='postback on sold { get "https://p.example/{{ lead.id }}" }', flow=FLOW
    )
    world = World(plan, Buyers(buyer_a=[SOLD], buyer_b=[PENDING], buyer_c=[c], buyer_d=[d], p=[200]))
    lead = world.lead().lead
    assert world.outcome(lead) == ("pending", ["buyer_a"])
    world.pass_(hours=1)
    said = Return(lead, "buyer_a", "wrong number", "ann")
    assert return_lead(world.store, world.plans, said, world.clock.now()).state == "returned"
    world.store.settle_delivery(lead, "buyer_b", 1, "declined", "ann", "she called them")
    world.work(minutes=1)
    return world, lead


def test_its_place_is_used_up_where_the_terms_send_it_to_nobody_else(tmp_path: Path) -> None:
    world, lead = _world(tmp_path, "returns within 30d")
    assert world.outcome(lead) == ("sold", ["buyer_c"])
    assert world.buyers.urls()[:3] == ["buyer_a.example", "buyer_b.example", "buyer_c.example"]
    assert not any("buyer_d" in url for url in world.buyers.urls())
    assert world.holds_together()


def test_its_place_is_free_where_they_send_it_to_others(tmp_path: Path) -> None:
    world, lead = _world(tmp_path, "returns within 30d resubmit")
    assert world.outcome(lead) == ("sold", ["buyer_c", "buyer_d"])
    assert world.summary(lead)["reason"] == "sold to buyer_c, buyer_d"
    assert len(world.store.query("SELECT id FROM lead")) == 1
    assert world.holds_together()


@pytest.mark.parametrize("terms", ["returns within 30d", "returns within 30d resubmit"])
def test_where_nobody_else_takes_it_it_is_returned(tmp_path: Path, terms: str) -> None:
    world, lead = _world(tmp_path, terms, NO, NO)
    assert world.outcome(lead) == ("returned", [])
    assert world.holds_together()


def test_who_took_it_meanwhile_keeps_it_from_being_offered_again(tmp_path: Path) -> None:
    """It was to be offered again when nobody had it; then its own Run, which still went on, sold it."""
    plan = plan_of(tmp_path, "returns within 30d resubmit", flow=HOLDING)
    world = World(
        plan, Buyers(buyer_a=[SOLD], buyer_b=[NO], needed=[500, '{"ok": true}'], buyer_c=[SOLD], buyer_d=[NO])
    )
    lead = world.lead().lead
    assert world.outcome(lead) == ("held", ["buyer_a"])
    said = Return(lead, "buyer_a", "wrong number", "ann")
    assert return_lead(world.store, world.plans, said, world.clock.now()).next
    world.work(minutes=2)
    world.work(minutes=2)
    assert world.outcome(lead) == ("sold", ["buyer_c"])
    assert len(world.store.query("SELECT id FROM lead")) == 1
    assert not [one for one in world.store.ask(waiting) if one.kind == "resubmission"]
    assert world.holds_together()
