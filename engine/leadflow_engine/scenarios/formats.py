"""What machines read of scenarios: JSON and JUnit XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from leadflow_engine.reports.lead_object import json_line
from leadflow_engine.scenarios.play import Played
from leadflow_engine.scenarios.report import named, path_text
from leadflow_engine.scenarios.suite import FileReport
from leadflow_engine.scenarios.yaml_text import flow_text


def as_json(reports: Sequence[FileReport]) -> str:
    """One document: ``files[]`` with their ``scenarios[]``, and a ``summary``."""
    files = [_file(report) for report in reports]
    summary = {
        "scenarios": sum(len(report.played) for report in reports),
        "failed": sum(len(report.failed) for report in reports),
        "files": len(reports),
        "not_run": sum(bool(report.problem) for report in reports),
    }
    return json_line({"files": files, "summary": summary}) + "\n"


def _file(report: FileReport) -> Mapping[str, Any]:
    found = {"file": report.path, "flow": report.file.flow if report.file else None}
    problem = {"problem": report.problem} if report.problem else {}
    return {**found, **problem, "scenarios": [_scenario(report, played) for played in report.played]}


def _scenario(report: FileReport, played: Played) -> Mapping[str, Any]:
    return {
        "name": played.scenario.name,
        "line": line_of(report, played),
        "passed": played.passed,
        "differences": [
            {"path": path_text(each), "expected": each.expected, "found": each.found}
            for outcome in played.outcomes
            for each in outcome.differences
        ],
        "not_given": [named(call) for outcome in played.outcomes for call, _ in outcome.missing],
        "trouble": next((outcome.trouble for outcome in played.outcomes if outcome.trouble), None),
    }


def line_of(report: FileReport, played: Played) -> int:
    """The line on which a scenario, or its row, stands."""
    assert report.file is not None
    return report.file.document.places[played.scenario.row or played.scenario.path][0]


# ------------------------------------------------------------------ junit


def as_junit(reports: Sequence[FileReport]) -> str:
    """A test suite a file, a test case a scenario."""
    suites = "".join(_suite(report) for report in reports)
    tests = sum(_tests(report) for report in reports)
    failed = sum(len(report.failed) + bool(report.problem) for report in reports)
    head = f'<testsuites name="leadflow test" tests="{tests}" failures="{failed}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{suites}</testsuites>\n'


def _tests(report: FileReport) -> int:
    return len(report.played) + bool(report.problem)


def _suite(report: FileReport) -> str:
    failed = len(report.failed) + bool(report.problem)
    head = f'  <testsuite name={_attribute(report.path)} tests="{_tests(report)}" failures="{failed}">\n'
    cases = "".join(_case(report, played) for played in report.played)
    if report.problem:
        cases += _failed(report.path, "not run", report.problem, report.path, 1)
    return f"{head}{cases}  </testsuite>\n"


def _case(report: FileReport, played: Played) -> str:
    line = line_of(report, played)
    if not played.passed:
        said = [
            f"{path_text(each)}: expected {flow_text(each.expected)}, found {flow_text(each.found)}"
            for each in played.outcomes[-1].differences
        ]
        said += [f"{named(call)} is called: {why}" for call, why in played.outcomes[-1].missing]
        said += [played.outcomes[-1].trouble] if played.outcomes[-1].trouble else []
        return _failed(report.path, played.scenario.name, "\n".join(said), report.path, line)
    return f"    <testcase{_place(report.path, played.scenario.name, line)}/>\n"


def _failed(suite: str, name: str, text: str, file: str, line: int) -> str:
    first = text.splitlines()[0]
    body = f"      <failure message={_attribute(first)}>{escape(_harmless(text))}</failure>\n"
    return f"    <testcase{_place(suite, name, line)}>\n{body}    </testcase>\n"


def _place(file: str, name: str, line: int) -> str:
    return f' classname={_attribute(file)} name={_attribute(name)} file={_attribute(file)} line="{line}"'


def _attribute(text: str) -> str:
    return quoteattr(_harmless(text))


def _harmless(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        char if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff") else "\ufffd" for char in text
    )
