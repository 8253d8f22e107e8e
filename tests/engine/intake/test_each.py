"""Several leads of one call: where each is, and that nothing of another stands beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.intake.each import One, leads_of
from leadflow_engine.intake.strict_json import IntakeError

META = {
    "object": "page",
    "entry": [
        {"id": "a", "changes": [{"field": "f", "value": {"n": 1}}, {"field": "g", "value": {"n": 2}}]},
        {"id": "b", "changes": [{"field": "f", "value": {"n": 3}}]},
    ],
}


def test_what_stands_beside_the_way_belongs_to_each() -> None:
    assert leads_of(META, "entry[].changes[].value") == [
        One({"n": 1}, {"object": "page", "id": "a", "field": "f"}),
        One({"n": 2}, {"object": "page", "id": "a", "field": "g"}),
        One({"n": 3}, {"object": "page", "id": "b", "field": "f"}),
    ]


@pytest.mark.parametrize(
    ("tree", "path", "found"),
    [
        ({"Leads": {"Lead": {"n": 1}}}, "Leads.Lead[]", [{"n": 1}]),  # XML with one element
        ({"Leads": {"Lead": [{"n": 1}, {"n": 2}]}}, "Leads.Lead[]", [{"n": 1}, {"n": 2}]),
        ([{"v": {"n": 1}}, {"v": {"n": 2}}], "v", [{"n": 1}, {"n": 2}]),
        ({"a": [{"ok": True, "n": 1}, {"ok": False, "n": 2}]}, "a[?ok]", [{"ok": True, "n": 1}]),
        ({"a": {"n": 1}}, "a", [{"n": 1}]),
        ({'a-b': [{"n": 1}]}, '"a-b"[]', [{"n": 1}]),
        ([{"n": 1}, {"n": 2}], "", [{"n": 1}, {"n": 2}]),
        ({"n": 1}, "", [{"n": 1}]),
    ],
)  # fmt: skip
def test_where_leads_are(tree: Any, path: str, found: list[Any]) -> None:
    assert [one.own for one in leads_of(tree, path)] == found


@pytest.mark.parametrize(
    ("tree", "path", "said"),
    [
        ({}, "entry[].value", "there is no lead at `entry[].value`"),
        ({"entry": []}, "entry[]", "there is no lead at `entry[]`"),
        ({"entry": [1, 2]}, "entry[]", "lead 1 of the call is no object"),
        ({"entry": "x"}, "entry", "a lead is an object"),
        ({"entry": [{}] * 1001}, "entry[]", "more than 1,000 leads in one call"),
        ({"a": 1}, "length(@) || nothing", "a lead is an object"),
    ],
)
def test_where_there_are_none(tree: Any, path: str, said: str) -> None:
    with pytest.raises(IntakeError) as problem:
        leads_of(tree, path)
    assert problem.value.message == said


@given(
    st.lists(st.lists(st.integers(100, 999), min_size=1, max_size=4, unique=True), min_size=1, max_size=4),
    st.sampled_from(
        ["entry[].changes[].value", "entry[*].changes[*].value", "entry[].changes[].value | [?n > `0`]"]
    ),
)
def test_nothing_of_another_lead_stands_beside_one(groups: list[list[int]], path: str) -> None:
    numbers = iter(range(10_000, 20_000))
    entry = [{"id": "x", "changes": [{"value": {"n": next(numbers)}} for _ in group]} for group in groups]
    found = leads_of({"object": "page", "entry": entry}, path)
    assert len(found) == sum(map(len, groups))
    for one in found:
        assert one.beside["object"] == "page"
        others = {str(other.own["n"]) for other in found} - {str(one.own["n"])}
        assert not [number for number in others if number in json.dumps(one.beside)]
