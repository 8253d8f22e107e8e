"""Expected beside found: partial where something is left out, whole where it is said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.answers.document import read_document
from leadflow_engine.scenarios.compare import in_words, matcher_problem, partly, same
from leadflow_engine.scenarios.yaml_text import block_text, flow_text

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(-(10**6), 10**6, places=2),
    st.text(max_size=12),
    st.sampled_from(
        ["NO", "no", "02134", "08:00", "~", "null", "1e3", "- a", "a: b", "a #b", "{", "'", '"', "", " x"]
    ),
)
KEYS = st.text("abcABC_. -:#0", min_size=1, max_size=6)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (50, Decimal("50.00")),
        ("~present", 0),
        ("~present", "x"),
        ("~matches /^sp-\\d+$/i", "SP-12"),
        ("~matches ^SP", "SP-12"),
        ("~contains IS FULL", "cap 3 per day is full until 00:00"),
        ("~exactly ~x", "~x"),
        (None, None),
        (True, True),
    ],
)
def test_these_are_the_same(expected: object, found: object) -> None:
    assert same(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (1, True),
        (True, 1),
        ("50", 50),
        (50, "50"),
        (None, ""),
        ("", None),
        ("~present", None),
        ("~present", ""),
        ("~matches /^sp/", "SP"),
        ("~exactly a", "A"),
        ("a", "A"),
        ("~nothing x", "x"),
    ],
)
def test_these_are_not(expected: object, found: object) -> None:
    assert not same(expected, found)


def test_what_is_not_said_is_not_compared_and_lists_are_whole() -> None:
    found = {"a": {"b": 1, "c": 2}, "list": [{"x": 1, "y": 2}, 3]}
    assert list(partly({}, found, ())) == []
    assert list(partly({"a": {"c": 2}, "list": [{"y": 2}, 3], "d": "~absent"}, found, ())) == []
    wrong = {"a": {"c": 3, "d": 1}, "list": [3], "x": {"y": 1}}
    assert [each.path for each in partly(wrong, found, ())] == [("a", "c"), ("a", "d"), ("list",), ("x",)]
    assert [each.path for each in partly({"a": {"b": "~absent"}}, found, ())] == [("a", "b")]


def test_where_all_is_text_a_number_is_its_text() -> None:
    found = {"n": "40", "b": "true", "l": ["1", "2"], "z": None}
    assert list(in_words({"n": 40, "b": True, "l": [1, 2], "z": None}, found, ())) == []
    assert list(in_words({"n": 41}, found, ()))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("~absent", ""),
        ("~present", ""),
        ("~matches /a/", ""),
        ("~matches /(/", "/(/ is not a regular expression (RE2)"),
        ("~presnt", "`~presnt` is no matcher: there are ~absent, ~present, ~matches, ~contains, ~exactly"),
    ],
)
def test_a_matcher_that_is_none_is_told(text: str, problem: str) -> None:
    assert matcher_problem(text) == problem


@given(TREES)
def test_whatever_came_out_is_as_it_came_out(tree: object) -> None:
    if "~" not in repr(tree):
        assert list(partly(tree, tree, ())) == []


@given(TREES, st.integers(0, 8))
def test_data_written_as_yaml_reads_back_as_the_same(tree: object, indent: int) -> None:
    assert read_document(f"a: {flow_text(tree)}\n", "f").data == {"a": tree}
    under = block_text({"k": tree}, indent + 2, width=20)
    assert read_document(f"a:\n{' ' * (indent + 2)}{under}\n", "f").data == {"a": {"k": tree}}
