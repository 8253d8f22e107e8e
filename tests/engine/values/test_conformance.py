"""The types of the language, by cases: what comes in, what comes out. The cases are data; others could run
them."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from leadflow_dsl.terms import Type
from leadflow_engine.values import Value, parse, written

FOLDER = Path(__file__).parents[2] / "conformance" / "types"
FILES = sorted(FOLDER.glob("*.yaml"))


def type_of(named: Any) -> Type:
    """A type as a case file writes it: a name, or a mapping with ``members``, ``of`` or ``columns``."""
    if isinstance(named, str):
        return Type(named)
    of = type_of(named["of"]) if "of" in named else None
    columns = tuple((name, type_of(column)) for name, column in named.get("columns", {}).items())
    return Type(named["name"], members=tuple(named.get("members", ())), of=of, columns=columns)


def cases() -> list[Any]:
    """Every case of every file, named for its type and what comes in."""
    return [
        pytest.param(
            type_of(group["type"]), case, id=f"{path.stem}-{type_of(group['type']).name}-{case['in']!r:.60}"
        )
        for path in FILES
        for group in yaml.safe_load(path.read_text("utf-8"))
        for case in group["cases"]
    ]


def read(type_: Type, case: dict[str, Any]) -> Value:
    now = datetime.datetime.fromisoformat(case["now"]) if "now" in case else None
    return parse(type_, case["in"], case.get("country", "US"), case.get("zone", "UTC"), now=now)


def same(found: Any, expected: Any) -> bool:
    """Whether a plain value is what the case says: numbers exactly, dates and times as ISO 8601."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, Decimal):
        return found == Decimal(str(expected))
    if isinstance(found, datetime.date | datetime.time):
        return bool(found.isoformat() == expected)
    return type(found) is type(expected) and bool(found == expected)


@pytest.mark.parametrize(("type_", "case"), cases())
def test_case(type_: Type, case: dict[str, Any]) -> None:
    value = read(type_, case)
    assert value.blank is case.get("blank", False)
    assert value.valid is (case.get("valid", True) and not value.blank)
    if "normal" in case or not value.valid:
        assert same(value.normal, case.get("normal")), value.normal
    for name, expected in case.get("parts", {}).items():
        assert same(value.part(name), expected), (name, value.part(name))
    if "written" in case:
        assert written(value, "text") == case["written"]


def test_money_has_its_two_places_even_where_they_are_nought() -> None:
    assert str(parse(Type("money"), "250").normal) == "250.00"


def test_every_type_of_the_language_has_cases() -> None:
    from leadflow_dsl.types import KINDS

    tried = {
        type_of(group["type"]).name for path in FILES for group in yaml.safe_load(path.read_text("utf-8"))
    }
    assert tried == {name for name, kind in KINDS.items() if kind.declarable}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_cases_is_as_its_schema_says(path: Path) -> None:
    schema = json.loads((FOLDER / "cases.schema.json").read_text("utf-8"))
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), schema)


def test_no_case_stands_there_twice() -> None:
    seen = [
        repr((group["type"], case["in"], case.get("country"), case.get("zone"), case.get("now")))
        for path in FILES
        for group in yaml.safe_load(path.read_text("utf-8"))
        for case in group["cases"]
    ]
    assert [case for case in seen if seen.count(case) > 1] == []
    assert len(seen) > 700
