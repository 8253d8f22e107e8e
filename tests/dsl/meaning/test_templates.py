"""Reading templates without running them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.templates import Place, Reading, read_template


def read(source: str) -> Reading:
    return read_template(source, Place("mappings/x.j2"))


def test_names_with_what_stands_behind_their_dots_and_where() -> None:
    reading = read('{\n  "a": {{ phone_1.e164 }},\n  "b": {{ email }}\n}')
    assert [(use.path, use.span.line, use.span.column, use.span.end_column) for use in reading.uses] == [
        (("phone_1", "e164"), 2, 11, 23),
        (("email",), 3, 11, 16),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "{% for pet in [1] %}{{ pet.name }}{{ loop.index }}{% endfor %}",
        "{% set x = 1 %}{{ x }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1) }}",
        "{% raw %}{{ email }}{% endraw %}",
        "{# {{ email }} #}",
        "{{ auth.api_key }}",
    ],
)
def test_a_templates_own_names_are_none_of_the_flow(source: str) -> None:
    assert read(source).uses == ()


def test_the_same_name_twice_has_two_places() -> None:
    assert [use.span.column for use in read("{{ a }}{{ a }}").uses] == [4, 11]


def test_quoted_parts_are_parts() -> None:
    assert read('{{ extra["utm-source"].x }}').uses[0].path == ("extra", "utm-source", "x")


def test_included_files_are_named() -> None:
    assert [name for name, _ in read('{% include "mappings/a.j2" %}{% extends "b.j2" %}').files] == [
        "mappings/a.j2",
        "b.j2",
    ]


def test_a_template_inside_a_flow_points_into_the_flow() -> None:
    reading = read_template("{{ a }}\n{{ b }}", Place("x.flow", line=7, column=15, offset=100))
    assert [(use.span.line, use.span.column, use.span.start) for use in reading.uses] == [
        (7, 18, 103),
        (8, 4, 111),
    ]


@pytest.mark.parametrize("source", ["{{ a }", "{% if %}", "{{ a | }}", "{% for %}", "{{ " + "(" * 3000])
def test_what_does_not_parse_is_a_flaw(source: str) -> None:
    assert [flaw.kind for flaw in read(source).flaws] == ["syntax"]


def test_reading_runs_nothing() -> None:
    reading = read("{{ 'x' * 10 ** 9 }}{{ 9 ** 9 ** 9 }}{{ range(10 ** 9) | list }}")
    assert [(flaw.kind, flaw.span.column) for flaw in reading.flaws] == [
        ("form", 13),
        ("form", 25),
        ("form", 40),
    ]


@pytest.mark.parametrize(
    ("source", "stretch", "message", "help"),
    [
        ('{"a": {{ email }, "b": 1}', "}", "unexpected '}'", "two braces"),
        ("{% if a && b %}x{% endif %}", "&", "unexpected `&`", "`and`"),
        ("{% if a = 1 %}x{% endif %}", "=", "got '='", "`==`"),
        ("{{ a || b }}", "{{ a || b }}", "got '|'", "`or`"),
        ("{% if a %}x{% elseif b %}y{% endif %}", "elseif", "unknown tag", "`{% elif CONDITION %}`"),
    ],
)
def test_a_mistake_of_the_syntax_has_its_place_and_a_way_out(
    source: str, stretch: str, message: str, help: str
) -> None:
    (flaw,) = read(source).flaws
    assert source[flaw.span.start : flaw.span.end] == stretch
    assert message in flaw.message
    assert help in flaw.help


@pytest.mark.parametrize(
    ("source", "kind", "stretch", "help"),
    [
        ("x {% macro m(a) %}{{ a }}{% endmacro %}", "form", "macro", "stands in a file"),
        ('{% import "x" as y %}', "form", "import", "stands in a file"),
        ("{% for a in b %}{% for c in a %}{% endfor %}{% endfor %}", "form", "for", "in one go"),
        ("{{ a if b is odd }}", "test", "odd", ""),
        ('{{ {"a": x} | tojson }}', "form", "{", "around its places"),
        ("{{ city.upper() }}", "form", "upper", "`| upper`"),
        ("{{ upper(city) }}", "form", "upper", "behind the value"),
        ("{{ city[0:2] }}", "form", "[", "substring"),
        ("{{ a // b }}", "form", "//", "floor"),
        ("{% block a %}{% endblock %}{% block a %}{% endblock %}", "form", "a", ""),
    ],
)
def test_what_the_engine_would_refuse_is_a_flaw_at_its_word(
    source: str, kind: str, stretch: str, help: str
) -> None:
    (flaw,) = read(source).flaws
    assert (flaw.kind, source[flaw.span.start : flaw.span.end]) == (kind, stretch)
    assert help in flaw.help


@given(st.text(alphabet="{}%# ab.|()[]'\"\n-", max_size=60))
def test_no_text_stops_the_reading(source: str) -> None:
    for use in read(source).uses:
        assert source[use.span.start : use.span.end]
