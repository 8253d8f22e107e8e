"""Random routes against a plain model: who has the lead at the end, and that nobody has it who may not.

Where buyers answer yes or no, a few lines of Python say who must have the lead. Where they answer anything, hang or
keep silent, what must hold always is watched from intent to intent.
"""

import copy
import datetime
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow_engine.operations.resume import at_once, replay
from leadflow_engine.records import Delivery

from .harness import dry, plan_of

AT = "2026-11-20T15:00:00+00:00"
PRICES = (9, 8, 8, 6, 5)
NAMES = tuple(f"b{number}" for number in range(len(PRICES)))
YES, NO = {"body": {"ok": True}}, {"body": {"ok": False}}
ANSWERS = {
    "yes": YES,
    "no": NO,
    "later": {"body": {"wait": True}},
    "silence": {"hang": True},
    "unreadable": {"status": 500, "body": "oops"},
    "unreachable": {"cut": "before"},
}
ORDERS = ("", "order by price desc", "order by round_robin", "order by weight", "order by expected_value")


@dataclass(frozen=True)
class Drawn:
    """A stage: its kind, its buyers, how many it sells to (0: any number)."""

    kind: str
    buyers: tuple[str, ...]
    low: int = 0
    high: int = 0
    order: str = ""

    @property
    def shares(self) -> bool:
        return self.kind in ("auction", "multisell") and self.high != 1

    @property
    def text(self) -> str:
        sell = f"sell {self.low} to {self.high}" if self.low < self.high else f"sell {self.high}"
        said = [sell if self.high and self.kind in ("auction", "multisell") else "", self.order]
        options = "  ".join(filter(None, said))
        return f"{self.kind} {', '.join(self.buyers)}" + (f" {{ {options} }}" if options else "")


@st.composite
def stages(draw, orders=("",)):
    kind = draw(st.sampled_from(("waterfall", "auction", "multisell", "multisell")))
    buyers = tuple(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)))
    high = draw(st.integers(1, 4)) if kind == "auction" or draw(st.booleans()) else 0
    low = draw(st.integers(1, high)) if high else 0
    return Drawn(kind, buyers, low, high if kind != "waterfall" else 0, draw(st.sampled_from(orders)))


def flow_of(items, groups=(), doubts=(), exclusive=()):
    buyers = []
    for name, price in zip(NAMES, PRICES, strict=True):
        said = [f"price {price}.00", f"weight {price}"]
        said += [f"group {groups[NAMES.index(name)]}"] if groups and groups[NAMES.index(name)] else []
        said += ['on doubt next because "leads age fast"'] if name in doubts else []
        said += ["exclusive"] if name in exclusive else []
        buyers.append(
            f'buyer {name} {{ {"  ".join(said)}\n deliver {{ post "https://{name}.example"  body json {{ s = state }}\n'
            '  response json { accepted when "ok"  pending when "wait"  otherwise rejected } } }'
        )
    return "\n".join(
        ["flow drawn", "lead { state state required }", *buyers, "route {", *items, "fallback b4 }"]
    )


def run_of(text, answers):
    root = Path(tempfile.mkdtemp())
    plan = plan_of(text, root)
    said = {name: {"deliver": [copy.deepcopy(ANSWERS[word])]} for name, word in answers.items()}
    run = dry(plan, [{"state": "CA"}], {"buyers": said}, AT, root)
    [done] = run.leads()
    return plan, run, done


def must_have_it(route, answers):
    """Who has the lead at the end, where everybody says yes or no."""
    taken, tried, most = [], set(), []
    for stage in [*route, Drawn("fallback", ("b4",))]:
        if taken and not stage.shares:
            continue
        limits = [*most, *([stage.high] if stage.high else [])] if stage.shares else [1]
        line = sorted(stage.buyers, key=_by_price) if stage.kind == "auction" else stage.buyers
        for name in line:
            if limits and len(taken) >= min(limits):
                break
            if name in tried:
                continue
            tried.add(name)
            if answers[name] == "yes":
                taken.append(name)
                most += [stage.high] if stage.shares and stage.high else []
        if taken and (not stage.shares or len(taken) >= min([*limits, max(stage.low, 1)])):
            break
    return taken


def _by_price(name):
    return -PRICES[NAMES.index(name)]


def watched(plan, records, groups, doubts):
    """At every intent and every answer: never more than the stages sell to, nobody beside an exclusive sale but where a
    doubt is left aside, no two of a group."""
    states = {}
    for record in records:
        if not isinstance(record, Delivery):
            continue
        states[record.buyer, record.number] = record
        taken = [
            one for one in states.values() if one.state in {"intent", "confirmed", "pending", "in_doubt"}
        ]
        sold_at = [plan.stages[one.stage] for one in taken]
        several = [
            stage for stage in sold_at if stage.kind in ("auction", "multisell") and stage.sell_high != 1
        ]
        numbers = [stage.sell_high for stage in several if stage.sell_high]
        if len(several) == len(taken):
            assert not numbers or len(taken) <= min(numbers)
        else:
            sure = [one for one in taken if one.state != "in_doubt" or one.buyer not in doubts]
            alone = [one for one in sure if plan.stages[one.stage] not in several]
            assert len(sure) <= 1 or not alone
        mates = [groups[NAMES.index(one.buyer)] for one in taken if groups[NAMES.index(one.buyer)]]
        assert len(mates) <= 1


def those_have_it_who_must(route, words):
    answers = dict(zip(NAMES, words, strict=True))
    _, run, done = run_of(flow_of([stage.text for stage in route]), answers)
    summary = run.store.lead_summary(done.lead)
    assert sorted(sale["buyer"] for sale in summary["sales"]) == sorted(must_have_it(route, answers))


def nobody_has_it_who_may_not(route, best, words, groups, doubts):
    items = [stage.text for stage in route]
    if 2 <= best <= len(items):
        items = [f"best of {{ {'  '.join(items[:best])} }}", *items[best:]]
    plan, run, done = run_of(flow_of(items, groups, doubts), dict(zip(NAMES, words, strict=True)))
    facts = run.store.facts(done.lead)
    assert len({fact.key for fact in facts}) == len(facts)
    watched(plan, done.ending.records, groups, doubts)
    [again] = at_once(replay(plan, done.lead, facts))
    assert again.records == done.ending.records
    rows = run.store.lead_summary(done.lead)["distribution"]
    contacted = {row["buyer"] for row in rows if row["outcome"] not in {"not_asked", "outbid", "filtered"}}
    assert contacted >= {fact.key.split("/")[1] for fact in facts if fact.key.startswith("intent/")}


PROPERTIES = {
    those_have_it_who_must: (
        st.lists(stages(), min_size=1, max_size=3),
        st.tuples(*[st.sampled_from(("yes", "yes", "no"))] * len(NAMES)),
    ),
    nobody_has_it_who_may_not: (
        st.lists(stages(ORDERS), min_size=1, max_size=4),
        st.integers(0, 3),
        st.tuples(*[st.sampled_from(tuple(ANSWERS))] * len(NAMES)),
        st.tuples(*[st.sampled_from(("", "", "east"))] * len(NAMES)),
        st.sets(st.sampled_from(NAMES)),
    ),
}


@pytest.mark.parametrize("examples", [60, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda holds: holds.__name__)
def test_random_routes(holds, examples):
    slow = [HealthCheck.too_slow]
    settings(max_examples=examples, deadline=None, suppress_health_check=slow)(
        given(*PROPERTIES[holds])(holds)
    )()


def test_shares_are_true_over_time(tmp_path):
    """Over many leads the first offers are as the weights say, among those who could have each lead."""
    text = flow_of(["waterfall b0, b1, b2, b3 { order by weight }"])
    plan = plan_of(text, tmp_path)
    said = {name: {"deliver": [copy.deepcopy(YES if name != "b1" else NO)]} for name in NAMES}
    run = dry(plan, [{"state": "CA"}] * 310, {"buyers": said}, AT, tmp_path)
    first = [
        next(f.key for f in done.ending.facts if f.kind == "intent").split("/")[1] for done in run.leads()
    ]
    total = sum(PRICES[:4])
    for name, weight in zip(NAMES[:4], PRICES, strict=False):
        assert abs(first.count(name) - 310 * weight / total) <= 1
    assert datetime.datetime.fromisoformat(AT) == run.clock.now()
