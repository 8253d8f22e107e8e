"""The shipped table belongs to the grammar, and the grammar has no conflict."""

from __future__ import annotations

import json

from leadflow_dsl import table


def test_the_grammar_has_no_conflict_and_no_colliding_terminals() -> None:
    table.build(table.GRAMMAR.read_text(encoding="utf-8"), strict=True)


def test_the_shipped_table_is_what_the_grammar_gives() -> None:
    shipped = json.loads(table.SHIPPED.read_text(encoding="utf-8"))
    built = table.build(table.GRAMMAR.read_text(encoding="utf-8"))
    assert shipped["grammar"] == built["grammar"], "run `python -m leadflow_dsl.table`"
    assert shipped == built, "run `python -m leadflow_dsl.table`"


def test_a_table_of_another_grammar_is_built_anew_and_reads_the_same(monkeypatch, tmp_path) -> None:
    stale = tmp_path / "stale.json"
    stale.write_text('{"grammar": "another"}')
    shipped = table.load()
    monkeypatch.setattr(table, "SHIPPED", stale)
    table.load.cache_clear()
    try:
        assert table.load() == shipped
    finally:
        table.load.cache_clear()
