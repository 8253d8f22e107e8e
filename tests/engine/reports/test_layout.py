"""Lines on a screen of any width, whatever stands in them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from leadflow_engine.reports.amounts import duration, money, plain_amount, share
from leadflow_engine.reports.layout import hang, painted, safe, table

TEXTS = st.text(max_size=200)
WIDTHS = st.integers(24, 160)


@given(TEXTS, TEXTS, st.sampled_from(["", "38 ms", "$0.004   112 ms"]), WIDTHS)
def test_no_line_is_wider_than_the_screen(head: str, body: str, right: str, width: int) -> None:
    for line in hang(painted(head), painted(body), right, width):
        assert line.cell_len <= width


@given(TEXTS)
def test_nothing_in_a_safe_text_is_a_control_or_turns_the_direction(text: str) -> None:
    shown = safe(text)
    assert not [each for each in shown if unicodedata.category(each) == "Cc"]
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f")


@given(st.lists(st.sampled_from("alpha beta gamma delta".split()), min_size=1), WIDTHS)
def test_every_word_of_a_body_is_shown(words: list[str], width: int) -> None:
    lines = hang(Text("  head  "), Text(" ".join(words)), "5 ms", width)
    assert " ".join(line.plain for line in lines).split() == ["head", *_with_edge(lines, words)]


def _with_edge(lines: list[Text], words: list[str]) -> list[str]:
    """The words with what stands at the right edge of the first line, where it stands."""
    first = lines[0].plain.split()
    at = len(first) - 3
    return [*words[:at], "5", "ms", *words[at:]]


def test_columns_line_up_also_under_wide_letters() -> None:
    assert table([("a", "12"), ("東京", "3")], frozenset({1})) == ["a     12", "東京   3"]


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("50", "USD", "$50.00"),
        ("0.004", "USD", "$0.004"),
        ("-3.5", "USD", "-$3.50"),
        ("11904", "EUR", "€11,904.00"),
        ("50", "CHF", "50.00 CHF"),
        ("0", "USD", "$0.00"),
        ("1E+3", "USD", "$1,000.00"),
    ],
)
def test_money_has_two_places_and_as_many_more_as_it_has(amount: str, currency: str, said: str) -> None:
    assert money(Decimal(amount), currency) == said


@given(st.decimals(-1000, 1000, places=6))
def test_no_amount_is_rounded(amount: Decimal) -> None:
    assert Decimal(plain_amount(amount).replace(",", "")) == amount


@pytest.mark.parametrize(
    ("ms", "said"), [(0.42, "0.4 ms"), (112.4, "112 ms"), (9_500, "9,500 ms"), (12_340, "12.3 s")]
)
def test_durations_in_three_digits_or_so(ms: float, said: str) -> None:
    assert duration(ms) == said


def test_a_share_of_nothing() -> None:
    assert share(0, 0) == "-"
    assert share(1, 3) == "33.3 %"
