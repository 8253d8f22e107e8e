"""The language's page says of types and operators what the language's own tables say."""

from __future__ import annotations

from language_tables import BLOCK, PAGE, TABLES, made

from leadflow_dsl.types import KINDS

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_not_stale() -> None:
    assert made(TEXT) == TEXT, "run `python tests/language_tables.py`"
    assert [found[2] for found in BLOCK.finditer(TEXT)] == list(TABLES)


def test_every_type_is_on_the_page() -> None:
    table = "".join(TABLES["types"]())
    declarable = {name for name, kind in KINDS.items() if kind.declarable} - {"list", "record", "enum"}
    assert [name for name in declarable if f"`{name}`" not in table] == []
    assert "`.user .domain" in table


def test_a_table_that_says_something_else_is_told() -> None:
    assert made(TEXT.replace("`.last_four`", "`.last_five`")) == TEXT
