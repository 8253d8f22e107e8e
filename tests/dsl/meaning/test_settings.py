"""Severities that a project sets, and what is said of settings that cannot be used."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from leadflow_dsl import Checked, Diagnostic, Span, check
from leadflow_dsl.excuses import judge
from leadflow_dsl.fixing import repaired
from leadflow_dsl.rules.example import complete
from leadflow_dsl.settings import set_severity

FLOW = complete('filter f {\n  reject when not (phone_1 is present)\n}\nlist unread ["a"]')


def checked(files: Mapping[str, str], severity: Mapping[str, str] | None = None) -> Checked:
    return check(Path("/nowhere/f.flow"), FLOW, files, severity)  # type: ignore[arg-type]


def severities(found: Checked) -> dict[str, str]:
    return {finding.code: finding.severity for finding in found.diagnostics}


def test_each_rule_has_its_own_severity() -> None:
    assert severities(checked({})) == {"LF307": "warning", "LF206": "warning"}


@pytest.mark.parametrize(
    "files",
    [
        {"leadflow.toml": '[lint]\nseverity = { LF307 = "error", unused-declaration = "off" }'},
        {"leadflow.toml": '[lint.severity]\nlf307 = "error"\n"LF206" = "off"'},
        {"pyproject.toml": '[tool.leadflow.lint]\nseverity = { LF307 = "error", LF206 = "off" }'},
        {
            "leadflow.toml": '[lint]\nseverity = { LF307 = "error", LF206 = "off" }',
            "pyproject.toml": '[tool.leadflow.lint]\nseverity = { LF307 = "info" }',
        },
    ],
)
def test_a_project_sets_them(files: Mapping[str, str]) -> None:
    found = checked(files)
    assert severities(found) == {"LF307": "error"}
    assert found.flow is None  # what is an error keeps the flow from running, whoever said so
    assert not set(files) & set(found.sources)  # what is set is no part of what runs


def test_the_command_line_is_stronger_than_the_project() -> None:
    found = checked({"leadflow.toml": '[lint]\nseverity = { LF307 = "error" }'}, {"LF307": "off"})
    assert severities(found) == {"LF206": "warning"}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('[lint]\nseverity = { LF370 = "off" }', (2, 14), "there is no rule `LF370`; did you mean LF307"),
        ('[lint]\nseverity = { LF307 = "loud" }', (2, 14), "`loud` is no severity; there are error, warning"),
        ('[lint]\nseverity = { LF203 = "off" }', (2, 14), "LF203 (unknown-name) keeps a flow from running"),
        ('[lint]\nseverity = "off"', (2, 1), "`severity` is a table"),
        ("lint = 3", (1, 1), "`lint` is a table"),
        ("[lint]\nlevel = 3", (2, 1), "`lint` has no setting `level`"),
        ("[lint]\nseverity = {", (2, 1), "this is no TOML"),
    ],
)
def test_what_cannot_be_used_is_a_finding_at_its_place(
    text: str, place: tuple[int, int], message: str
) -> None:
    found = checked({"leadflow.toml": text})
    (said,) = (finding for finding in found.diagnostics if finding.code == "LF605")
    assert (said.span.file, said.span.line, said.span.column) == ("leadflow.toml", *place)
    assert message in said.message
    assert found.sources["leadflow.toml"] == text
    assert severities(found) == {"LF307": "warning", "LF206": "warning", "LF605": "warning"}


def test_an_error_may_be_said_to_be_one() -> None:
    assert set_severity("unknown-name", "error") == ("LF203", "error")


def test_an_excuse_holds_whatever_the_severity() -> None:
    excused = FLOW.replace("present)", "present)  # leadflow: allow LF307 because it is meant")
    found = check(
        Path("/nowhere/f.flow"), excused, {"leadflow.toml": '[lint]\nseverity = { LF307 = "error" }'}
    )
    assert severities(found) == {"LF206": "warning"}
    assert [(one.finding.code, one.reason) for one in found.excused] == [("LF307", "it is meant")]


def test_an_excuse_of_a_rule_that_is_off_is_no_finding() -> None:
    excused = FLOW.replace("present)", "present)  # leadflow: allow LF307 because it is meant")
    found = check(Path("/nowhere/f.flow"), excused, {"leadflow.toml": '[lint]\nseverity = { LF307 = "off" }'})
    assert severities(found) == {"LF206": "warning"}


def test_a_template_excuses_in_its_own_comments() -> None:
    template = (
        '{# leadflow: allow LF307 because both are meant #}\n{"a": 1,\n "b": 2}  {#- leadflow: allow x -#}\n'
    )
    findings = [Diagnostic("LF307", "warning", "", Span("m.j2", line, 3, line, 4)) for line in (2, 3)]
    judged = judge(findings, {"m.j2": template}, "f.flow", {})
    assert [one.finding for one in judged.excused] == findings[:1]
    assert [(one.code, one.span.line, one.span.column) for one in judged.told] == [
        ("LF307", 3, 3),
        ("LF601", 3, 11),
    ]


def test_an_excuse_of_nothing_is_taken_out_by_its_repair(tmp_path: Path) -> None:
    text = complete("""
# leadflow: allow LF307 because of that
filter f {
  reject when not (phone_1 is valid)   # leadflow: allow LF307, LF309 because of that
}
filter g {
  reject when homeowner  # leadflow: allow LF307, LF370 because nobody knows
}""")
    after = repaired(tmp_path / "f.flow", {"f.flow": text}).after["f.flow"]
    assert [line for line in text.splitlines() if line not in after.splitlines()] == [
        "# leadflow: allow LF307 because of that",
        "  reject when not (phone_1 is valid)   # leadflow: allow LF307, LF309 because of that",
    ]
    assert "  reject when not (phone_1 is valid)\n" in after


@pytest.mark.parametrize(
    "text",
    [
        "# leadflow: allow LF307 because a\n" * 20_000,
        "# leadflow: allow LF307" + " " * 600_000 + "x\n",
        "# leadflow: allow LF307 because x" + " " * 600_000 + "y\n",
        "{# leadflow: " * 50_000,
    ],
    ids=["many", "blanks", "reason", "open"],
)
def test_hostile_excuses_take_no_time(text: str) -> None:
    spans = [match.start() for match in re.finditer(r"(?m)^#", text)]
    comments = [Span("f.flow", 1, 1, 1, 1, start, start) for start in spans]
    began = time.process_time()
    judge(
        [Diagnostic("LF307", "warning", "", Span("f.flow", 1, 1, 1, 2))] * 50,
        {"f.flow": text},
        "f.flow",
        {"f.flow": comments},
    )
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("[lnt]\nseverity = { LF307 = 'error' }", "has no table `lnt`", "`lint`"),
        ("[redirect]\nweb = ['a.example']", "has no table `redirect`", "`redirects`"),
        ("theme = 'dark'", "has no table `theme`", "lint, redirects"),
    ],
)
def test_a_table_that_nothing_reads_is_told(text: str, message: str, help: str) -> None:
    told = [one for one in checked({"leadflow.toml": text}).diagnostics if one.code == "LF605"]
    (found,) = told
    assert message in found.message
    assert help in found.help[0]
    assert found.span.line == 1


def test_the_tables_that_there_are_need_no_word() -> None:
    assert "LF605" not in severities(
        checked({"leadflow.toml": "[redirects]\nweb = ['a.example']\n\n[lint]\n"})
    )


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("lf60", "LF601"),
        ("203", "LF203 (unknown-name)"),
        ("LF230", "LF203"),
        ("unknwn", "unknown-"),
        ("zebra", ""),
    ],
)
def test_a_word_that_is_no_rule_has_its_nearest(word: str, near: str) -> None:
    from leadflow_dsl.rules import nearest_rules

    assert near in nearest_rules(word)
    assert bool(nearest_rules(word)) == bool(near)
