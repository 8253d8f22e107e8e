"""Buyers judged by their criteria alone: the best eight of many, and all of them with a reason each; what building,
changing and keeping them takes. Every answer is compared with the plain reading of the workload before its time counts.

    python bench/criteria.py [BUYERS ...]        microseconds a lead (100, 1,000 and 10,000 buyers)
    python bench/criteria.py memory [BUYERS]     MB that so many buyers take, a fifth with long lists of postal codes
"""

from __future__ import annotations

import datetime
import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import criteria_peers as peers
import criteria_workload as work
from frame import Differs, Missing, Turn

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.checking import check_files
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.types import ANY, BOOLEAN, TEXT
from leadflow_engine.criteria.groups import Group
from leadflow_engine.criteria.index import first_places
from leadflow_engine.judge import judge
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.replanning import patched
from leadflow_engine.store.codec import packed
from leadflow_engine.values import parse

NOW: Final = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
BEST: Final = 8
SIZES: Final = (100, 1_000, 10_000)
LONG_LIST: Final = 800
"""How many postal codes a long list has."""


# ------------------------------------------------------------------ the workload as a plan


def term_of(condition: work.Condition) -> t.Term:
    """A condition as a checked flow has it."""
    if isinstance(condition, work.Group):
        inner = t.Op(
            "or" if condition.kind != "all" else "and", tuple(map(term_of, condition.parts)), BOOLEAN, NOWHERE
        )
        return t.Op("not", (inner,), BOOLEAN, NOWHERE) if condition.kind == "none" else inner
    read = t.Read("field", condition.attribute, "", ANY, NOWHERE)
    values = tuple(map(_const, condition.values))
    if condition.attribute == "zip":
        values = (t.NamedList(f"zips_{id(condition)}", ANY, NOWHERE),)
    elif condition.operator in ("in", "not in"):
        values = (t.ListOf(values, ANY, NOWHERE),)
    found = t.Op(condition.operator.removeprefix("not "), (read, *values), BOOLEAN, NOWHERE)
    return t.Op("not", (found,), BOOLEAN, NOWHERE) if condition.operator == "not in" else found


def _const(value: work.Scalar) -> t.Term:
    plain = value if isinstance(value, bool | str) else Decimal(value)
    return t.Const(plain, ANY, NOWHERE)


def flow_of(buyers: Sequence[work.Buyer]) -> m.Flow:
    """A flow of these buyers in one waterfall, put together from one that was checked: reading 10,000 buyers takes half
    a minute, and is not what is measured here."""
    one = [work.Buyer("one", 100, ())]
    flow = check_files({"criteria.flow": work.flow_text(one)}, "criteria.flow").flow
    assert flow is not None
    (route,) = (step for step in flow.steps if isinstance(step, m.Route))
    (stage,) = (item for item in route.items if isinstance(item, m.Stage))
    stage = replace(stage, buyers=tuple(buyer.name for buyer in buyers))
    lists = [test for buyer in buyers for each in buyer.conditions for test in work.tests_of(each)]
    return replace(
        flow,
        buyers=tuple(_buyer(flow.buyers[0], buyer) for buyer in buyers),
        steps=(replace(route, items=(stage,)),),
        lists=tuple(
            m.NamedValues(f"zips_{id(test)}", TEXT, tuple(map(str, test.values)))
            for test in lists
            if test.attribute == "zip"
        ),
    )


def _buyer(kept: m.Buyer, buyer: work.Buyer) -> m.Buyer:
    criteria = tuple(
        m.Criterion("accept", term_of(each), f"condition {number}")
        for number, each in enumerate(buyer.conditions, start=1)
    )
    return replace(kept, name=buyer.name, criteria=criteria)


def lead_of(plan: Plan, given: work.Lead) -> Lead:
    """A lead whose fields were read."""
    values = {field.name: parse(field.type, given.get(field.name)) for field in plan.flow.fields}
    return Lead(plan, "L", "web", 1, NOW, NOW, given=values)


def group_of(plan: Plan) -> Group:
    """The buyers of the plan's one stage."""
    (stage,) = plan.stages.values()
    return plan.group(stage)


def judged(plan: Plan, group: Group, lead: Lead) -> str:
    """All buyers judged as a stage does it: the number of each one's first failing condition, 0 for who passes."""
    return judge(plan, lead, group, group.names, group.full).digits()


def listed(plan: Plan, group: Group, lead: Lead) -> tuple[str, list[str]]:
    """The same, and the names of those that pass."""
    judgement = judge(plan, lead, group, group.names, group.full)
    return judgement.digits(), judgement.survivors


# ------------------------------------------------------------------ equal results first


def compare(plan: Plan, group: Group, buyers: Sequence[work.Buyer], given: Sequence[work.Lead]) -> None:
    """Raises ``Differs`` unless every buyer has its first failing condition, and the best are the best."""
    for one in given:
        lead = lead_of(plan, one)
        expected = [work.first_failing(buyer, one) for buyer in buyers]
        found = [0] * len(buyers)
        for number, out in enumerate(group.index.judge(lead).failing, start=1):
            for place in first_places(out, group.count):
                found[place] = number
        best = [buyer.name for buyer, number in zip(buyers, expected, strict=True) if not number][:BEST]
        if found != expected or judged(plan, group, lead) != "".join(f"{number:X}" for number in expected):
            raise Differs("a buyer has another first failing condition than by the plain reading")
        if group.index.best(lead, BEST) != best:
            raise Differs("the best buyers are others than by the plain reading")


# ------------------------------------------------------------------ measuring


def per_lead(plan: Plan, given: Sequence[work.Lead], look: Callable[[Lead], Any], turns: int = 7) -> float:
    """Microseconds of processor time a lead, the best of several turns over all leads, which are new in each."""
    took = []
    for _ in range(turns):
        leads = [lead_of(plan, one) for one in given]
        began = time.process_time()
        for lead in leads:
            look(lead)
        took.append(time.process_time() - began)
    return min(took) / len(given) * 1e6


def measure(count: int, leads: int, compared: int) -> dict[str, float]:
    """Figures of so many buyers."""
    buyers, given = work.workload(count, leads)
    began = time.process_time()
    plan = make_plan(flow_of(buyers)).ready()
    built = time.process_time() - began
    group = group_of(plan)
    compare(plan, group, buyers, given[:compared])
    return {
        f"best {count}": per_lead(plan, given, lambda lead: group.index.best(lead, BEST)),
        f"reasons {count}": per_lead(plan, given, lambda lead: judged(plan, group, lead)),
        f"listed {count}": per_lead(plan, given, lambda lead: listed(plan, group, lead)),
        f"built {count}": built,
        f"stored {count}": len(packed(judged(plan, group, lead_of(plan, given[0])))),
        f"patched {count}": _patched(plan, count),
    }


def _patched(plan: Plan, count: int) -> float:
    """Milliseconds of processor time until a changed buyer is in the plan and the first lead judged; of nine the
    median."""
    took, others = [], work.workload(9, 1, seed=11)
    lead = lead_of(plan, others[1][0])
    for number, other in enumerate(others[0]):
        old = plan.flow.buyers[number * count // 10]
        new = replace(old, criteria=_buyer(old, other).criteria)
        buyers = tuple(new if buyer is old else buyer for buyer in plan.flow.buyers)
        flow = replace(plan.flow, buyers=buyers)
        began = time.process_time()
        plan = patched(plan, flow, [old.name])
        judged(plan, group_of(plan), lead)
        took.append(time.process_time() - began)
    return sorted(took)[4] * 1e3


def memory(count: int) -> float:
    """MB that a plan of so many buyers and its index take, a fifth of them with long lists, and 300 leads judged."""
    buyers, given = work.workload(count, 300, zips=LONG_LIST)
    flow = flow_of(buyers)
    gc.collect()
    before = _resident()
    plan = make_plan(flow).ready()
    group = group_of(plan)
    compare(plan, group, buyers, given[:3])
    for one in given:
        judged(plan, group, lead_of(plan, one))
    return _resident() - before


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ------------------------------------------------------------------ for the runner


def once(quick: bool) -> Turn:
    """One turn: the two nearest peers alone, and no memory, where it has to be quick."""
    turn = Turn()
    for count in SIZES:
        turn.figures |= measure(count, 100 if quick else 300, compared=10 if count > 1_000 else 30)
    figures = turn.figures
    figures["growth"] = figures["best 10000"] / figures["best 100"]
    if not quick:
        figures["memory"] = _memory_apart()
    _hold_against(turn, quick)
    return turn


def _hold_against(turn: Turn, quick: bool) -> None:
    near = ("zen", "scan")
    for count, names in ((10_000, near), (1_000, near if quick else peers.NAMES)):
        drawn = work.workload(count, 20 if count > 1_000 else 50)
        workload, expected = peers.as_json(*drawn, seconds=0.05 if quick else 0.5), peers.plain(*drawn)
        for name in names:
            try:
                said = peers.run(name, workload, expected)
            except Missing as problem:
                turn.notes.append(str(problem))
                continue
            took = turn.figures[f"{name} {count}"] = float(said["us"])
            if "first" in said:
                turn.figures[f"{name} first {count}"] = float(said["first"]["us"])
            turn.figures[f"best {count} {name} ratio"] = took / turn.figures[f"best {count}"]
            turn.figures[f"reasons {count} {name} ratio"] = took / turn.figures[f"reasons {count}"]


def _memory_apart() -> float:
    """In a process of its own: what was freed before is not counted."""
    done = subprocess.run([sys.executable, __file__, "memory"], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[0])


def main(words: list[str]) -> None:
    """Measure and tell."""
    sizes = [int(word) for word in words if word.isdigit()]
    if words[:1] == ["memory"]:
        print(f"{memory(sizes[0] if sizes else SIZES[-1]):.0f} MB")
        return
    for count in sizes or SIZES:
        for name, value in measure(count, 300, compared=10).items():
            print(f"{name:20} {value:12,.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
