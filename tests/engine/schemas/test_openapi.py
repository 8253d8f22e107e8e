"""OpenAPI of the intake: valid by its own rules, whole, and with examples that fit."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from syrupy.assertion import SnapshotAssertion

from leadflow_dsl.checking import check
from leadflow_engine.instructions import for_source, intake
from leadflow_engine.plan import make_plan
from leadflow_engine.schemas import openapi, written

ROOT = Path(__file__).resolve().parents[3]
MOMENT = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)
FLOWS = [
    ROOT / "flows" / "solar.flow",
    ROOT / "tests" / "dsl" / "data" / "forms" / "every_form.flow",
    *sorted((ROOT / "examples").glob("*/flow.flow")),
]


def described(path: Path) -> dict[str, Any]:
    flow = check(path).flow
    assert flow is not None
    plan = make_plan(flow)
    told = [for_source(plan, name, MOMENT) for name in plan.sources]
    found: dict[str, Any] = json.loads(written(openapi(told, "1"), "json"))
    return found


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_it_is_openapi(path: Path) -> None:
    validate(described(path))


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_every_example_fits_its_schema(path: Path) -> None:
    whole = described(path)
    examples = [
        (content["schema"], example)
        for item in whole["paths"].values()
        for operation in item.values()
        for content in _contents(operation)
        if "schema" in content
        for example in _examples(content)
    ]
    assert examples
    for schema, example in examples:
        Draft202012Validator({**schema, "components": whole["components"]}).validate(example)


def _contents(operation: dict[str, Any]) -> list[dict[str, Any]]:
    answers = [each for each in operation["responses"].values() if "content" in each]
    asked = [operation["requestBody"]] if "requestBody" in operation else []
    return [content for each in (*asked, *answers) for content in each["content"].values()]


def _examples(content: dict[str, Any]) -> list[Any]:
    named = [each["value"] for each in content.get("examples", {}).values()]
    return [*named, *([content["example"]] if "example" in content else [])]


def test_what_an_integrator_of_solar_gets(snapshot: SnapshotAssertion) -> None:
    whole = described(ROOT / "flows" / "solar.flow")
    submit = whole["paths"]["/flows/solar/sources/facebook/submit"]["post"]
    assert submit["security"] == [{"key": []}]
    assert {*submit["responses"]} == {str(status) for status in intake.STATUSES}
    assert set(whole["paths"]) == {"/flows/solar/sources/facebook/submit", "/leads/{id}"}
    del whole["components"]["schemas"]["Lead_facebook"]["properties"]  # is shown by the schema's own tests
    assert whole == snapshot


def test_a_source_that_pings_has_a_way_to_ping() -> None:
    whole = described(ROOT / "tests" / "dsl" / "data" / "forms" / "every_form.flow")
    assert "/flows/every_form/sources/fb/ping" in whole["paths"]
    assert "/flows/every_form/sources/b/ping" not in whole["paths"]
