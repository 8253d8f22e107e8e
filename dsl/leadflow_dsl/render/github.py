"""Annotations that a GitHub workflow shows beside the lines of a pull request."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.render.report import Report

_COMMANDS: Final = {"error": "error", "warning": "warning", "info": "notice"}


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _line(finding: Diagnostic) -> str:
    span = finding.span
    last = span.end_column - 1 if span.end_line == span.line else 0
    place = f"file={_property(span.file)},line={span.line},endLine={span.end_line},col={span.column}"
    place += f",endColumn={last}" if last >= span.column else ""
    text = ". ".join((finding.message, *finding.help))
    return f"::{_COMMANDS[finding.severity]} {place},title={finding.code}::{_message(text)}\n"


def render(report: Report) -> str:
    """One workflow command a finding."""
    return "".join(map(_line, report.findings))
