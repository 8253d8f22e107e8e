"""SARIF as the published schema wants it, and what code scanning takes from it.

``data/sarif-2.1.0.schema.json`` is the schema of the OASIS standard SARIF 2.1.0 as it is published at
https://json.schemastore.org/sarif-2.1.0.json; it was taken from the npm package @microsoft/sarif-multitool-ts 5.7.0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_dsl import check
from leadflow_dsl.diagnostics import Diagnostic, Edit, Label, Span
from leadflow_dsl.render import Report, render_report
from leadflow_dsl.rules import RULES
from leadflow_dsl.rules.example import complete

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.schema.json").read_text())
WRONG = complete("""
filter f {
  reject when "日本" == email and credit_scor > 1
  reject when phone_1 is present
  reject when phone_2 is present  # leadflow: allow LF307 because the buyer mends them
}
lead {
  email         email   required
  credit_score  number
  phone_1       phone
  phone_2       phone
  phone_2       phone
}""")


def document(text: str) -> dict[str, Any]:
    """What is written of a flow, which is valid in any case."""
    checked = check(Path("/nowhere/wrong.flow"), text)
    report = Report(checked.diagnostics, checked.sources, excused=checked.excused)
    found: dict[str, Any] = json.loads(render_report(report, "sarif"))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


def results(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(text)["runs"][0]["results"]
    return found


def test_the_schema_would_find_what_is_wrong() -> None:
    found = document(WRONG)
    found["runs"][0]["results"][0]["level"] = "info"
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(found)


def test_results(snapshot: SnapshotAssertion) -> None:
    found = results(WRONG)
    assert [list(RULES)[one.pop("ruleIndex")] for one in found] == [one["ruleId"] for one in found]
    assert json.dumps(found, indent=2, ensure_ascii=False) == snapshot


def test_every_rule_is_described() -> None:
    driver = document("")["runs"][0]["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    (present,) = (rule for rule in driver["rules"] if rule["id"] == "LF307")
    assert present["name"] == "present-not-valid"
    assert present["defaultConfiguration"] == {"level": "warning"}
    assert "Wrong:" in present["help"]["text"]


def test_columns_count_characters() -> None:
    (place,) = (
        result["locations"][0]["physicalLocation"]["region"]
        for result in results(WRONG)
        if "credit_scor" in result["message"]["text"]
    )
    assert document("")["runs"][0]["columnKind"] == "unicodeCodePoints"
    assert place["startColumn"] == WRONG.splitlines()[place["startLine"] - 1].index("credit_scor") + 1


def test_a_finding_is_the_same_when_lines_come_and_go() -> None:
    def marks(text: str) -> list[str]:
        return [result["partialFingerprints"]["leadflowFinding/v1"] for result in results(text)]

    later = WRONG.replace("filter f {", "\n\n# more\nfilter f {")
    assert marks(WRONG) == marks(later)
    assert len(set(marks(WRONG))) == len(marks(WRONG))
    assert marks(WRONG) != marks(WRONG.replace("phone_1 is present", "phone_1 is  present"))


def test_excused_findings_are_suppressed_with_their_reason() -> None:
    suppressed = [result for result in results(WRONG) if "suppressions" in result]
    assert [(one["ruleId"], one["suppressions"][0]["justification"]) for one in suppressed] == [
        ("LF307", "the buyer mends them")
    ]


@pytest.mark.parametrize("file", ["a b.flow", "ä#?.flow", "x/y%20.flow"])
def test_names_of_files_are_uris(file: str) -> None:
    span = Span(file, 1, 1, 1, 2)
    finding = Diagnostic("LF203", "error", "m", span, labels=(Label(span, ""),), fix=(Edit(span, "x"),))
    found = json.loads(render_report(Report([finding]), "sarif"))
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    validator.validate(found)
    uri = found["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert not set(uri) & set(" #?ä")
