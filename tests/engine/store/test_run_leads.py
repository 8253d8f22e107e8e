"""The leads of a run, wherever what is remembered of them lies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.store.run_leads import TOGETHER, RunLeads


def remembered(*leads: tuple[str, float | None]) -> RunLeads:
    made = RunLeads()
    for lead, ms in leads:
        made.add(lead, ms)
    return made


@given(st.lists(st.sampled_from("ABCDEFGH")))
def test_each_is_there_once_where_it_came_first(ids: list[str]) -> None:
    leads = remembered(*((lead, None) for lead in ids))
    assert list(leads) == list(dict.fromkeys(ids))
    assert len(leads) == len(set(ids))


def test_many_are_given_in_their_order_and_a_few_at_a_time() -> None:
    ids = [f"L{number:05}" for number in reversed(range(3 * TOGETHER + 1))]
    leads = remembered(*((lead, 1.0) for lead in ids))
    assert [len(some) for some in leads.some()] == [TOGETHER] * 3 + [1]
    leads.add("later", None)
    assert list(leads) == [*ids, "later"]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([50, 99]))
def test_a_percentile_is_one_of_the_times_with_so_many_at_or_under_it(
    values: list[float], percent: int
) -> None:
    found = remembered(("known", None), *((str(at), ms) for at, ms in enumerate(values))).percentile(percent)
    assert found is not None and found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


def test_where_none_was_routed_there_is_no_time() -> None:
    assert remembered(("known", None)).percentile(50) is None
