"""How findings look in each format, and what every format must hold to."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_dsl import Diagnostic, Span, check
from leadflow_dsl.diagnostics import Edit, Label
from leadflow_dsl.render import FORMATS, render

WRONG = """\
flow broken "Five mistakes"
timezone "New York"

lead {
  email         email   required
  credit_score  number
  phone_1       phone
  phone_1       phone
}

buyer acme {
  accept when credit_scor >= 640                  else "score"
  accept when phone_1 is present
  price 20.00
  hours mon-fri 08:00-08:00
  deliver {
    post "https://acme.example/leads"
    body json { mail = email  call = phone_1.e614 }
    response json { accepted when "result.[x" == "ok"  otherwise rejected }
  }
}

route { waterfall acme }
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Diagnostic, ...], dict[str, str]]:
    folder: Path = tmp_path_factory.mktemp("flows")
    checked = check(folder / "broken.flow", WRONG)
    return checked.diagnostics, dict(checked.sources)


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "sarif"])
def test_formats(
    form: str, found: tuple[tuple[Diagnostic, ...], dict[str, str]], snapshot: SnapshotAssertion
) -> None:
    assert render(*found, form) == snapshot


def test_the_page_of_the_language_shows_this_very_text() -> None:
    source = "\n" * 30 + "  accept when credit_scor >= 640\n"
    span = Span("flows/solar.flow", 31, 15, 31, 26)
    finding = Diagnostic(
        "LF203",
        "error",
        "unknown field `credit_scor`",
        span,
        "not declared in `lead`, and no step sets it",
        help=("did you mean `credit_score` (number, flows/solar.flow:12)?",),
    )
    assert render((finding,), {"flows/solar.flow": source}) == (
        "flows/solar.flow:31:15: error[LF203]: unknown field `credit_scor`\n"
        "   |\n"
        "31 |   accept when credit_scor >= 640\n"
        "   |               ^^^^^^^^^^^ not declared in `lead`, and no step sets it\n"
        "   = help: did you mean `credit_score` (number, flows/solar.flow:12)?\n"
        "   = see:  leadflow explain LF203\n"
    )


def test_colour_only_where_it_is_asked_for(found: tuple[tuple[Diagnostic, ...], dict[str, str]]) -> None:
    assert "\x1b[" not in render(*found, "full")
    assert "\x1b[1;31m" in render(*found, "full", colour=True)
    assert "\x1b[" not in render(*found, "json", colour=True)


def test_json_lines_are_the_json_list(found: tuple[tuple[Diagnostic, ...], dict[str, str]]) -> None:
    lines = render(*found, "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render(*found, "json"))


def test_nothing_found_says_nothing_but_in_documents() -> None:
    said = {form: render((), {}, form) for form in FORMATS if form not in ("sarif", "junit")}
    assert said == {"full": "", "concise": "", "json": "[]\n", "jsonl": "", "github": ""}


def test_a_place_without_a_source_still_has_its_line() -> None:
    finding = Diagnostic("LF208", "error", "cannot read `x.flow`", Span("x.flow", 1, 1, 1, 1))
    assert render((finding,), {}) == (
        "x.flow:1:1: error[LF208]: cannot read `x.flow`\n  = see:  leadflow explain LF208\n"
    )


def test_carets_stand_under_wide_and_combined_characters() -> None:
    source = '  "日本" == cafe\u0301\n'
    span = Span("a.flow", 1, 11, 1, 16)
    shown = render((Diagnostic("LF203", "error", "x", span),), {"a.flow": source}).splitlines()
    assert shown[3] == "  |             ^^^^"


def test_a_line_without_end_is_shown_in_part() -> None:
    source = "x" * 100_000 + "HERE" + "y" * 100_000
    span = Span("a.flow", 1, 100_001, 1, 100_005)
    shown = render((Diagnostic("LF203", "error", "x", span),), {"a.flow": source})
    assert "HERE" in shown and len(shown) < 1000


def test_a_workflow_command_cannot_be_broken_out_of() -> None:
    finding = Diagnostic("LF203", "error", "a\n::error::b %", Span("a,b:c.flow", 1, 1, 1, 2))
    line = render((finding,), {}, "github")
    assert line.count("\n") == 1
    assert line.startswith("::error file=a%2Cb%3Ac.flow,line=1,")
    assert line.endswith("a%0A::error::b %25\n")


def test_further_places_and_repairs_reach_a_machine() -> None:
    span, other = Span("a.flow", 1, 1, 1, 2), Span("b.flow", 3, 4, 3, 5)
    finding = Diagnostic(
        "LF201", "warning", "m", span, labels=(Label(other, "first"),), fix=(Edit(other, "new"),)
    )
    (said,) = json.loads(render((finding,), {}, "json"))
    place = {"file": "b.flow", "start": {"line": 3, "column": 4}, "end": {"line": 3, "column": 5}}
    assert said["name"] == "duplicate-declaration"
    assert said["labels"] == [{"span": place, "text": "first"}]
    assert said["fix"] == {"edits": [{"span": place, "text": "new"}]}


def test_a_finding_is_as_its_schema_says(found: tuple[tuple[Diagnostic, ...], dict[str, str]]) -> None:
    schema = json.loads(resources.files("leadflow_dsl").joinpath("render/finding.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    said = json.loads(render(*found, "json"))
    assert said == [json.loads(line) for line in render(*found, "jsonl").splitlines()]
    for each in said:
        validator.validate(each)
    assert any(each["fix"] for each in said) and any(each["fix"] is None for each in said)
    assert not validator.is_valid({**said[0], "fix": []})
