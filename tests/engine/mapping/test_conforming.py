"""A body that says what it conforms to is held against it before it is sent."""

import json
from decimal import Decimal

import pytest

from leadflow_dsl import model as m
from leadflow_engine.effects import HttpRequest
from leadflow_engine.mapping.problems import MappingError

ZIP = {"properties": {"zip": {"type": "string", "minLength": 5}}, "required": ["zip"]}


@pytest.fixture
def sent(request_for, as_pairs, tmp_path):
    """The body that pairs or a template give under a schema, or why there is none."""

    def make(schema, mapping=None, inline="", auth=(), **lead):
        (tmp_path / "buyer.json").write_text(json.dumps(schema), encoding="utf-8")
        body = m.Body("json", as_pairs(mapping or {}), inline=inline, schema="buyer.json")
        request = request_for(lead, root=str(tmp_path), body=body, auth=auth)
        return request.body if isinstance(request, HttpRequest) else request.reason

    return make


def test_what_conforms_is_sent(sent, field, typed):
    assert sent(ZIP, {"zip": field("zip")}, zip=typed("text", "90210")) == '{"zip":"90210"}'


def test_what_does_not_is_told_by_place_and_rule_and_never_by_value(sent, field, typed):
    told = sent(ZIP, {"zip": field("zip")}, zip=typed("text", "9021"))
    assert told == "the body does not conform to buyer.json: zip: `minLength` is 5"


def test_a_blank_that_is_required(sent, field):
    told = sent(ZIP, {"zip": field("zip")}, zip=None)
    assert told == "the body does not conform to buyer.json: root: it lacks `zip`"


def test_a_template(sent, field, typed):
    assert 'zip: `type` is "string"' in sent(ZIP, inline='{"zip": 90210}')
    assert sent(ZIP, inline='{"zip": "{{ zip }}"}', zip=typed("text", "90210")) == '{"zip": "90210"}'


def test_a_name_that_the_schema_does_not_have_is_not_shown(sent, typed):
    schema = {"additionalProperties": {"type": "string"}}
    told = sent(schema, inline='{"{{ name }}": 1}', name=typed("text", "Ana"))
    assert told == 'the body does not conform to buyer.json: *: `type` is "string"'
    told = sent({"additionalProperties": False}, inline='{"{{ name }}": 1}', name=typed("text", "Ana"))
    assert told == "the body does not conform to buyer.json: root: `additionalProperties`"


@pytest.mark.parametrize(
    ("rule", "number", "fits"),
    [
        ({"multipleOf": 0.01}, "19.99", True),
        ({"multipleOf": 0.01}, "19.995", False),
        ({"maximum": 0.3}, "0.3", True),
        ({"const": 19.99}, "19.99", True),
        ({"type": "integer"}, "3.0", True),
        ({"type": "integer"}, "3.5", False),
        ({"type": "number"}, "3.5", True),
    ],
)
def test_numbers_are_exact(sent, rule, number, fits):
    written = sent({"properties": {"n": rule}}, inline=f'{{"n": {number}}}')
    assert (written == f'{{"n": {number}}}') is fits
    assert Decimal(number) or fits


def test_nothing_is_asked_of_a_secret_but_that_it_is_a_text(sent, as_pairs):
    from leadflow_dsl.diagnostics import NOWHERE
    from leadflow_dsl.terms import SecretRef
    from leadflow_dsl.types import TEXT

    auth = (m.Auth("body", SecretRef("KEY", TEXT, NOWHERE), "key"),)
    rule = {"pattern": "^[a-f0-9]{8}$", "maxLength": 8, "enum": ["deadbeef"]}
    mapping = {"a": "x"}
    assert "KEY" in sent({"required": ["key"], "properties": {"key": rule}}, mapping, auth=auth)
    told = sent({"properties": {"key": {"type": "number"}}}, mapping, auth=auth)
    assert told == 'the body does not conform to buyer.json: key: `type` is "number"'


def test_a_pattern_is_no_way_to_make_it_slow(sent, field, typed):
    schema = {"properties": {"a": {"pattern": "^(a+)+$"}}}
    assert "`pattern`" in sent(schema, {"a": field("a")}, a=typed("text", "a" * 5000 + "b"))


def test_a_circle_that_a_body_walks_into_is_a_refusal(sent):
    schema = {"properties": {"a": {"$ref": "#/properties/a"}}}
    assert sent(schema, {"a": "x"}) == "the body cannot be held against buyer.json"


def test_a_schema_that_cannot_be_used_is_the_flows_mistake(sent):
    with pytest.raises(MappingError, match="leads out of the file"):
        sent({"$ref": "https://b.example/x.json"}, {"a": "x"})
