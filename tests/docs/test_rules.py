"""The page of rules says what there is."""

from __future__ import annotations

from rule_page import PAGE, made

from leadflow_dsl.pages import GROUPS
from leadflow_dsl.rules import RULES


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == made(), "run `python tests/rule_page.py`"


def test_every_rule_is_in_a_group() -> None:
    assert {code[:3] for code in RULES} == set(GROUPS)
