"""SARIF 2.1.0, the standard format of static analysis: what code scanning of GitHub, GitLab and others reads.

Columns count characters (``unicodeCodePoints``) and lines from 1, as everywhere here. A finding is known again by its
rule, its file and the text of its line, so that it stays the same when other lines come and go.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final
from urllib.parse import quote

from leadflow_dsl.diagnostics import Diagnostic, Edit, Label, Span
from leadflow_dsl.excuses import Excused
from leadflow_dsl.pages import page
from leadflow_dsl.render.report import Report
from leadflow_dsl.rules import RULES, Rule

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_NUMBERS: Final = {code: number for number, code in enumerate(RULES)}


def render(report: Report) -> str:
    """One document with one run; findings that the text excuses are suppressed results."""
    lines = {file: text.split("\n") for file, text in report.sources.items()}
    found = [(finding, None) for finding in report.findings]
    excused = [(one.finding, one) for one in report.excused]
    prints = _fingerprints((finding for finding, _ in (*found, *excused)), lines)
    run = {
        "tool": {
            "driver": {"name": "leadflow", "version": _version(), "rules": [*map(_rule, RULES.values())]}
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "Where lint was started."}}},
        "results": [
            _result(finding, excuse, mark)
            for (finding, excuse), mark in zip((*found, *excused), prints, strict=True)
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _version() -> str:
    try:
        return version("leadflow")
    except PackageNotFoundError:
        return "0"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Diagnostic, excuse: Excused | None, mark: str) -> dict[str, Any]:
    text = "\n".join((finding.message, *(f"help: {one}" for one in finding.help)))
    result = {
        "ruleId": finding.code,
        "ruleIndex": _NUMBERS.get(finding.code, -1),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [_location(Label(finding.span, finding.label))],
        "partialFingerprints": {"leadflowFinding/v1": mark},
    }
    if finding.labels:
        related = [{"id": number} | _location(label) for number, label in enumerate(finding.labels)]
        result["relatedLocations"] = related
    if finding.fix:
        result["fixes"] = [_fix(finding.fix)]
    if excuse:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": excuse.reason}]
    return result


def _location(label: Label) -> dict[str, Any]:
    said = {"message": {"text": label.text}} if label.text else {}
    return {"physicalLocation": _place(label.span), **said}


def _file(file: str) -> dict[str, str]:
    return {"uri": quote(file), "uriBaseId": ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": max(span.line, 1),
        "startColumn": max(span.column, 1),
        "endLine": max(span.end_line, 1),
        "endColumn": max(span.end_column, 1),
    }


def _place(span: Span) -> dict[str, Any]:
    return {"artifactLocation": _file(span.file), "region": _region(span)}


def _fix(edits: Sequence[Edit]) -> dict[str, Any]:
    files = dict.fromkeys(edit.span.file for edit in edits)
    return {
        "artifactChanges": [
            {"artifactLocation": _file(file), "replacements": _of(file, edits)} for file in files
        ]
    }


def _of(file: str, edits: Sequence[Edit]) -> list[dict[str, Any]]:
    return [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in edits
        if edit.span.file == file
    ]


def _fingerprints(findings: Iterable[Diagnostic], lines: Mapping[str, Sequence[str]]) -> Iterable[str]:
    seen: Counter[str] = Counter()
    for finding in findings:
        source = lines.get(finding.span.file, ())
        line = source[finding.span.line - 1].strip() if 1 <= finding.span.line <= len(source) else ""
        mark = hashlib.sha256("\0".join((finding.code, finding.span.file, line)).encode()).hexdigest()[:32]
        yield f"{mark}:{seen[mark]}"
        seen[mark] += 1
