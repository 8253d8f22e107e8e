"""Mistakes in spelling, one a case: the text, then what must be found in it, where, and what is read all the same.

A file ``*.cases`` holds cases. A line ``=== NAME`` opens one; after the text a line ``---`` stands before one
``LINE:COLUMN CODE MESSAGE`` for each finding (``-> TEXT`` at its end is the certain repair), and after a further
``---`` the text with every certain repair made, where the case says it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.parser import parse

FOLDER = Path(__file__).parent / "syntax"


def cases() -> list[tuple[str, list[str]]]:
    """Every case: its name and its parts."""
    found = []
    for file in sorted(FOLDER.glob("*.cases")):
        for case in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            name, _, rest = case.partition("\n")
            found.append((name.strip(), re.split(r"^---\n", rest, flags=re.MULTILINE)))
    return found


def shown(finding: Diagnostic) -> str:
    """A finding on one line."""
    repair = f" -> {''.join(edit.text for edit in finding.fix)}".rstrip() if finding.fix else ""
    return f"{finding.span.line}:{finding.span.column} {finding.code} {finding.message}{repair}"


def repaired(text: str, findings: tuple[Diagnostic, ...]) -> str:
    """A text with every certain repair made."""
    edits = sorted((edit for finding in findings for edit in finding.fix), key=lambda edit: -edit.span.start)
    for edit in edits:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize(("name", "parts"), cases(), ids=[name for name, _ in cases()])
def test_a_mistake_is_told_where_it_is(name: str, parts: list[str]) -> None:
    _, findings = parse(parts[0], "f.flow")
    assert [shown(finding) for finding in findings] == [
        line.rstrip() for line in parts[1].splitlines() if line.strip()
    ]


@pytest.mark.parametrize(("name", "parts"), [case for case in cases() if len(case[1]) > 2])
def test_certain_repairs_give_a_text_without_mistakes(name: str, parts: list[str]) -> None:
    _, findings = parse(parts[0], "f.flow")
    text = repaired(parts[0], findings)
    assert text == parts[2].rstrip("\n") + "\n"
    assert parse(text, "f.flow")[1] == ()
