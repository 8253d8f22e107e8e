"""JMESPath on our own functions: the same language, exact numbers, forgiving of nulls."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.terms import Path, Type
from leadflow_engine.response.scope import AnswerScope
from leadflow_engine.texts.jmes import PathError, Unfit, compile_path, normalised
from leadflow_engine.texts.jmes_functions import FUNCTIONS

BODY = {
    "price": Decimal("19.99"),
    "status": "Matched",
    "n": None,
    "nums": [Decimal(3), None, Decimal("1.5")],
    "texts": ["9", "17.5", None],
    "words": ["b", "a"],
    "bids": [{"id": "x", "p": Decimal(7)}, {"id": "y", "p": Decimal(12)}, {"id": "z", "p": None}],
    "Result": {"@Id": "7", "#text": "hi"},
    "mixed": [Decimal(1), "a"],
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("status", "Matched"),
        ("bids[0].id", "x"),
        ("bids[?p > `10`].id | [0]", "y"),
        ("price == `19.99`", True),
        ("price > `19.98`", True),
        ("n || status", "Matched"),
        ("join('-', ['a', n, price])", "a-19.99"),
        ("max(nums)", Decimal(3)),
        ("min(nums)", Decimal("1.5")),
        ("sum(nums)", Decimal("4.5")),
        ("avg(nums)", Decimal("2.25")),
        ("max(texts)", "17.5"),
        ("max(words)", "b"),
        ("max(bids[].p)", Decimal(12)),
        ("max_by(bids[?p], &p).id", "y"),
        ("sort_by(bids[?p], &p)[0].id", "x"),
        ("map(&id, bids)", ["x", "y", "z"]),
        ("max(n)", None),
        ("min(n)", None),
        ("sum(n)", None),
        ("contains(n, 'x')", None),
        ("starts_with(n, 'x')", None),
        ("split(n, '|')", None),
        ("contains(status, 'atch')", True),
        ("contains(words, 'a')", True),
        ("as_list(n)", []),
        ("as_list(status)", ["Matched"]),
        ("as_list(words)", ["b", "a"]),
        ("split(status, 't')[1]", "ched"),
        (r"regex(status, '^(\w)', `1`)", "M"),
        ("regex(status, 'zzz')", None),
        ("lower(status)", "matched"),
        ("items(Result)", [["@Id", "7"], ["#text", "hi"]]),
        ("join('; ', items(Result)[*].join(': ', [[0], [1]]))", "@Id: 7; #text: hi"),
        ("items(n)", None),
        ("from_json('{\"a\": [1.50]}').a[0]", Decimal("1.50")),
        ('from_xml(\'<R xmlns="urn:x" Id="7"><S>ok</S></R>\').R.[S, "@Id"]', ["ok", "7"]),
        ("from_json(n)", None),
        ("from_xml(n)", None),
        ("join(', ', n)", None),
        ("to_number('1.10')", Decimal("1.10")),
        ("to_string(price)", "19.99"),
        ("length(words)", Decimal(2)),
        ("type(price)", "number"),
        ("not_null(n, status)", "Matched"),
        ("Result.@Id", "7"),
        ('Result."@Id"', "7"),
        ("Result.#text", "hi"),
        ("words[::-1]", ["a", "b"]),
        ("@.status", "Matched"),
        ("keys(Result)", ["@Id", "#text"]),
        ("nope.nope[0]", None),
    ],
)
def test_an_expression(source, value):
    assert compile_path(source).of(BODY) == value


@pytest.mark.parametrize(
    "source",
    [
        "lower(price)",
        "lower(n)",
        "length(n)",
        "max(mixed)",
        "join('-', [words])",
        "sum(words)",
        "abs(status)",
        "from_json(status)",
        "from_xml(status)",
    ],
)
def test_what_does_not_fit(source):
    with pytest.raises(Unfit):
        compile_path(source).of(BODY)


@pytest.mark.parametrize(
    ("source", "message", "position"),
    [
        ("a..b", "`.` cannot stand here", 2),
        ("a.", "ends too early", 2),
        ("foo(a)", "no function `foo`", 0),
        ("join('x')", "`join` takes 2 arguments, not 1", 0),
        ("lower(a, b)", "`lower` takes 1 argument, not 2", 0),
        ("", "empty", 0),
        ("a" * 3_000, "longer than", 0),
        ("[" * 500 + "a" + "]" * 500, "deeper than", 0),
        ("!" * 1_500 + "a", "deeper than", 0),
        ("a | " * 400 + "a", "deeper than", 0),
    ],
)
def test_what_is_no_expression(source, message, position):
    with pytest.raises(PathError, match=message.replace("`", ".")) as raised:
        compile_path(source)
    if position:
        assert raised.value.position == position


def test_quoted_names_and_literals_are_left_alone():
    for source in ("'@Id'", '"#text"', '`"@x"`', "@", "@.a", "join('@a', b)"):
        assert normalised(source) == source


def test_a_result_cannot_grow_without_end():
    with pytest.raises(Unfit, match="grew over"):
        compile_path("join('" + "x" * 1_000 + "', @)").of(["y"] * 1_000)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_survives_every_kind_of_argument(name):
    least = sum(not kind.endswith(("?", "...")) for kind in FUNCTIONS[name].takes)
    for argument in ("n", "price", "status", "words", "Result", "&id", "@", "mixed"):
        try:
            compile_path(f"{name}({', '.join([argument] * max(least, 1))})").of(BODY)
        except Unfit:
            pass


def test_every_function_that_the_front_end_lets_through_is_there():
    from leadflow_dsl.meaning.paths import FUNCTIONS as KNOWN

    assert set(FUNCTIONS) == KNOWN


STEPS = st.sampled_from(["status", "bids", "id", "Result", '"@Id"', "nums", "n", "words", "gone"])


@given(
    st.lists(st.tuples(STEPS, st.lists(st.integers(-4, 4), max_size=2)), min_size=1, max_size=4),
)
def test_a_path_of_names_and_indexes_gives_what_the_interpreter_gives(
    steps: list[tuple[str, list[int]]],
) -> None:
    source = ".".join(name + "".join(f"[{index}]" for index in indexes) for name, indexes in steps)
    expression = compile_path(source)
    assert expression.steps is not None
    assert expression.of(BODY) == replace(expression, steps=None).of(BODY)


TREES = st.recursive(
    st.sampled_from([None, True, "hi", "", Decimal(7)]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


@given(TREES, st.booleans())
def test_a_name_alone_gives_in_an_answer_what_the_expression_gives(tree, once_is_one):
    answer = AnswerScope(200, (), "", tree, once_is_one=once_is_one)
    found = compile_path("a").of(tree, once_is_one)
    assert answer.tree_at(Path("a", Type("any"), NOWHERE)) == (None if found in ([], {}) else found)
