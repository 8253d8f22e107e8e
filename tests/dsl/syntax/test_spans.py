"""Places in a text: packed, they say, compare and travel as the numbers that they were made of."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.diagnostics import NOWHERE, Span

NUMBERS = st.one_of(st.integers(-1, 3), st.integers(-1, 2**31 - 1))
PLACES = st.tuples(st.sampled_from(["a.flow", "b.flow"]), *[NUMBERS] * 6)


def said(span: Span) -> tuple[object, ...]:
    """A span's parts, in order."""
    return (span.file, span.line, span.column, span.end_line, span.end_column, span.start, span.end)


@given(PLACES, PLACES)
def test_a_place_is_its_numbers(
    one: tuple[str, int, int, int, int, int, int], other: tuple[object, ...]
) -> None:
    span, further = Span(*one), Span(*other)  # type: ignore[arg-type]
    assert (said(span), said(further)) == (one, other)
    assert (span == further, span < further, span >= further) == (one == other, one < other, one >= other)
    assert pickle.loads(pickle.dumps(span)) == span == Span(*one)
    assert hash(span) == hash(Span(*one))


def test_one_part_is_replaced() -> None:
    span = Span("a.flow", 2, 3, 2, 9, 40, 46)
    assert said(span.replaced(file="b.flow", end=50)) == ("b.flow", 2, 3, 2, 9, 40, 50)
    assert repr(span) == ("Span(file='a.flow', line=2, column=3, end_line=2, end_column=9, start=40, end=46)")
    assert span != "a.flow" != NOWHERE
