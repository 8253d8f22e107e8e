"""Files that are odd, broken or meant to break the reader: a diagnostic or a tree, soon, never an exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl.parser import parse, parse_bytes
from leadflow_dsl.table import load

WORDS = [
    *load().keywords,
    "name",
    '"text"',
    '"',
    "12",
    "12x",
    "5s",
    "08:00",
    "/a/",
    "/",
    "#",
    "\n",
    "“",
    "\0",
    "{",
    "}",
]


def codes(text: str) -> list[str]:
    """The codes of what is found."""
    return [diagnostic.code for diagnostic in parse(text, "f.flow")[1]]


def filtered(condition: str) -> str:
    """A flow with a condition."""
    return f"flow f\nfilter x {{\n  reject when {condition}\n}}\n"


def test_line_ends_of_windows_and_a_byte_order_mark_are_read() -> None:
    tree, found = parse_bytes(b"\xef\xbb\xbfflow f\r\nfilter x {\r\n  reject when a\r\n}\r\n", "f.flow")
    assert found == ()
    assert tree is not None
    assert tree.items[0].span.line == 2


def test_a_file_that_is_not_utf_8_says_where() -> None:
    tree, (found,) = parse_bytes(b'flow f\nimport "caf\xe9.flow"\n', "f.flow")
    assert tree is None
    assert (found.code, found.span.line, found.span.column) == ("LF110", 2, 12)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "\ufeff"])
def test_an_empty_file_has_no_head(text: str) -> None:
    assert codes(text) == ["LF111"]


def test_a_nul_is_an_odd_character() -> None:
    assert codes("flow f\n\0") == ["LF110"]


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 100_000 + "a" + ")" * 100_000,
        "not " * 100_000 + "a",
        "[" * 50_000,
        " + ".join(["a"] * 100_000),
        "-" * 1000 + "a",
        "f(" * 50_000,
        "a" + ".b" * 100_000,
        "a" + "[0]" * 100_000,
    ],
    ids=["parentheses", "not", "brackets", "sum", "signs", "calls", "parts", "indexes"],
)
def test_deep_nesting_is_told_and_never_a_recursion_error(condition: str) -> None:
    begun = time.process_time()
    assert codes(filtered(condition))
    assert time.process_time() - begun < 10


def test_deep_blocks_are_told() -> None:
    assert "LF109" in codes("flow f\nroute {\n" + "if a {\n" * 3000 + "}\n" * 3001)


def test_what_is_deep_but_not_too_deep_is_read() -> None:
    assert codes(filtered("(" * 90 + "a" + ")" * 90)) == []
    assert codes(filtered("not " * 50 + "a")) == []


def test_many_conditions_on_one_level_are_not_deep() -> None:
    assert codes(filtered(" and ".join(["a == 1"] * 5000))) == []


@pytest.mark.parametrize(
    "line", ["x" * 10_000_000, '"' * 10_000_000, "(" * 10_000_000], ids=["word", "quotes", "open"]
)
def test_a_line_of_ten_million_characters_is_refused_at_once(line: str) -> None:
    begun = time.process_time()
    assert codes(f"flow f\n{line}") == ["LF109"]
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "text", ['"' * 200_000, "/a" * 100_000, "1" * 200_000, "\\" * 100_000, "#" * 500_000]
)
def test_a_long_line_of_one_sign_is_read_soon(text: str) -> None:
    begun = time.process_time()
    parse(filtered(text), "f.flow")
    assert time.process_time() - begun < 5


def test_findings_end_after_fifty() -> None:
    assert len(codes("flow f\n" + "nonsense 5\n" * 1000)) == 50


@pytest.mark.parametrize(
    "literal", ["1" * 5000, "9999999999999d", "99:99", "2026-02-30", "25:00-26:00", "5" * 28 + "d"]
)
def test_literals_without_a_value_are_broken_numbers(literal: str) -> None:
    assert codes(filtered(f"a == {literal}")) == ["LF104"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from([" ", "\n", ""]))
def test_any_row_of_words_gives_a_tree_or_findings(words: list[str], between: str) -> None:
    text = between.join(words)
    tree, found = parse(text, "f.flow")
    assert tree is not None or found
    assert all(0 <= finding.span.start <= finding.span.end <= len(text) for finding in found)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_tree_or_findings(text: str) -> None:
    tree, found = parse("flow f\n" + text, "f.flow")
    assert tree is not None or found


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_give_a_tree_or_findings(data: bytes) -> None:
    tree, found = parse_bytes(data, "f.flow")
    assert tree is not None or found
