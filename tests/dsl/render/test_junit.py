"""JUnit's XML: a test for each file, at most one failure in it, and never a character that XML cannot hold."""

from __future__ import annotations

from xml.etree import ElementTree

from leadflow_dsl.diagnostics import Diagnostic, Severity, Span
from leadflow_dsl.render import Report, render_report


def finding(file: str, severity: Severity, message: str = "m") -> Diagnostic:
    return Diagnostic("LF203", severity, message, Span(file, 3, 1, 3, 2), help=("mend it",))


FINDINGS = [
    finding("a.flow", "error"),
    finding("a.flow", "warning"),
    finding("b.flow", "info"),
    finding("c.flow", "warning"),
]


def cases(report: Report) -> dict[str, ElementTree.Element]:
    suite = ElementTree.fromstring(render_report(report, "junit"))[0]
    found = {case.attrib["name"]: case for case in suite}
    assert int(suite.attrib["tests"]) == len(found) == len(suite)
    assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in suite)
    return found


def test_a_file_is_a_test_and_fails_once() -> None:
    found = cases(Report(FINDINGS, files=["a.flow", "b.flow", "clean.flow"]))
    assert list(found) == ["a.flow", "b.flow", "clean.flow", "c.flow"]
    assert len(found["a.flow"].findall("failure")) == 1
    assert found["a.flow"][0].attrib == {"type": "LF203", "message": "m (and 1 more)"}
    assert (found["a.flow"][0].text or "").count("a.flow:3:1") == 2
    assert list(found["clean.flow"]) == []


def test_a_remark_does_not_fail_but_is_shown() -> None:
    found = cases(Report(FINDINGS))
    assert [child.tag for child in found["b.flow"]] == ["system-out"]
    strict = cases(Report(FINDINGS, fail_on="info"))
    assert [child.tag for child in strict["b.flow"]] == ["failure"]
    lax = cases(Report(FINDINGS, fail_on="error"))
    assert [name for name, case in lax.items() if case.find("failure") is not None] == ["a.flow"]


def test_what_xml_cannot_hold_is_replaced() -> None:
    hostile = finding('a"<\x00>.flow', "error", "]]></failure>\x1b[31m \ud800 &amp; \"'")
    ((name, case),) = cases(Report([hostile])).items()
    assert name == 'a"<\ufffd>.flow'
    assert case[0].attrib["message"] == "]]></failure>\ufffd[31m \ufffd &amp; \"'"
