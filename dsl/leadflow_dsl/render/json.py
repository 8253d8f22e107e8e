"""All findings as one JSON document: a list. ``finding.schema.json`` beside this file says what an object holds."""

from __future__ import annotations

import json
from typing import Any

from leadflow_dsl.diagnostics import Diagnostic, Edit, Label, Span
from leadflow_dsl.render.report import Report
from leadflow_dsl.rules import RULES


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def _with_text(piece: Label | Edit) -> dict[str, Any]:
    return {"span": _span(piece.span), "text": piece.text}


def as_object(finding: Diagnostic) -> dict[str, Any]:
    """A finding as a JSON object; the keys are stable."""
    rule = RULES.get(finding.code)
    return {
        "code": finding.code,
        "name": rule.name if rule else "",
        "severity": finding.severity,
        "message": finding.message,
        "span": _span(finding.span),
        "label": finding.label,
        "labels": [_with_text(label) for label in finding.labels],
        "help": list(finding.help),
        "fix": {"edits": [_with_text(edit) for edit in finding.fix]} if finding.fix else None,
    }


def render(report: Report) -> str:
    """A JSON list; ``[]`` where nothing was found, so that a reader always gets a document."""
    return (
        json.dumps([as_object(finding) for finding in report.findings], indent=2, ensure_ascii=False) + "\n"
    )
