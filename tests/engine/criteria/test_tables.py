"""What a value comes to in a table, where it is easily mistaken for another."""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.types import ANY, TEXT
from leadflow_engine.criteria.keys import Subject, key_of
from leadflow_engine.criteria.literals import Literal
from leadflow_engine.criteria.subjects import test_of as as_test
from leadflow_engine.criteria.tables import MOST_KEPT, Entry, Table
from tests.engine.criteria.drawn import const, op, read

LISTS = {"codes": frozenset({"1.0", "\ufffd", "abc"})}
SUBJECT = read("extra", "more")


@pytest.fixture(autouse=True, params=[False, True], ids=["", "personal"])
def personal(request: pytest.FixtureRequest) -> bool:
    """Every test is made of both kinds of subjects."""
    KIND["personal"] = request.param
    return KIND["personal"]


KIND = {"personal": False}


def table(*predicates: t.Term) -> Table:
    """Each predicate, that it be true, in a slot of its own."""
    entries = []
    for slot, predicate in enumerate(predicates):
        test = as_test(predicate, LISTS)
        assert test is not None
        entries.append(Entry(test, Literal(slot, False, False), array("H", [slot])))
    return Table(entries, (1 << len(predicates)) - 1, LISTS, KIND["personal"])


def passing(of: Table, value: object) -> str:
    """The slots that pass, the first slot first."""
    mask = of.learn(key_of(value), value)
    return f"{mask:b}".zfill(of.cover.bit_length())[::-1]


def test_both_ends_of_a_span_are_in_it_and_a_bound_is_where_it_says() -> None:
    ages = table(
        op("between", SUBJECT, const(Decimal(25)), const(Decimal(40))),
        op("<", SUBJECT, const(Decimal(25))),
        op("<=", SUBJECT, const(Decimal(25))),
        op(">", const(Decimal(40)), SUBJECT),
        op("in", SUBJECT, t.ListOf((const(Decimal(25)), const(Decimal(40))), ANY, NOWHERE)),
    )
    values = ("24.99", "25", "25.0", "30", "40", "40.01")
    assert [passing(ages, Decimal(value)) for value in values] == [
        "01110",
        "10111",
        "10111",
        "10010",
        "10001",
        "00000",
    ]


def test_true_is_not_one() -> None:
    one = table(op("==", SUBJECT, const(Decimal(1))), op("==", SUBJECT, const(True)))
    assert [passing(one, value) for value in (Decimal(1), True, "1", "TRUE", None)] == [
        "10",
        "01",
        "10",
        "01",
        "00",
    ]


def test_a_number_in_a_list_of_texts_is_taken_as_it_is_spelt() -> None:
    listed = op("in", SUBJECT, t.NamedList("codes", TEXT, NOWHERE))
    test = as_test(listed, LISTS)
    assert test is not None
    assert test.sees_spelling
    subjects = [Subject(const(Decimal(text)), True, False) for text in ("1", "1.0")]
    keys = {subject.look(None) for subject in subjects}  # type: ignore[arg-type]
    assert len(keys) == 2


def test_a_text_is_looked_up_as_it_is_shown() -> None:
    codes = table(op("in", SUBJECT, t.NamedList("codes", TEXT, NOWHERE)), op("==", SUBJECT, const("ABC")))
    assert [passing(codes, text) for text in (" aBc", "\ud800", "\ufffd", "x")] == ["11", "10", "10", "00"]


@pytest.mark.parametrize("value", [Decimal("NaN"), datetime.time(8, tzinfo=datetime.UTC), ["a"], {"a": 1}])
def test_what_is_neither_more_nor_less_is_in_no_span(value: object) -> None:
    hours = table(
        op("==", SUBJECT, const(datetime.time(8))),
        op("<", SUBJECT, const(datetime.time(9))),
        op("==", SUBJECT, const(Decimal(3))),
    )
    assert passing(hours, value) == "000"


def test_a_table_remembers_so_many_values_and_no_more() -> None:
    ages = table(op("<", SUBJECT, const(Decimal(MOST_KEPT))))
    look: Callable[[int], str] = lambda age: passing(ages, Decimal(age))  # noqa: E731
    assert [look(age) for age in range(3 * MOST_KEPT)] == ["1"] * MOST_KEPT + ["0"] * 2 * MOST_KEPT
    assert len(ages.memo) <= MOST_KEPT


def test_of_a_personal_value_and_of_a_long_text_nothing_is_kept(personal: bool) -> None:
    names = table(
        op("==", SUBJECT, const("test")),
        op("is_present", SUBJECT),
        op("in", SUBJECT, t.NamedList("codes", TEXT, NOWHERE)),
    )
    values = ("Ann", "Bo", " TEST", "abc", "x" * 1000)
    told = ["010", "010", "110", "011", "010"]
    assert [passing(names, value) for value in values] == told == [passing(names, value) for value in values]
    kept = str([*names.memo, *names._regions])
    assert [value in kept for value in values] == (
        [False, False, False, True, False] if personal else [True, True, True, True, False]
    )  # abc is the list's own


def test_values_met_in_any_order_come_to_the_same() -> None:
    bounds = [op("<", SUBJECT, const(Decimal(bound))) for bound in range(0, 400, 2)]
    ages = list(range(-1, 402, 7))
    upwards, downwards = table(*bounds), table(*bounds)
    expected = {age: passing(upwards, Decimal(age)) for age in ages}
    assert {age: passing(downwards, Decimal(age)) for age in reversed(ages)} == expected
    assert all(
        said.count("1") == sum(age < bound for bound in range(0, 400, 2)) for age, said in expected.items()
    )


def test_threads_that_judge_at_once_come_to_the_same() -> None:
    bounds = [op(">=", SUBJECT, const(Decimal(bound))) for bound in range(300)]
    shared, alone = table(*bounds), table(*bounds)
    expected = [passing(alone, Decimal(age)) for age in range(300)]
    with ThreadPoolExecutor(4) as pool:
        told = [list(pool.map(lambda age: passing(shared, Decimal(age)), range(300))) for _ in range(4)]
    assert told == [expected] * 4
