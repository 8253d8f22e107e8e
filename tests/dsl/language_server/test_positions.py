"""Columns: the editor counts code units, we count characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.language_server.positions import lines_of

TEXT = "# 🙂 ä\nbuyer x # 🌞🌞 y\n"


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 19), ("utf-16", 15), ("utf-32", 13)])
def test_an_emoji_takes_as_many_units_as_the_encoding_says(encoding: str, column: int) -> None:
    lines = lines_of(TEXT, encoding)
    assert lines.position(TEXT.index("y\n")) == (1, column)
    assert TEXT[lines.offset(1, column)] == "y"


def test_a_column_within_an_emoji_is_before_it() -> None:
    lines = lines_of(TEXT)
    assert [TEXT[lines.offset(0, column)] for column in (2, 4)] == ["🙂", " "]


@pytest.mark.parametrize(
    ("place", "offset"), [((0, 99), 5), ((9, 0), len(TEXT)), ((1, 0), 6), ((-1, 0), 0), ((0, -3), 0)]
)
def test_positions_beyond_the_text_are_its_ends(place: tuple[int, int], offset: int) -> None:
    assert lines_of(TEXT).offset(*place) == offset


def test_line_ends_of_other_systems_count_as_one() -> None:
    assert lines_of("a\r\nb\rc\n").position(4) == (2, 0)


@given(
    st.text(alphabet="aä\n🙂\u2028\x0c ", max_size=30),
    st.integers(0, 30),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_there_and_back(text: str, offset: int, encoding: str) -> None:
    lines = lines_of(text, encoding)
    place = min(offset, len(lines.text))
    assert lines.offset(*lines.position(place)) == place
