"""The shipped table belongs to the grammar, and the grammar has no conflict."""

from __future__ import annotations

import json

import pytest
from lark import Lark
from lark.exceptions import GrammarError
from lark.parsers.lalr_analysis import LALR_Analyzer

from leadflow_dsl import table

GRAMMAR = table.GRAMMAR.read_text(encoding="utf-8")


def test_the_grammar_has_no_conflict() -> None:
    parser = Lark(GRAMMAR, start="file", parser="lalr", lexer="basic", maybe_placeholders=True)
    LALR_Analyzer(parser.parser.parser.parser_conf, strict=True).compute_lalr()


def test_a_conflict_would_be_found() -> None:
    ambiguous = GRAMMAR.replace("sum: _sum (PLUS | MINUS) _product", "sum: _sum (PLUS | MINUS) _sum")
    parser = Lark(ambiguous, start="file", parser="lalr", lexer="basic", maybe_placeholders=True)
    with pytest.raises(GrammarError):
        LALR_Analyzer(parser.parser.parser.parser_conf, strict=True).compute_lalr()


def test_no_terminals_collide_in_lark_s_own_lexer() -> None:
    table.build(GRAMMAR, strict=True)


def test_the_shipped_table_is_what_the_grammar_gives() -> None:
    shipped = json.loads(table.SHIPPED.read_text(encoding="utf-8"))
    built = table.build(GRAMMAR)
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
