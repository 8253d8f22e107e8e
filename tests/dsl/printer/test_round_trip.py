"""What always holds: printed and read again, every tree is the same; no comment is lost; formatting twice is once."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow_dsl import nodes
from leadflow_dsl.parser import parse
from leadflow_dsl.printer import format_text
from leadflow_dsl.printer_expressions import expression
from leadflow_dsl.table import END, load
from leadflow_dsl.tokens import next_token, source
from leadflow_dsl.walk import find

DATA = Path(__file__).parents[1] / "syntax" / "data"

# ------------------------------------------------------------------ expressions

words = st.sampled_from(["age", "price", "state", "CA", "lead", "when", "text"]).map(nodes.Word)
names = st.sampled_from(["e164", "in", "reason"]).map(nodes.Name)
texts = st.text("ab \"\\\n\t{}#'é", max_size=6).map(
    lambda value: nodes.Text(
        '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"',
        value,
    )
)
numbers = st.decimals(0, 9999, places=2).map(lambda value: nodes.Number(str(value), Decimal(str(value))))
percents = st.integers(0, 300).map(lambda value: nodes.Percent(f"{value}%", Decimal(value).scaleb(-2)))
patterns = st.sampled_from([nodes.Regex(r"/a\/b/i", "a/b", "i"), nodes.Regex("/^x$/", "^x$", "")])
answers = st.builds(nodes.AnswerPart, st.sampled_from(["header", "cookie", "css"]), texts)
leaves = st.one_of(
    words,
    texts,
    numbers,
    percents,
    answers,
    st.builds(nodes.Env, st.just(nodes.Name("KEY"))),
    st.builds(nodes.Exactly, texts),
    st.builds(nodes.Usual, percents),
    st.builds(nodes.StatusIs, st.just("2xx")),
    st.builds(nodes.InWindow, names),
)
operators = ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "starts with", "ends with"]


def grown(inner: st.SearchStrategy[nodes.Expression]) -> st.SearchStrategy[nodes.Expression]:
    """Every expression that holds others."""
    references = st.recursive(
        words,
        lambda head: st.one_of(
            st.builds(nodes.Attribute, head, names),
            st.builds(nodes.Index, head, inner),
            st.builds(nodes.EachOf, head),
            st.builds(nodes.Call, head, st.lists(arguments(inner), max_size=3).map(tuple)),
        ),
        max_leaves=3,
    )
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        references,
        st.builds(nodes.Or, several),
        st.builds(nodes.And, several),
        st.builds(nodes.Not, inner),
        st.builds(nodes.Compare, inner, st.sampled_from(operators), inner),
        st.builds(nodes.Compare, inner, st.just("matches"), patterns),
        st.builds(nodes.Between, inner, inner, inner),
        st.builds(
            nodes.Is, inner, st.booleans(), st.sampled_from(["blank", "present", "valid"]).map(nodes.Name)
        ),
        st.builds(nodes.Near, inner, numbers, inner),
        st.builds(nodes.Arithmetic, inner, st.sampled_from("+-*/%"), inner),
        st.builds(nodes.Negative, inner),
        st.builds(nodes.ListLiteral, st.lists(inner, max_size=3).map(tuple)),
    )


def arguments(inner: st.SearchStrategy[nodes.Expression]) -> st.SearchStrategy[nodes.Argument]:
    """Arguments of all three kinds."""
    return st.one_of(
        st.builds(nodes.Argument, st.just("plain"), st.none(), inner),
        st.builds(nodes.Argument, st.just("keyed"), inner, inner),
        st.builds(nodes.Argument, st.just("else"), st.none(), inner),
    )


expressions = st.recursive(leaves, grown, max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(expressions)
def test_an_expression_is_read_as_it_was_printed(tree: nodes.Expression) -> None:
    text = f"flow f\nfilter x {{ reject when {expression(tree)} }}\n"
    parsed, found = parse(text, "f.flow")
    assert found == (), text
    assert parsed is not None
    assert next(find(parsed, nodes.Reject)).condition == tree


# ------------------------------------------------------------------ files

BETWEEN = st.sampled_from(
    [" ", "  ", "\n", "\n\n\n", "  # a remark\n", "\n# alone\n", "\n\n  # two\n  # lines\n"]
)


def pieces(name: str) -> list[tuple[str, bool]]:
    """A file's words and signs, and whether the place before each may be laid out anew: not in ``lead`` and
    ``fields``, where a declaration begins a line."""
    text = (DATA / name).read_text(encoding="utf-8")
    tree, _ = parse(text, name)
    fixed = [node.span for kind in (nodes.Lead, nodes.Fields) for node in find(tree, kind)]
    whole, found, position = source(name, text), [], 0
    while (token := next_token(whole, load(), position)[0]).readings[0].terminal != END:
        end = _end(text, token.start, token.readings)
        free = text[position : token.start].strip(" \n") == "" and position < token.start
        inside = any(span.start < token.start < span.end for span in fixed)
        found.append((text[position : token.start] + "\0" + text[token.start : end], free and not inside))
        position = end
    return found


def _end(text: str, start: int, readings: tuple[object, ...]) -> int:
    """The longest reading: a pattern, or days, where they are meant in these files."""
    return max(reading.end for reading in readings)  # type: ignore[attr-defined]


PIECES = {name: pieces(name) for name in ("solar.flow", "every_form.flow")}


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """A whole file, laid out by chance, with remarks anywhere."""
    parts = PIECES[draw(st.sampled_from(sorted(PIECES)))]
    changed = draw(st.dictionaries(st.integers(0, len(parts) - 1), BETWEEN, max_size=40))
    text = ""
    for index, (piece, free) in enumerate(parts):
        before, _, word = piece.partition("\0")
        text += (changed.get(index, before) if free else before) + word
    return text + "\n"


def comments(text: str) -> list[str]:
    """The comments of a file, in order."""
    tree, found = parse(text, "f.flow")
    assert found == ()
    assert tree is not None
    return sorted(comment.raw for comment in tree.comments)


@settings(max_examples=25, deadline=None)
@given(layouts())
def test_any_layout_gives_the_same_tree_all_comments_and_one_style(text: str) -> None:
    once, found = format_text(text, "f.flow")
    assert found == ()
    assert once is not None
    assert parse(once, "f.flow")[0].items == parse(text, "f.flow")[0].items
    assert comments(once) == comments(text)
    assert format_text(once, "f.flow")[0] == once
    assert not re.search(r"\n\n\n|[ \t]\n", re.sub(r'"""[\s\S]*?"""', "T", once))
