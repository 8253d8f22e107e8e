"""The page of functions and templates says what there is, and what each gives."""

from __future__ import annotations

import pytest
from function_tables import FILTERS, PAGE, TEMPLATE, body_of, made

from leadflow_dsl import template_profile as known
from leadflow_engine.templates.filters import FILTERS as BODIES


def test_the_page_is_not_stale() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == made(page), "run `python tests/function_tables.py`"


def test_every_filter_is_on_the_page_and_none_that_there_is_not() -> None:
    assert set(FILTERS) == set(BODIES) == known.FILTERS


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_the_page_has_a_whole_template_of_each_kind(kind: str) -> None:
    templates = {found[1]: found for found in TEMPLATE.finditer(PAGE.read_text(encoding="utf-8"))}
    assert "Mary-Ann O" in templates[kind][3]


def test_a_template_that_makes_no_json_shows_on_the_page() -> None:
    assert "is no JSON" in body_of("json", '{"key": "{{ auth.key }}", "a": {{ extra.utm }} }')
