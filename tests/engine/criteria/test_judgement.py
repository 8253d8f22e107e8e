"""A stage's buyers judged at once: the same as one by one, with hours, ``where`` and what a buyer needs asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadflow_dsl import model as m
from leadflow_dsl.checking import check_files
from leadflow_engine.criteria.groups import Group
from leadflow_engine.criteria.index import Index
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.judge import Judgement, Out, judge, judge_buyer, walk_all
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.values import parse
from tests.engine.criteria.drawn import NOW, Draw, op, read


def drawn(seed: int, buyers: int = 30) -> tuple[Draw, Plan]:
    """A plan of drawn buyers with hours and needs."""
    draw = Draw(seed)
    kept = draw.plan(buyers).flow
    return draw, make_plan(replace(kept, buyers=tuple(map(draw.with_hours, kept.buyers))))


@pytest.mark.parametrize("seed", range(4))
def test_all_at_once_is_one_by_one(seed: int) -> None:
    draw, plan = drawn(seed)
    group = Group(plan, list(plan.buyers))
    for _ in range(20):
        lead, where = draw.lead(plan), draw.condition(1) if draw.any.random() < 0.4 else None
        by_walk = draw.same(lead)
        one_by_one = {
            name: judge_buyer(plan.buyers[name], by_walk, by_walk.truth, where) for name in plan.buyers
        }
        judgement = judge(plan, draw.same(lead), group, group.names, group.full, where)
        assert judgement.out == {name: out for name, out in one_by_one.items() if isinstance(out, Out)}
        assert judgement.open == [name for name, out in one_by_one.items() if isinstance(out, Open)]
        assert judgement.passed == [name for name, out in one_by_one.items() if out is None]
        assert judgement.digits() == "".join(map(digit, one_by_one.values()))
        assert [name for name, _ in judgement.beside()] == [
            name for name, out in one_by_one.items() if digit(out) == "F"
        ]


def digit(out: Out | Open | None) -> str:
    """What ``records.Judged`` says of a buyer."""
    if not isinstance(out, Out):
        return "0"
    return f"{out.item:X}" if 0 < out.item < 15 and out.until is None else "F"


def test_the_walk_through_all_gives_what_the_index_gives() -> None:
    draw, plan = drawn(9)
    group = Group(plan, list(plan.buyers))
    for _ in range(20):
        lead = draw.lead(plan)
        by_index, by_walk = (
            Index(plan, group.names).judge(draw.same(lead)),
            walk_all(plan, lead, group, group.names),
        )
        assert [*by_index.failing, 0] == [
            *by_walk.failing,
            *[0] * (1 + len(by_index.failing) - len(by_walk.failing)),
        ]
        assert (by_index.passing, by_index.open) == (by_walk.passing, by_walk.open)


def judged(seed: int = 3) -> tuple[Plan, Group, Judgement]:
    """A judgement with some in each place, of buyers that are not in the plan's order."""
    draw, plan = drawn(seed)
    names = tuple(reversed([name for name in plan.buyers if name != "buyer_3"]))
    group = Group(plan, names)
    leads = (draw.lead(plan) for _ in range(100))
    each = (judge(plan, lead, group, names, group.full) for lead in leads)
    judgement = next(one for one in each if one.passed and one.out)
    return plan, group, judgement


def test_digits_stand_in_the_order_of_the_plan() -> None:
    plan, _, judgement = judged()
    digits = dict(zip(plan.buyers, judgement.digits(), strict=True))
    assert digits["buyer_3"] == "0"
    assert digits == {name: digit(judgement.out.get(name)) for name in plan.buyers}


def test_who_is_put_out_comes_after_those_that_were_out_and_has_a_record() -> None:
    plan, group, judgement = judged()
    before, last = list(judgement.out), judgement.passed[-1]
    judgement.refuse(group.bits[last], lambda name: Out("filtered", f"{name} had it before"))
    assert list(judgement.out) == [*before, last]
    assert judgement.is_out(last)
    assert last not in judgement.survivors
    assert dict(judgement.beside())[last].reason == f"{last} had it before"
    assert dict(zip(plan.buyers, judgement.digits(), strict=True))[last] == "F"


def test_only_those_among_the_named_are_in_any_place() -> None:
    draw, plan = drawn(3)
    group = Group(plan, list(plan.buyers))
    names = ("buyer_7", "buyer_2", "buyer_5", "one")
    judgement = judge(plan, draw.lead(plan), group, names, group.set_of(names[:3]))
    assert sorted([*judgement.survivors, *judgement.out]) == sorted(names[:3])
    assert judgement.survivors == [name for name in names if name in judgement.survivors]
    assert not judgement.is_out("one")


def test_from_the_fifteenth_item_on_the_reason_has_a_record_of_its_own() -> None:
    draw = Draw(1)
    flow = draw.plan(1).flow
    passes = m.Criterion("accept", op("is_blank", read("field", "nothing")), "never")
    fails = m.Criterion("accept", op("is_present", read("field", "nothing")), "the last")
    for before, said in ((13, "E"), (14, "F")):
        buyer = replace(flow.buyers[0], criteria=(*[passes] * before, fails))
        plan = make_plan(replace(flow, buyers=(buyer,)))
        group = Group(plan, ("one",))
        judgement = judge(plan, draw.lead(plan), group, group.names, group.full)
        assert judgement.digits() == said
        expected = [("one", Out("filtered", "the last", 15))] if said == "F" else []
        assert list(judgement.beside()) == expected


COUNTING = """flow counting
lead {
  age number
  bill money
  doubled number = age * 2
}
source web { }
buyer one { accept when doubled > 10 and lead.fields_present < 3 else "too many"  price 1.00  DELIVER }
buyer two { accept when lead.fields_present < 3 else "too many"  price 1.00  DELIVER }
route { waterfall two, one }
"""


def test_where_fields_are_counted_buyers_are_walked_in_order() -> None:
    """A computed field counts from its first reading on: the second buyer's criterion reads it."""
    deliver = (
        'deliver { post "https://b.example/" body json { age = age } response json { accepted when "ok" } }'
    )
    checked = check_files({"c.flow": COUNTING.replace("DELIVER", deliver)}, "c.flow")
    assert checked.flow is not None, checked.diagnostics
    plan = make_plan(checked.flow)
    given = {name: parse(plan.fields[name].type, "30") for name in ("age", "bill")}
    (stage,) = plan.stages.values()
    group = plan.group(stage)
    lead = Lead(plan, "L1", "web", 1, NOW, NOW, given=given)
    judgement = judge(plan, lead, group, group.names, group.full)
    assert judgement.passed == ["two"]
    assert list(judgement.out) == ["one"]
