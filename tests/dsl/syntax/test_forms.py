"""Every form of the language is read, and becomes the node that it should."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from leadflow_dsl import nodes
from leadflow_dsl.parser import parse
from leadflow_dsl.walk import find, walk

DATA = Path(__file__).parent / "data"


def tree(name: str) -> nodes.File:
    """The tree of a data file that has no mistake."""
    parsed, found = parse((DATA / name).read_text(encoding="utf-8"), name)
    assert found == ()
    assert parsed is not None
    return parsed


def expression(text: str) -> nodes.Expression:
    """One expression, read as a filter's condition."""
    parsed, found = parse(f"flow f\nfilter x {{ reject when {text} }}", "f.flow")
    assert found == (), text
    assert parsed is not None
    return next(find(parsed, nodes.Reject)).condition


@pytest.mark.parametrize("name", ["solar.flow", "every_form.flow"])
def test_a_whole_flow_has_no_finding(name: str) -> None:
    assert tree(name).head is not None


def test_the_forms_meet_every_class_of_nodes() -> None:
    classes = {
        value
        for value in vars(nodes).values()
        if isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__.startswith("leadflow_dsl.nodes")
    }
    met = {type(node) for node in walk(tree("every_form.flow"))}
    library, _ = parse("library shared  # a comment", "shared.flow")
    met |= {type(node) for node in walk(library)}
    assert classes - met == set()


def test_words_of_statements_are_names_elsewhere() -> None:
    text = (
        "flow f\nlead {\n  price money\n  source text\n  reason text required\n  accept text\n}\n"
        'buyer buyer {\n  accept when price > 5 and source == reason  else "x"\n  price price\n'
        '  deliver { post "https://a.example/"  body json { price = price  accept = accept  when = source.when } }\n}\n'
    )
    parsed, found = parse(text, "f.flow")
    assert found == ()
    assert parsed is not None
    assert [field.name.text for field in find(parsed, nodes.Field)] == ["price", "source", "reason", "accept"]
    assert [pair.left.segments[0].name for pair in find(parsed, nodes.Pair)] == ["price", "accept", "when"]


def test_or_binds_loosest_then_and_then_not_then_comparison() -> None:
    word = nodes.Word
    assert expression("not a == b and c or d") == nodes.Or(
        (nodes.And((nodes.Not(nodes.Compare(word("a"), "==", word("b"))), word("c"))), word("d"))
    )


def test_products_bind_before_sums_and_both_to_the_left() -> None:
    word, made = nodes.Word, nodes.Arithmetic
    assert expression("a - b - c * d") == made(
        made(word("a"), "-", word("b")), "-", made(word("c"), "*", word("d"))
    )


def test_parentheses_leave_no_node_of_their_own() -> None:
    assert expression("((a)) == (b)") == expression("a == b")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a\\"b\\\\c\\n\\t"', 'a"b\\c\n\t'),
        ('"""a "b" \\n"""', 'a "b" \\n'),
    ],
)
def test_texts_keep_their_spelling_beside_their_value(text: str, value: str) -> None:
    literal = expression(text)
    assert isinstance(literal, nodes.Text)
    assert (literal.raw, literal.value) == (text, value)


def test_days_run_over_the_end_of_the_week() -> None:
    days = expression("fri-mon")
    assert isinstance(days, nodes.Days)
    assert days.value == (4, 5, 6, 0)


def test_a_percentage_is_a_fraction_and_a_slash_in_a_pattern_is_plain() -> None:
    percent, regex = expression("20%"), expression(r"a matches /x\/y/im")
    assert isinstance(percent, nodes.Percent)
    assert str(percent.value) == "0.20"
    assert isinstance(regex, nodes.Compare)
    assert regex.right == nodes.Regex(r"/x\/y/im", "x/y", "im")


def test_places_count_from_one_and_offsets_from_nought() -> None:
    text = "flow f\nfilter x {\n  reject when credit_score < 600\n}\n"
    parsed, _ = parse(text, "f.flow")
    word = next(find(parsed, nodes.Word))
    assert (word.span.line, word.span.column, word.span.end_column) == (3, 15, 27)
    assert text[word.span.start : word.span.end] == "credit_score"


def test_comments_are_kept_with_their_places() -> None:
    parsed, _ = parse("# head\nflow f  # name\n# end", "f.flow")
    assert parsed is not None
    assert [(c.raw, c.alone, c.span.line) for c in parsed.comments] == [
        ("# head", True, 1),
        ("# name", False, 2),
        ("# end", True, 3),
    ]
