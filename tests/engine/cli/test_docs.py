"""leadflow docs and schema, as somebody gives them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import yaml
from click.testing import Result

Leadflow = Callable[..., Result]


def test_docs_for_the_only_source(market: Path, leadflow: Leadflow) -> None:
    text = (market / "flow.flow").read_text()
    assert leadflow("docs", "flow.flow").output.startswith("# Posting leads: ")
    named = leadflow("docs", "flow.flow", "--base-url", "https://in.example").output
    assert "POST https://in.example/flows/" in named and "source" in text


def test_docs_into_files_of_each_kind(market: Path, leadflow: Leadflow) -> None:
    for name, start in (("a.md", "# "), ("a.html", "<!doctype html>"), ("a.json", "{")):
        assert leadflow("docs", "flow.flow", "-o", name).output == ""
        assert (market / name).read_text().startswith(start)
    said = leadflow("docs", "flow.flow", "--format", "json").output
    assert said == (market / "a.json").read_text()


def test_docs_of_who_is_not_there(market: Path, leadflow: Leadflow) -> None:
    assert (
        "no buyer `nobody`; there are " in leadflow("docs", "flow.flow", "--buyer", "nobody", code=2).output
    )
    assert (
        "either --source or --buyer"
        in leadflow("docs", "flow.flow", "--buyer", "a", "--source", "b", code=2).output
    )
    assert "give a FLOW, or --changes OLD NEW" in leadflow("docs", code=2).output


def test_what_changed(market: Path, leadflow: Leadflow) -> None:
    same = leadflow("docs", "--changes", "flow.flow", "flow.flow")
    assert "Nothing changes for this source." in same.output
    text = (market / "flow.flow").read_text()
    (market / "new.flow").write_text(text.replace("lead {", "lead {\n  shoe number required", 1))
    told = leadflow("docs", "--changes", "flow.flow", "new.flow").output
    assert "## You must act\n\n- Send the new field `shoe` (number); it is required." in told


def test_a_flow_with_mistakes_is_told_and_not_described(market: Path, leadflow: Leadflow) -> None:
    (market / "wrong.flow").write_text("flow f\nlead { a txet }\n")
    for command in ("docs", "schema"):
        result = leadflow(command, "wrong.flow", code=1)
        assert "wrong.flow:2" in result.output and "# Posting" not in result.output


def test_schema_and_openapi(market: Path, leadflow: Leadflow) -> None:
    schema = json.loads(leadflow("schema", "flow.flow").output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    whole = json.loads(leadflow("schema", "flow.flow", "--openapi").output)
    assert whole["openapi"] == "3.1.0"
    leadflow("schema", "flow.flow", "--openapi", "-o", "api.yaml")
    assert yaml.safe_load((market / "api.yaml").read_text()) == whole
