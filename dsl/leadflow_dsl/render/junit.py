"""JUnit's XML, which every CI shows as tests: a file is a test, and fails with all its findings in one failure."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.render.concise import heading
from leadflow_dsl.render.report import Report

_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold in any spelling."""


def render(report: Report) -> str:
    """A suite with a test for each file that was checked or has findings; several failures make several lines."""
    files = dict.fromkeys((*report.files, *(finding.span.file for finding in report.findings)))
    cases = [_case(file, report) for file in files]
    failures = sum("<failure" in case for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0" time="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="leadflow lint" {counts}>\n'
        f'  <testsuite name="leadflow lint" {counts}>\n' + "".join(cases) + "  </testsuite>\n</testsuites>\n"
    )


def _case(file: str, report: Report) -> str:
    found = [finding for finding in report.findings if finding.span.file == file]
    failing = [finding for finding in found if report.fails(finding)]
    remarks = [finding for finding in found if not report.fails(finding)]
    name = quoteattr(_plain(file))
    inside = (_failure(failing) if failing else "") + (_output(remarks) if remarks else "")
    head = f'    <testcase classname="leadflow.lint" name={name} file={name} time="0"'
    return f"{head}>\n{inside}    </testcase>\n" if inside else f"{head}/>\n"


def _failure(findings: list[Diagnostic]) -> str:
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    message = quoteattr(_plain(findings[0].message.replace("\n", " ")) + more)
    return f'      <failure type="{findings[0].code}" message={message}>{_text(findings)}</failure>\n'


def _output(findings: list[Diagnostic]) -> str:
    return f"      <system-out>{_text(findings)}</system-out>\n"


def _text(findings: list[Diagnostic]) -> str:
    lines = (line for finding in findings for line in (heading(finding, False), *_help(finding)))
    return escape(_plain("\n".join(lines)))


def _help(finding: Diagnostic) -> list[str]:
    return [f"  help: {text}" for text in finding.help]


def _plain(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
