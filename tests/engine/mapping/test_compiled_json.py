"""JSON bodies by pairs are compiled: what is written is, to the byte, what the tree of values would give."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.evaluation.evaluate import part_of
from leadflow_engine.mapping import MappingError
from leadflow_engine.mapping.bodies import json_body
from leadflow_engine.mapping.compiled_json import compiled_json
from leadflow_engine.mapping.tree import grow
from leadflow_engine.texts.leaves import leaf
from leadflow_engine.values import Value, parse

TYPES = ["text", "number", "money", "boolean", "date", "state", "phone"]
RAW = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.sampled_from(
        ["yes", "1,200.50", "1e60", "TX", "2024-02-29", "(202) 555-0143", "\uf8f0KEY\uf8f1", "\ud800"]
    ),
    st.lists(st.text(max_size=3), max_size=3),
)
VALUES = st.one_of(
    st.builds(lambda kind, raw: parse(t.Type(kind), raw), st.sampled_from(TYPES), RAW),
    st.builds(lambda raw: parse(t.Type("list", of=t.Type("text")), raw), RAW),
)
STEP = st.one_of(
    st.sampled_from(["a", "b", "c", "%s"]).map(lambda name: m.Segment("name", name)),
    st.integers(0, 2).map(lambda index: m.Segment("index", index=index)),
)
LEFT = st.lists(STEP, min_size=1, max_size=3).map(tuple)


PART = st.sampled_from(
    ["", "", "valid", "raw", "e164", "type", "is_tollfree", "timezones", "year", "name", "none"]
)
PLACE = st.tuples(LEFT, st.one_of(VALUES, st.sampled_from(["x", "", "5 %d"])), PART)


def scope_of(values: Mapping[str, Value]) -> Any:
    def read(read: t.Read) -> object:
        value = values.get(read.name)
        return part_of(value, read.part) if read.part else value

    return SimpleNamespace(given=values, read=read)


@given(st.lists(PLACE, max_size=6), st.booleans())
def test_it_writes_what_the_tree_writes(
    pairs: list[tuple[tuple[m.Segment, ...], Value | str, str]], keep: bool
) -> None:
    values = {
        f"field_{number}": value for number, (_, value, _) in enumerate(pairs) if isinstance(value, Value)
    }
    terms: list[t.Term] = [
        t.Read("field", f"field_{number}", part, value.type, NOWHERE)
        if isinstance(value, Value)
        else t.Const(value, t.Type("text"), NOWHERE)
        for number, (_, value, part) in enumerate(pairs)
    ]
    try:
        tree = grow([m.Pair(left, term) for (left, _, _), term in zip(pairs, terms, strict=True)])
    except MappingError:
        return
    scope = scope_of(values)
    expected = json_body(tree.root, [leaf(term, scope, "json") for term in tree.terms], keep)
    write = compiled_json(tree, keep)
    assert write is not None
    assert (write(scope), write(scope)) == (expected, expected), "also when its values are kept as JSON"


def test_a_body_with_places_that_repeat_is_left_to_the_tree() -> None:
    each = (m.Segment("name", "pets"), m.Segment("each"))
    tree = grow([m.Pair(each, t.Read("field", "pets", "", t.Type("list"), NOWHERE))])
    assert compiled_json(tree, keep_blanks=False) is None
