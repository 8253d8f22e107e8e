"""What people may see of an answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadflow_engine.response import excerpt


def test_personal_texts_are_gone_in_every_spelling():
    body = "Ann O'Neil (512) 555-0147 5125550147 +15125550147 ann@x.example ANN%40X.EXAMPLE O&#39;Neil"
    shown = excerpt(body, ["Ann", "O'Neil", "(512) 555-0147", "+15125550147", "ann@x.example"])
    assert "5550147" not in shown and "Neil" not in shown and "x.example" not in shown.lower()


def test_short_texts_stay():
    assert excerpt("state TX, age 41", ["TX", "41", ""]) == "state TX, age 41"


def test_a_longer_text_is_masked_before_a_shorter_one_in_it():
    assert excerpt("Annabel and Ann", ["Ann", "Annabel"]) == "*** and ***"


def test_nothing_leaves_its_line_or_colours_a_terminal():
    assert excerpt("a\r\nb\x1b[31m\u202ec\x00", []) == "a\\r\\nb\\u001b[31m\\u202ec\\u0000"


def test_it_is_cut_and_says_so():
    assert excerpt("x" * 600, []) == "x" * 499 + "…"
    assert excerpt("x" * 500, []) == "x" * 500


@given(
    st.text(alphabet="abc ", max_size=60),
    st.text(alphabet="xyz", min_size=6, max_size=12),
    st.integers(4, 80),
)
def test_no_piece_of_a_name_survives_at_the_cut(around, name, limit):
    shown = excerpt(around + name + around, [name], limit)
    assert len(shown) <= max(limit, 4) + 3
    assert name[:3] not in shown


def test_a_short_name_is_masked_as_a_word_and_left_in_the_middle_of_one():
    assert excerpt("Duplicate: annual limit, Dup", ["Dup", "Ann"]) == "Duplicate: annual limit, ***"


def test_an_escape_before_a_short_name_is_no_part_of_a_word():
    assert excerpt('"\\nAnn", "\\u00e9Ann" %2CAnn', ["Ann"]) == '"\\n***", "\\u00e9***" %2C***'
