"""What is said of conditions, against trying every lead of a small world."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl.analysis import Want, alternatives, narrowed, possible
from leadflow_dsl.analysis.worlds import Declared, points
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.model import Field, Points, Score
from leadflow_dsl.terms import Const, ListOf, Op, Read, Term, Type
from leadflow_dsl.types import BOOLEAN, NUMBER, TEXT, list_of

WISH = Type("enum", members=("a", "b"))
FIELDS = (
    Field("n", NUMBER, low=Const(Decimal(0), NUMBER, NOWHERE), high=Const(Decimal(3), NUMBER, NOWHERE)),
    Field("needed", NUMBER, required="always"),
    Field("wish", WISH, default=Const("a", WISH, NOWHERE)),
    Field("yes", BOOLEAN),
    Field("town", TEXT),
)
WORLD = Declared(FIELDS)
READS = {field.name: Read("field", field.name, "", field.type, NOWHERE) for field in FIELDS}
INVALID = "not valid"
HALVES = [Decimal(number) / 2 for number in range(-2, 10)]
VALUES: dict[str, list[Any]] = {
    "n": [None, INVALID, *(number for number in HALVES if 0 <= number <= 3)],
    "needed": HALVES,
    "wish": [INVALID, "a", "b"],
    "yes": [None, INVALID, True, False],
    "town": [None, "x", "y", "z"],
}
"""Every value that matters to the conditions below, for what a declaration allows."""

Lead = Mapping[str, Any]


def leads(names: list[str]) -> Iterator[Lead]:
    for values in itertools.product(*(VALUES[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def truth(term: Term, lead: Lead) -> bool | None:
    """The condition's truth for one lead, straight from the language's definition."""
    if isinstance(term, Read):
        return _known(lead[term.name])
    assert isinstance(term, Op)
    if term.name in ("and", "or"):
        decisive = term.name == "or"
        found = [truth(arg, lead) for arg in term.args]
        return decisive if decisive in found else None if None in found else not decisive
    if term.name == "not":
        inner = truth(term.args[0], lead)
        return None if inner is None else not inner
    value = lead[term.args[0].name]  # type: ignore[union-attr]
    if term.name.startswith("is_"):
        return {"is_blank": value is None, "is_present": value is not None}.get(
            term.name, value is not None and value != INVALID
        )
    return _compared(term, value)


def _known(value: Any) -> Any:
    return None if value == INVALID else value


def _compared(term: Op, value: Any) -> bool | None:
    if _known(value) is None:
        return None
    others = [arg.value for arg in term.args[1:] if isinstance(arg, Const)]
    if isinstance(term.args[1], ListOf):
        return value in [item.value for item in term.args[1].items if isinstance(item, Const)]
    if term.name == "between":
        return bool(others[0] <= value <= others[1])
    other = others[0]
    tests = {"==": value == other, "!=": value != other}
    if isinstance(value, Decimal):
        tests |= {"<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other}
    return bool(tests[term.name])


def _op(name: str, *args: Term) -> Op:
    return Op(name, args, BOOLEAN, NOWHERE)


NUMERALS = st.integers(0, 3).map(lambda number: Const(Decimal(number), NUMBER, NOWHERE))
NUMERIC = st.sampled_from([READS["n"], READS["needed"]])
WORDS = st.sampled_from("ab").map(lambda word: Const(word, WISH, NOWHERE))
TOWNS = st.sampled_from("xy").map(lambda word: Const(word, TEXT, NOWHERE))
ATOMS = st.one_of(
    st.builds(_op, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMERIC, NUMERALS),
    st.builds(_op, st.just("between"), NUMERIC, NUMERALS, NUMERALS),
    st.builds(_op, st.sampled_from(["==", "!="]), st.just(READS["wish"]), WORDS),
    st.builds(_op, st.sampled_from(["==", "!="]), st.just(READS["town"]), TOWNS),
    st.builds(
        lambda items: _op("in", READS["town"], ListOf(tuple(items), list_of(TEXT), NOWHERE)),
        st.lists(TOWNS, min_size=1, max_size=2),
    ),
    st.just(READS["yes"]),
    st.builds(
        _op, st.sampled_from(["is_blank", "is_present", "is_valid"]), st.sampled_from(list(READS.values()))
    ),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: _op("and", a, b), inner, inner),
        st.builds(lambda a, b, c: _op("or", a, b, c), inner, inner, inner),
        st.builds(lambda a: _op("not", a), inner),
    ),
    max_leaves=5,
)
ALLOWED = {
    Want.TRUE: (True,),
    Want.FALSE: (False,),
    Want.NOT_TRUE: (False, None),
    Want.NOT_FALSE: (True, None),
}


def names_in(term: Term) -> list[str]:
    if isinstance(term, Read):
        return [term.name]
    args = term.args if isinstance(term, Op) else ()
    return list(dict.fromkeys(name for arg in args for name in names_in(arg)))


@settings(max_examples=150)
@given(CONDITIONS, st.sampled_from(list(Want)))
def test_possible_is_what_some_lead_shows(term: Op | Read, want: Want) -> None:
    shown = any(truth(term, lead) in ALLOWED[want] for lead in leads(names_in(term)))
    assert alternatives(term, want, WORLD) is not None
    assert possible(term, want, WORLD) is shown


@settings(max_examples=150)
@given(CONDITIONS, st.sampled_from(list(Want)))
def test_what_is_known_behind_a_condition_holds_of_every_such_lead(term: Op | Read, want: Want) -> None:
    facts = narrowed(term, want, WORLD)
    for lead in leads(names_in(term)):
        if truth(term, lead) not in ALLOWED[want]:
            continue
        for subject, state in facts.states.items():
            assert isinstance(subject, Read)
            value = lead[subject.name]
            if value is None:
                assert state.blank
            elif value == INVALID:
                assert state.invalid
            else:
                assert state.values.holds(str(value).lower() if isinstance(value, bool) else value)


def test_a_condition_of_many_alternatives_is_left_alone() -> None:
    pairs = [
        _op("or", _op("==", READS["n"], Const(Decimal(1), NUMBER, NOWHERE)), READS["yes"]) for _ in range(40)
    ]
    deep: Term = READS["yes"]
    for pair in pairs:
        deep = _op("and", _op("or", deep, pair), pair)
    assert possible(deep, Want.TRUE, WORLD)


def _points(sign: int, amount: int) -> Points:
    return Points(sign, Const(Decimal(amount), NUMBER, NOWHERE), READS["yes"])


def test_a_score_gives_its_start_and_what_may_be_added() -> None:
    score = Score("s", Const(Decimal(50), NUMBER, NOWHERE), (_points(1, 20), _points(1, 10), _points(-1, 30)))
    assert [points(score).holds(Decimal(number)) for number in (19, 20, 80, 81)] == [False, True, True, False]
