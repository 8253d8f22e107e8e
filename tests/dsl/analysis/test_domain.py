"""Sets of values against the values themselves."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.analysis.domain import Intervals, Words, above, below, between, point

NUMBERS = [Decimal(number) / 2 for number in range(-3, 12)]
"""Every number that stands in a set below, and one between each two."""
PLACES = st.integers(0, 4).map(Decimal)


def _pieces() -> st.SearchStrategy[Intervals]:
    plain = st.one_of(
        PLACES.map(point),
        st.builds(below, PLACES, st.booleans()),
        st.builds(above, PLACES, st.booleans()),
        st.builds(between, PLACES, PLACES),
    )
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            st.builds(Intervals.join, inner, inner),
            st.builds(Intervals.meet, inner, inner),
            st.builds(Intervals.complement, inner),
        ),
        max_leaves=5,
    )


@given(_pieces(), _pieces())
def test_intervals_hold_what_their_parts_hold(one: Intervals, two: Intervals) -> None:
    for number in NUMBERS:
        assert one.meet(two).holds(number) is (one.holds(number) and two.holds(number))
        assert one.join(two).holds(number) is (one.holds(number) or two.holds(number))
        assert one.complement().holds(number) is not one.holds(number)


@given(_pieces())
def test_only_the_empty_set_holds_nothing(one: Intervals) -> None:
    assert one.empty is not any(one.holds(number) for number in NUMBERS)


SETS = st.builds(Words, st.frozensets(st.sampled_from("abc")), st.booleans())


@given(SETS, SETS)
def test_words_hold_what_their_parts_hold(one: Words, two: Words) -> None:
    for word in "abcd":
        assert one.meet(two).holds(word) is (one.holds(word) and two.holds(word))
        assert one.join(two).holds(word) is (one.holds(word) or two.holds(word))
        assert one.complement().holds(word) is not one.holds(word)
    assert one.empty is not any(one.holds(word) for word in "abcd")
