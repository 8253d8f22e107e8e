"""The table of types in words, held against the readers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from leadflow_dsl.terms import Type
from leadflow_dsl.types import KINDS
from leadflow_engine.instructions.types_in_words import TYPES, called, example_of, takes
from leadflow_engine.values import parse

CASES = sorted((Path(__file__).parents[2] / "conformance" / "types").glob("*.yaml"))
JSON_KINDS = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    Decimal: "number",
    list: "array",
    dict: "object",
}


def full(name: str) -> Type:
    return Type(name, members=("small", "large"), of=Type("text"), columns=(("name", Type("text")),))


def test_every_type_that_a_field_may_have_is_told() -> None:
    assert set(TYPES) == {name for name, kind in KINDS.items() if kind.declarable}


@pytest.mark.parametrize("country", ["US", "CA", "GB", "DE"])
@pytest.mark.parametrize("name", TYPES)
def test_the_example_of_a_type_is_read_as_good(name: str, country: str) -> None:
    value = parse(full(name), example_of(full(name), country), country)
    assert value.valid
    assert called(full(name)) and "{" not in takes(full(name), country, "UTC")


def type_of(named: Any) -> Type:
    if isinstance(named, str):
        return Type(named)
    of = type_of(named["of"]) if "of" in named else None
    columns = tuple((name, type_of(column)) for name, column in named.get("columns", {}).items())
    return Type(named["name"], members=tuple(named.get("members", ())), of=of, columns=columns)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_kind_of_value_that_a_reader_takes_is_left_out(path: Path) -> None:
    for group in yaml.safe_load(path.read_text("utf-8")):
        type_ = type_of(group["type"])
        taken = {
            JSON_KINDS[type(case["in"])]
            for case in group["cases"]
            if type(case["in"]) in JSON_KINDS
            and type_.name not in {"list", "record"}
            and parse(type_, case["in"], case.get("country", "US")).valid
        }
        assert taken <= set(TYPES[type_.name].kinds), type_.name
