"""One buyer changed: a plan patched decides as one made whole, and the plan before decides as it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from leadflow_dsl import model as m
from leadflow_dsl.checking import check_files
from leadflow_engine.judge import judge
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.replanning import changed_buyers, patched, replanned
from tests.engine.criteria.drawn import Draw

FLOW = """flow small
lead {
  age number
  state state
  mail email
}
source web { }
buyer one { accept when age >= 25 else "too young"  price 5.00  DELIVER }
buyer two { accept when state in [CA, TX] else "not bought"  price 4.00  DELIVER }
buyer three { accept when age between 30 and 60 and mail is present else "age"  price 3.00  DELIVER }
route { waterfall one, two, three }
"""
DELIVER = """deliver {
  post "https://buyer.example/"
  body json { mail = mail }
  response json { accepted when "ok" otherwise rejected }
}"""


def flow_of(text: str) -> m.Flow:
    """A flow's text, checked."""
    checked = check_files({"small.flow": text.replace("DELIVER", DELIVER)}, "small.flow")
    assert checked.flow is not None, checked.diagnostics
    return checked.flow


def said(plan: Plan, leads: Sequence[Lead]) -> list[object]:
    """What the plan's one stage comes to for each of these leads."""
    (stage,) = plan.stages.values()
    group = plan.group(stage)
    judged = [
        judge(
            plan, replace(lead, plan=plan, given=dict(lead.given), _truths={}), group, group.names, group.full
        )
        for lead in leads
    ]
    return [(each.passed, each.open, each.out, each.digits()) for each in judged]


def test_patched_again_and_again_it_decides_as_one_made_whole() -> None:
    draw = Draw(5)
    plan = draw.plan(25).ready()
    for _ in range(20):
        name, before = f"buyer_{draw.any.randint(1, 24)}", plan
        leads = [draw.lead(before) for _ in range(12)]
        told = said(before, leads)
        changed = draw.with_hours(draw.buyer(name))
        buyers = tuple(changed if buyer.name == name else buyer for buyer in before.flow.buyers)
        plan = patched(before, replace(before.flow, buyers=buyers), [name])
        assert said(plan, leads) == said(make_plan(plan.flow), leads)
        assert said(before, leads) == told


@pytest.mark.parametrize(
    ("was", "becomes", "buyers"),
    [
        ("age >= 25", "age >= 21", ("one",)),
        ("price 5.00", "price 5.0", ("one",)),
        ("[CA, TX]", "[CA,\n  NY]", ("two",)),
        ("price 5.00", "price 6.00  hours mon-fri 09:00-17:00", ("one",)),
        ("source web { }", "# a word beside\nsource web { }", ()),
        ("source web { }", "source web { cap 5 per day }", None),
        ("waterfall one, two, three", "waterfall two, one, three", None),
        ("buyer three", "buyer four", None),
        ("price 4.00", "price 4.00  cap 9 per day across all", None),
    ],
)
def test_what_changed_is_found_wherever_it_stands_now(
    was: str, becomes: str, buyers: tuple[str, ...] | None
) -> None:
    text = FLOW.replace(was, becomes)
    after = flow_of(text.replace("two, three }", "two, four }") if "four" in text else text)
    before = make_plan(flow_of(FLOW)).ready()
    assert changed_buyers(before.flow, after) == buyers
    plan, whole = replanned(before, after), make_plan(after)
    assert plan.name == whole.name
    assert list(plan.buyers) == list(whole.buyers)
    for name, planned in plan.buyers.items():
        assert [item.text for item in planned.items] == [item.text for item in whole.buyers[name].items]
        assert [cap.limit for cap in planned.caps] == [cap.limit for cap in whole.buyers[name].caps]


def test_a_buyer_that_did_not_change_keeps_what_was_made_for_it() -> None:
    before = make_plan(flow_of(FLOW))
    leg = before.flow.buyers[1].at_once
    assert leg is not None
    built = before.builder(leg)
    plan = replanned(before, flow_of(FLOW.replace("age >= 25", "age >= 21")))
    assert plan.buyers["two"] is before.buyers["two"]
    assert plan.builder(leg) is built


@pytest.mark.parametrize(
    ("was", "becomes"), [("age >= 25", "lead.fields_present > 2"), ("state in", "state in")]
)
def test_what_does_not_change_while_a_lead_runs_is_that_of_a_plan_made_whole(was: str, becomes: str) -> None:
    one = FLOW.replace("mail email", "mail email\n  doubled number = age * 2")
    other = one.replace(was, becomes).replace("price 5.00", "price 6.00")
    for first, second in ((one, other), (other, one)):
        plan = replanned(make_plan(flow_of(first)).ready(), flow_of(second))
        whole = make_plan(flow_of(second))
        assert plan.counts_fields is whole.counts_fields
        (stage,), (same) = plan.stages.values(), next(iter(whole.stages.values()))
        assert plan.group(stage).steady == whole.group(same).steady


def test_what_many_changes_left_over_is_dropped_in_the_end() -> None:
    draw = Draw(6)
    plan = draw.plan(2)
    for _ in range(120):
        changed = draw.buyer("buyer_1")
        plan = replanned(plan, replace(plan.flow, buyers=(plan.flow.buyers[0], changed)))
    assert len(plan.predicates) < 200
