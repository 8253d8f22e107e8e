"""A lead as JSON Schema: a schema by its own rules, never stricter than the door, never blind to what must come."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from leadflow_dsl.checking import check, check_files
from leadflow_dsl.terms import Type
from leadflow_dsl.types import KINDS
from leadflow_engine.instructions import SourceInstructions, for_source
from leadflow_engine.intake import door
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.plan import Plan, make_plan
from leadflow_engine.schemas import lead_schema, written
from leadflow_engine.schemas.types import type_schema
from leadflow_engine.values import parse

ROOT = Path(__file__).resolve().parents[3]
MOMENT = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)
CASES = sorted((ROOT / "tests" / "conformance" / "types").glob("*.yaml"))
FLOWS = [
    ROOT / "flows" / "solar.flow",
    ROOT / "tests" / "dsl" / "data" / "forms" / "every_form.flow",
    *sorted((ROOT / "examples").glob("*/flow.flow")),
]
STRICT = """
flow f "F"
lead {
  name    first_name    required
  mail    email         required aliases e_mail
  phone   phone
  wants   boolean       required
  score   number        between 300 and 850
  roof    enum(flat, "low slope", 3)  required
  tags    list of text  required
  kids    list of { name text  born date }
  require any of phone, score else "one of them"
}
source s { map { name "person.name"  wants "answers[1]" } }
buyer b {
  price 1.00
  deliver {
    post "https://b.example"
    body json { a = mail }
    response { accepted when status 2xx  otherwise error }
  }
}
route { waterfall b }
""".replace(", 3)", ', "3")')


def plan_of(path: Path) -> Plan:
    flow = check(path).flow
    assert flow is not None
    return make_plan(flow)


def strict() -> tuple[Plan, SourceInstructions]:
    checked = check_files({"f.flow": STRICT}, "f.flow")
    assert checked.flow is not None, checked.errors
    plan = make_plan(checked.flow)
    return plan, for_source(plan, "s", MOMENT)


PLAN, TOLD = strict()
SCHEMA = json.loads(written(lead_schema(TOLD), "json"))
GOOD = json.loads(TOLD.requests[0].text)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_every_flow_of_ours_has_a_schema_that_its_own_example_fits(path: Path) -> None:
    plan = plan_of(path)
    for name in plan.sources:
        told = for_source(plan, name, MOMENT)
        schema = json.loads(written(lead_schema(told), "json"))
        Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", ()):
            Draft202012Validator(schema).validate(example)
        assert schema.get("examples") or told.problem or told.fetched


def test_yaml_says_the_same_as_json() -> None:
    assert yaml.safe_load(written(lead_schema(TOLD), "yaml")) == SCHEMA


# ------------------------------------------------------------------ not stricter than the readers


def type_of(named: Any) -> Type:
    if isinstance(named, str):
        return Type(named)
    of = type_of(named["of"]) if "of" in named else None
    columns = tuple((name, type_of(column)) for name, column in named.get("columns", {}).items())
    return Type(named["name"], members=tuple(named.get("members", ())), of=of, columns=columns)


def good_cases() -> list[Any]:
    return [
        pytest.param(type_, json.loads(json.dumps(raw, default=str)), id=f"{type_.name}-{raw!r:.50}")
        for path in CASES
        for group in yaml.safe_load(path.read_text("utf-8"))
        for type_ in [type_of(group["type"])]
        for raw, country in [(case["in"], case.get("country", "US")) for case in group["cases"]]
        if isinstance(raw, str | int | float | list | dict) and parse(type_, raw, country, now=MOMENT).valid
    ]


@pytest.mark.parametrize(("type_", "raw"), good_cases())
def test_what_a_reader_takes_the_schema_takes(type_: Type, raw: Any) -> None:
    for blank in (True, False):
        assert Draft202012Validator(type_schema(type_, blank)).is_valid(raw)


@pytest.mark.parametrize("member", ["small", "Dark Red", "3", "a/b", "(x)", "É", "true"])
def test_an_enum_takes_its_members_in_any_spelling(member: str) -> None:
    type_ = Type("enum", members=(member, "other"))
    validator = Draft202012Validator(type_schema(type_, blank=False))
    for raw in (member, member.upper(), member.lower(), f"  {member} ", member.replace(" ", "  ")):
        assert parse(type_, raw).valid and validator.is_valid(raw)
    assert not validator.is_valid("neither") and not validator.is_valid("") and not validator.is_valid(None)


# ------------------------------------------------------------------ not blind to what must come

KINDS_OF_JSON = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text("ab1 ", max_size=4),
    st.lists(st.text("ab", max_size=2), max_size=2),
    st.dictionaries(st.sampled_from(["name", "x"]), st.text("ab", max_size=2), max_size=2),
)
NAMES = ("mail", "e_mail", "phone", "wants", "score", "roof", "tags", "kids", "person", "answers")


def told_by_the_door(payload: dict[str, Any]) -> list[str]:
    lead = door.read_lead(PLAN, Arrival("l", "l", "s", payload), MOMENT, MOMENT)
    return list(door.problems(PLAN, lead))


def absent(payload: dict[str, Any]) -> set[str]:
    """What this flow requires and nothing at all came for: the part of the door's work that is structure."""
    person, answers = payload.get("person"), payload.get("answers")
    found = {
        "name": isinstance(person, dict) and "name" in person,
        "wants": isinstance(answers, list) and len(answers) > 1,
        "mail": "mail" in payload or "e_mail" in payload,
        "roof": "roof" in payload,
        "tags": "tags" in payload,
        "one of them": "phone" in payload or "score" in payload,
    }
    return {name for name, there in found.items() if not there}


@given(st.data())
def test_what_the_schema_takes_lacks_nothing(data: st.DataObject) -> None:
    payload = dict(GOOD)
    for name in data.draw(st.sets(st.sampled_from(NAMES), max_size=3)):
        change = data.draw(st.one_of(st.just("gone"), KINDS_OF_JSON))
        payload = {key: value for key, value in payload.items() if key != name}
        if change != "gone":
            payload[name] = change
    lacks = absent(payload)
    if Draft202012Validator(SCHEMA).is_valid(payload):
        assert lacks == set()
    said = " ".join(told_by_the_door(payload))
    assert all(name in said for name in lacks)


@pytest.mark.parametrize(
    ("name", "value"), [("roof", "round"), ("tags", None), ("wants", []), ("person", "x"), ("mail", 3)]
)
def test_what_no_reader_could_take_the_schema_does_not_take(name: str, value: Any) -> None:
    payload = {**GOOD, **({"answers": [None, value]} if name == "wants" else {name: value})}
    assert told_by_the_door(payload)
    assert not Draft202012Validator(SCHEMA).is_valid(payload)


@given(st.data())
def test_what_the_door_takes_the_schema_takes(data: st.DataObject) -> None:
    payload = {**GOOD, **data.draw(st.fixed_dictionaries({}, optional=SPELLINGS))}
    if told_by_the_door(payload) == []:
        Draft202012Validator(SCHEMA).validate(payload)


SPELLINGS: dict[str, st.SearchStrategy[Any]] = {
    "mail": st.sampled_from(["a@example.com", " A@EXAMPLE.com "]),
    "phone": st.sampled_from([None, "", "512-555-0147", 5125550147, "(512) 555 0147 ext 3"]),
    "score": st.sampled_from([None, "720", 720, 720.0, "1,000", "70k"]),
    "roof": st.sampled_from(["flat", "FLAT", " low  slope ", 3, "3"]),
    "tags": st.sampled_from([["a"], "a|b", "a", 3, True, ["a", 1]]),
    "kids": st.sampled_from([None, [], [{"name": "x"}], {"NAME": "x"}, '[{"name": "x"}]']),
    "anything": st.none() | st.text(max_size=3),
}


def test_a_list_of_what_a_type_is_knows_every_type() -> None:
    for name, kind in KINDS.items():
        if kind.declarable:
            Draft202012Validator.check_schema(type_schema(Type(name, members=("a",), of=Type("text"))))
