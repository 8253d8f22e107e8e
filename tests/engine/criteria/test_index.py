"""The index comes to what the walk through every buyer's items comes to: the same verdict and first failing item."""

from __future__ import annotations

from collections import Counter

import pytest

from leadflow_engine.criteria.index import Index, Verdicts, first_places
from leadflow_engine.criteria.keys import Mark
from leadflow_engine.plan import Plan
from tests.engine.criteria.drawn import PREDICATES, Draw, Verdict, walked


def told(index: Index, verdicts: Verdicts) -> dict[str, Verdict]:
    """What an index said, buyer by buyer."""
    said: dict[str, Verdict] = {}
    for number, out in enumerate(verdicts.failing, start=1):
        said |= {index.names[place]: ("out", number) for place in first_places(out, verdicts.count)}
    said |= {index.names[place]: ("in", 0) for place in first_places(verdicts.passing, verdicts.count)}
    said |= {index.names[place]: ("open", 0) for place in first_places(verdicts.open, verdicts.count)}
    return said


def compare(draw: Draw, plan: Plan, index: Index, leads: int) -> Counter[str]:
    """Judge leads both ways, and count what buyers came to."""
    outcomes: Counter[str] = Counter()
    for _ in range(leads):
        lead = draw.lead(plan)
        by_walk = draw.same(lead)
        expected = {name: walked(plan, by_walk, name) for name in index.names}
        assert told(index, index.judge(draw.same(lead))) == expected
        assert (
            index.best(draw.same(lead), 3) == [name for name in index.names if expected[name][0] != "out"][:3]
        )
        outcomes.update(verdict for verdict, _ in expected.values())
    return outcomes


def drawn_pairs(pairs: int, buyers: int = 40, leads: int = 25) -> tuple[set[str], Counter[str]]:
    """So many pairs of a buyer and a lead, in plans of their own."""
    met: set[str] = set()
    outcomes: Counter[str] = Counter()
    for seed in range(pairs // (buyers * leads)):
        draw = Draw(seed)
        plan = draw.plan(buyers)
        outcomes += compare(draw, plan, Index(plan, list(plan.buyers)), leads)
        met |= draw.met
    return met, outcomes


def test_the_index_and_the_walk_come_to_the_same() -> None:
    met, outcomes = drawn_pairs(4_000)
    assert met >= {*PREDICATES, "not", "and", "or"}
    assert min(outcomes[each] for each in ("out", "open", "in")) > 100


def test_nothing_personal_of_a_lead_is_left_in_an_index() -> None:
    draw = Draw(3)
    plan = draw.plan(60)
    index = Index(plan, list(plan.buyers))
    for _ in range(50):
        index.judge(draw.lead(plan))
    assert set(plan.hidden_fields) == {"phone", "mail"}
    known = index._known.subjects
    tables = [
        (known[number], table) for block in index._blocks for (number, _), table in block._tables.items()
    ]
    assert {"phone", "mail"} <= {subject.field for subject, _ in tables}
    for subject, table in tables:
        assert subject.personal or subject.field not in plan.hidden_fields
        if subject.personal:
            assert all(isinstance(key, Mark) for key in table.memo)


@pytest.mark.long
def test_a_hundred_thousand_pairs() -> None:
    met, outcomes = drawn_pairs(120_000)
    assert met >= {*PREDICATES, "not", "and", "or"}
    assert outcomes.total() >= 100_000
