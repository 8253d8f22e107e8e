"""A condition on constants has a closure of its own; what it says is what the comparison itself says."""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.evaluation.comparing import COMPARE, Open, equal, plain
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.evaluation.kept import Kept
from leadflow_engine.evaluation.places import Several, over_each
from leadflow_engine.values import parse

TEXT = t.Type("text")
WORDS = st.sampled_from(["tx", " TX ", "Texas", "12", "12.50", "true", "", "é"])
NUMBERS = st.sampled_from([Decimal("12"), Decimal("12.5"), Decimal(0), Decimal("-3")])
CONSTANTS = WORDS | NUMBERS | st.booleans() | st.just(datetime.date(2026, 3, 4)) | st.just(datetime.time(9))
SEVERAL = st.just(Several((Decimal(1), Decimal(20)))) | st.just(Several(("tx", "ny")))
LEFT = st.one_of(
    st.builds(parse, st.sampled_from([t.Type(name) for name in ("text", "number", "boolean", "date")]), CONSTANTS),
    st.none() | st.booleans() | NUMBERS | WORDS | SEVERAL | st.just(["tx", Decimal(12)]),
)  # fmt: skip
READ = t.Read("field", "it", "", TEXT, NOWHERE)


def const(value: Any) -> t.Const:
    return t.Const(value, TEXT, NOWHERE)


def said(name: str, left: object, *args: t.Term) -> object:
    """What ``left NAME args`` comes to."""
    scope: Any = SimpleNamespace(read=lambda read: left)
    return evaluate(t.Op(name, (READ, *args), TEXT, NOWHERE), scope)


@given(st.sampled_from(sorted(COMPARE)), LEFT, CONSTANTS)
def test_beside_one_constant(name: str, left: object, right: Any) -> None:
    assert said(name, left, const(right)) == over_each(COMPARE[name], plain(left), right)


@given(LEFT, NUMBERS, NUMBERS)
def test_between_two(left: object, low: Decimal, high: Decimal) -> None:
    both = said(">=", left, const(low)), said("<=", left, const(high))
    if not isinstance(left, Several):
        assert said("between", left, const(low), const(high)) == (
            False if False in both else None if None in both else True
        )


@given(LEFT, st.lists(WORDS, max_size=3))
def test_among_texts(left: object, words: list[str]) -> None:
    value = plain(left)
    if not isinstance(left, Several):
        expected = None if value is None else any(equal(value, word) for word in words)
        assert said("in", left, t.ListOf(tuple(map(const, words)), TEXT, NOWHERE)) == expected


def test_what_was_not_asked_stays_open() -> None:
    left = Open(("phone_check",))
    for name, args in (
        ("==", [const("tx")]),
        (">=", [const(Decimal(1))]),
        ("between", [const(Decimal(1)), const(Decimal(2))]),
        ("in", [t.ListOf((const("tx"),), TEXT, NOWHERE)]),
    ):
        told = said(name, left, *args)
        assert isinstance(told, Open) and told.needs == left.needs


def test_what_is_made_of_a_term_is_made_once_and_kept_within_bounds() -> None:
    made: list[t.Term] = []

    def make(term: t.Term) -> int:
        made.append(term)
        return len(made)

    kept = Kept(make, most=3)
    terms = [const(word) for word in "abcde"]
    assert [kept.of(terms[0]), kept.of(terms[0])] == [1, 1]
    for term in terms:
        kept.of(term)
        assert len(kept) <= 3
    assert made == terms
