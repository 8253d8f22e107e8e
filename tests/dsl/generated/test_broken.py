"""Flows made from the grammar and then broken: always a tree or findings, soon, and formatted where they can be."""

from __future__ import annotations

import time

import pytest
from generated import PRODUCTIONS, made
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl import nodes
from leadflow_dsl.checking import check_files
from leadflow_dsl.parser import normalised, parse_whole
from leadflow_dsl.printer import format_whole
from leadflow_dsl.table import load
from leadflow_dsl.tokens import next_token, source
from leadflow_dsl.walk import find

STRAY = (
    "{",
    "}",
    "(",
    ")",
    '"',
    '"""',
    "[",
    ",",
    "=",
    "==",
    "&&",
    "when",
    "buyer",
    "12x",
    "/",
    "#",
    "\n",
    "é",
    "\0",
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A flow in which words are left out, doubled, exchanged or added, or which ends anywhere."""
    text = made(draw(st.sampled_from(PRODUCTIONS)), draw(st.integers(0, 10**6)), draw(st.integers(0, 40)))
    words = pieces(normalised(text))
    for _ in range(draw(st.integers(1, 3))):
        at, kind = (
            draw(st.integers(0, max(len(words) - 2, 0))),
            draw(st.sampled_from("delete double swap add cut".split())),
        )
        if kind == "delete":
            del words[at : at + 1]
        elif kind == "double":
            words[at:at] = words[at : at + 1]
        elif kind == "swap":
            words[at : at + 2] = reversed(words[at : at + 2])
        elif kind == "add":
            words.insert(at, draw(st.sampled_from(STRAY)))
        else:
            whole = "".join(words)
            words = [whole[: draw(st.integers(0, len(whole)))]]
    return "".join(words)


def pieces(text: str) -> list[str]:
    """A text as its words, each with what stands before it."""
    whole, found, position = source("f.flow", text), [], 0
    while position < len(text):
        token, _ = next_token(whole, load(), position)
        end = max(reading.end for reading in token.readings)
        found.append(text[position:end])
        position = max(end, position + 1)
    return found


def assert_told(text: str) -> None:
    """A broken text: a tree or findings, soon; formatted it is wrong in the same way, and only once. (A word that is
    cut off by the end of the file may be another with a line end behind it.)"""
    begun = time.process_time()
    cut = parse_whole(text, "f.flow")
    assert cut.tree is not None or cut.findings
    text += "\n"
    parsed = parse_whole(text, "f.flow")
    once = format_whole(text, "f.flow")
    if once.text is not None:
        after = parse_whole(once.text, "f.flow")
        assert [each.code for each in after.findings] == [each.code for each in parsed.findings]
        assert parsed.tree is not None
        assert after.tree is not None
        assert after.tree.items == parsed.tree.items
        assert format_whole(once.text, "f.flow").text in (once.text, None)
        kept = normalised(text)
        assert all(kept[span.start : span.end] in once.text for span in once.kept)
    assert time.process_time() - begun < 5


@settings(max_examples=150)
@given(mutated())
def test_a_broken_flow_is_told_and_formatted_where_it_can_be(text: str) -> None:
    assert_told(text)


@pytest.mark.long
@settings(max_examples=3000)
@given(mutated())
def test_many_broken_flows(text: str) -> None:
    assert_told(text)


def assert_checked(text: str) -> None:
    """Checked, a text gives findings and no exception, soon: an error wherever its spelling has one."""
    begun = time.process_time()
    checked = check_files({"f.flow": text}, "f.flow")
    read = parse_whole(text, "f.flow")
    assert checked.errors or not any(finding.severity == "error" for finding in read.findings)
    assert time.process_time() - begun < 5


@settings(max_examples=100)
@given(mutated())
def test_a_broken_flow_is_checked_as_far_as_it_goes(text: str) -> None:
    assert_checked(text)


@settings(max_examples=100)
@given(st.sampled_from(PRODUCTIONS), st.integers(0, 10**6), st.integers(0, 50))
def test_a_flow_that_is_only_well_spelt_is_checked(production: int, seed: int, size: int) -> None:
    assert_checked(made(production, seed, size))


@pytest.mark.long
@pytest.mark.parametrize("size", [0, 40])
def test_every_production_is_checked(size: int) -> None:
    for production in PRODUCTIONS:
        assert_checked(made(production, size, size))


@pytest.mark.long
@settings(max_examples=2000)
@given(mutated())
def test_many_broken_flows_are_checked(text: str) -> None:
    assert_checked(text)


def test_broken_flows_are_mostly_formatted() -> None:
    """Leaving everything alone would keep every promise above: it is the exception."""
    text = (
        made(PRODUCTIONS[0], 3, 0)
        + "\nfilter   x { reject   when a }\n" * 5
        + "filter y { reject   wen a }\n"
    )
    once = format_whole(text, "f.flow")
    assert once.text is not None
    assert once.text.count("filter x { reject when a }") == 5
    assert "reject   wen a" in once.text
    tree = parse_whole(once.text, "f.flow").tree
    assert tree is not None
    assert len(list(find(tree, nodes.Filter))) == 6
