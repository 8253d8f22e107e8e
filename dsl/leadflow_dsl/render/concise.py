"""One line a finding: its place, severity, code and message."""

from __future__ import annotations

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.render.colours import painted
from leadflow_dsl.render.report import Report


def heading(finding: Diagnostic, colour: bool) -> str:
    """The place, the severity and code, and the message, on one line."""
    where = f"{finding.span.file}:{finding.span.line}:{finding.span.column}"
    what = painted(f"{finding.severity}[{finding.code}]", finding.severity, colour)
    return f"{where}: {what}: {_one_line(finding.message)}"


def _one_line(message: str) -> str:
    return " ".join(message.split("\n"))


def render(report: Report) -> str:
    """One line a finding."""
    return "".join(heading(finding, report.colour) + "\n" for finding in report.findings)
