"""Whether a template can become JSON: never a word against one that can."""

from __future__ import annotations

import json
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.json_automaton import START, State, after, ends
from leadflow_dsl.template_json import broken_json
from leadflow_dsl.templates import parsed
from leadflow_dsl.terms import Type

TYPES = {("n",): Type("number"), ("t",): Type("text"), ("own",): Type("boolean")}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> bool:
    """Whether the automaton takes a whole text."""

    def step(state: State | None, char: str) -> State | None:
        return state and after(state, char)

    last = reduce(step, text, START)
    return last is not None and ends(last)


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_all_json_is_taken(value: object, indent: int | None, ascii_only: bool) -> None:
    assert read(json.dumps(value, indent=indent, ensure_ascii=ascii_only))


@given(st.text(alphabet='{}[]:,"0123-.eE \ntrue\\', max_size=14).filter(lambda text: "\\u" not in text))
def test_what_is_no_json_is_not_taken(text: str) -> None:
    assert read(text) == is_json(text)


@given(VALUES, st.integers(0, 80), st.sampled_from('{}[]:,"0a-. '))
def test_a_slip_in_json_is_seen(value: object, place: int, char: str) -> None:
    text = json.dumps(value)
    slip = text[:place] + char + text[place:]
    assert read(slip) == is_json(slip) or "\\u" in slip


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{"a": {{ t }}}', "in JSON a text stands in quotes"),
        ('{"a": "{{ t | tojson }}"}', "writes its own quotes"),
        ("{'a': 1}", "double quotes only"),
        ('{"a" {{ n }}}', ""),
        ('{"a": }', "the value is missing"),
        ('{"a": [1, ]}', "no comma after the last value"),
        ('{"a": 1', "ends too soon"),
        ('{"a": "x', "not closed"),
        ('{"a": x}', "`x` is no value of JSON"),
        ('{"a": 1}}', "follows the end"),
        ('{"a": "one\ntwo"}', "ends on its line"),
        ('{% if own %}{"a": 1,}{% else %}{}{% endif %}', "no comma after the last pair"),
        ('[{% for x in t %}{"a": {{ t }}},{% endfor %}]', "in quotes"),
        ("{% if own %}{% endif %}", "gives no JSON"),
    ],
)
def test_what_never_is_json_is_told(source: str, message: str) -> None:
    tree = parsed(source)
    assert tree is not None
    broken = broken_json(source, tree, TYPES)
    assert broken is not None
    assert message in broken.message


@pytest.mark.parametrize(
    "source",
    [
        '{"a": {{ n }}.50, "b": "{{ t }}{{ unknown }}", "c": {{ unknown }}}',
        '{% if own %}{"a": 1}{% else %}[]{% endif %}',
        '{% if own %}{"a": {% endif %}{{ n }}{% if own %}}{% endif %}',
        "[{% for x in xs %}{% if not loop.first %},{% endif %}{{ x | tojson }}{% endfor %}]",
        '{"a": "{{ \'"\' }}", "b": {{ "true" if own else "false" }}}',
        "{{ unknown }}{{ unknown }}",
        '{% include "whole.json.j2" %}',
        '{"a": 1{% for x in xs %}, "{{ x }}": [{% endfor %}{% for x in xs %}]{% endfor %}}',
    ],
)
def test_what_may_become_json_is_not(source: str) -> None:
    tree = parsed(source)
    assert tree is not None
    assert broken_json(source, tree, TYPES) is None
