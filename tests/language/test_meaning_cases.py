"""Cases in the language itself: declarations, then what must be found in them and where.

A file ``*.cases`` holds cases. A line ``=== NAME`` opens one, the declarations follow, and after a line ``---`` stands
one ``LINE:COLUMN CODE`` for each finding (lines count from the case's first), or nothing where the case is clean. A
further text on that line stands in the message or in its help. What a whole flow needs beside the declarations is
added behind them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadflow_dsl import check
from leadflow_dsl.rules.example import complete

FOLDER = Path(__file__).parent / "meaning"
FILES = {
    "lists/zips.csv": "zip,note\n10001,test\n",
    "lists/facts.csv": "zip,income,county\n10001,61000,New York\n",
    "mappings/lead.json.j2": '{"email": "{{ email }}", "id": "{{ ping.reference }}"}',
    "schemas/lead.json": """{
      "type": "object", "required": ["mail", "where"], "additionalProperties": false,
      "properties": {
        "mail": {"type": "string"}, "count": {"type": "integer"}, "kind": {"enum": ["new", "old"]},
        "where": {"$ref": "#/definitions/where"},
        "pets": {"type": "array", "items": {"type": "object", "required": ["name"]}}},
      "definitions": {"where": {"type": "object", "required": ["zip"], "properties": {"zip": {"minLength": 5}}}}}""",
    "schemas/away.json": '{"properties": {"mail": {"$ref": "other.json"}}}',
    "schemas/nowhere.json": '{"properties": {"mail": {"$ref": "#/definitions/mail"}}}',
    "schemas/round.json": '{"$ref": "#"}',
    "schemas/pattern.json": '{"properties": {"mail": {"pattern": "(?=a)"}}}',
    "schemas/wrong.json": '{"type": "objekt"}',
    "schemas/draft.json": '{"$schema": "https://b.example/own"}',
    "schemas/circle.json": """{
      "definitions": {"a": {"allOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}]}},
      "properties": {
        "a": {"$ref": "#/definitions/a"},
        "b": {"$id": "https://b.example/b", "$ref": "#/c", "c": {"type": "number"}}}}""",
    "schemas/text.json": '{"type": ',
    "schemas/old.json": '{"$schema": "http://json-schema.org/draft-04/schema#", "required": ["mail"]}',
    "models/quality.json": """{
      "format": "leadflow score model 1", "kind": "logistic", "version": "1", "base": 0,
      "features": [{"field": "credit_score", "as": "number"}], "weights": [0.01]}""",
    "models/loose.json": """{
      "format": "leadflow score model 1", "kind": "trees", "version": "1", "base": 0,
      "features": [{"field": "credit_score", "as": "number"}],
      "trees": [[{"value": 0, "feature": 0, "at_most": 1, "yes": 0, "no": 1}, {"value": 1}]]}""",
    "models/strange.json": """{
      "format": "leadflow score model 1", "kind": "logistic", "version": "1", "base": 0,
      "features": [
        {"field": "credit_scor", "as": "number"}, {"field": "email", "as": "number"},
        {"field": "state", "as": "is", "value": "CA"}],
      "weights": [0.01, 1, 1]}""",
    "shared/lists.flow": 'library lists\nlist blocked ["10001"]\n',
    "shared/terms.flow": """library terms
list blocked ["10001"]
suppression dns of phone
call_window tcpa { default 08:00-21:00 }
score hot { start 5  add 5 when homeowner }
buyer shared_buyer {
  price 4.00
  deliver { post "https://shared.example"  response { accepted when status 2xx  otherwise rejected } }
}
""",
}


def cases() -> list[tuple[str, str, str]]:
    """Every case: its name, its declarations, what is expected."""
    found = []
    for file in sorted(FOLDER.glob("*.cases")):
        for block in re.split(r"^=== ", file.read_text(), flags=re.MULTILINE)[1:]:
            name, _, rest = block.partition("\n")
            text, _, expected = rest.partition("\n---")
            found.append((f"{file.stem}: {name.strip()}", text, expected.strip()))
    return found


@pytest.mark.parametrize(("name", "text", "expected"), cases(), ids=[name for name, *_ in cases()])
def test_case(name: str, text: str, expected: str, tmp_path: Path) -> None:
    whole = complete(text)
    before = whole[: whole.index(text.strip("\n"))].count("\n") if not whole.startswith("flow x") else 0
    checked = check(tmp_path / "case.flow", whole, FILES)
    found = [f"{one.span.line - before}:{one.span.column} {one.code}" for one in checked.diagnostics]
    told = ["\n".join((one.message, *one.help)) for one in checked.diagnostics]
    lines = [line.split(" ", 2) for line in expected.splitlines()]
    assert found == [" ".join(line[:2]) for line in lines], "\n".join(told)
    for line, text in zip(lines, told, strict=True):
        assert "".join(line[2:]) in text


def test_there_are_cases() -> None:
    assert len(cases()) > 60
