"""Flows made from the grammar: read, formatted, read again, formatted again."""

from __future__ import annotations

import random
import re

import pytest
from generated import PRODUCTIONS, Dice, derive, grammar, made, spell
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl.parser import Parsed, parse_whole
from leadflow_dsl.printer import format_whole
from leadflow_dsl.table import load

ORDER = {"LF111"}
"""What the grammar leaves open: a file without a head, a `when` that is not the first."""


def read(text: str) -> Parsed:
    """A text that can be read."""
    parsed = parse_whole(text, "f.flow")
    assert {finding.code for finding in parsed.findings} <= ORDER, text
    assert parsed.tree is not None, text
    return parsed


def remarks(parsed: Parsed) -> list[str]:
    """The comments of a file, whatever their order."""
    assert parsed.tree is not None
    return sorted(comment.raw for comment in parsed.tree.comments)


def assert_round(text: str) -> None:
    """Formatted, a text has the same tree and the same comments; formatted again, it is the same text."""
    before = read(text)
    once = format_whole(text, "f.flow")
    assert once.text is not None
    assert once.kept == ()
    after = read(once.text)
    assert before.tree is not None
    assert after.tree is not None
    assert (after.tree.head, after.tree.items) == (before.tree.head, before.tree.items), text
    assert remarks(after) == remarks(before), text
    assert format_whole(once.text, "f.flow").text == once.text, text
    assert not re.search(r"\n\n\n|[ \t]\n|\t|\r", re.sub(r'"""[\s\S]*?"""', "T", once.text)), text


def test_every_production_is_met() -> None:
    met = set()
    for production in PRODUCTIONS:
        _, used = derive(Dice(random.Random(production)), production, 0)
        assert production in used
        met |= used
    assert met == set(PRODUCTIONS)


def test_the_productions_are_those_of_the_table() -> None:
    """The reader's table and the grammar that flows are made from have the same ways to write each symbol."""
    origins = {each.origin for each in grammar().productions}
    assert {shape.origin for shape in load().shapes} == origins
    assert len(load().shapes) == len(PRODUCTIONS)


@settings(max_examples=300)
@given(st.sampled_from(PRODUCTIONS), st.integers(0, 10**6), st.integers(0, 50))
def test_a_flow_is_formatted_without_changing_what_it_says(production: int, seed: int, size: int) -> None:
    assert_round(made(production, seed, size))


@pytest.mark.long
@pytest.mark.parametrize("size", [0, 30, 70])
def test_every_production_is_formatted_without_changing_what_it_says(size: int) -> None:
    for production in PRODUCTIONS:
        assert_round(made(production, size, size))


def test_a_plain_text_needs_no_white_space_but_blanks_and_the_ends_of_declarations() -> None:
    chance = Dice(random.Random(1))
    texts = [spell(chance, derive(chance, production, 5)[0], plain=True) for production in PRODUCTIONS[::20]]
    told = [re.sub(r'"""[\s\S]*?"""', "T", text) for text in texts if read(text)]  # a long text keeps its own
    assert len(told) == len(texts) and not any("  " in text for text in told)
