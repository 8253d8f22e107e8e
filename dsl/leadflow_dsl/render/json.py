"""All findings as one JSON document: a list of objects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from leadflow_dsl.diagnostics import Diagnostic, Span


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def as_object(finding: Diagnostic) -> dict[str, Any]:
    """A finding as a JSON object; the keys are stable."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        **_span(finding.span),
        "label": finding.label,
        "labels": [{**_span(label.span), "text": label.text} for label in finding.labels],
        "help": list(finding.help),
        "fix": [{**_span(edit.span), "text": edit.text} for edit in finding.fix],
    }


def render(findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False) -> str:
    """A JSON list; ``[]`` where nothing was found, so that a reader always gets a document."""
    return json.dumps([as_object(finding) for finding in findings], indent=2, ensure_ascii=False) + "\n"
