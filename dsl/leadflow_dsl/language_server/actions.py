"""What an editor offers to do about a finding: the repair that is certain, an excuse with a reason to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.rules import RULES
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do: a sentence, the edits, the finding that goes by it. ``preferred``: what a key does at once."""

    title: str
    edits: tuple[Edit, ...]
    finding: Diagnostic
    preferred: bool = False


def actions(analysis: Analysis, file: str, first: int, last: int) -> Iterator[Action]:
    """What can be done about the findings on lines ``first`` to ``last`` (from 1) of a file."""
    here = [
        finding
        for finding in analysis.checked.diagnostics
        if finding.span.file == file and finding.span.line <= last and finding.span.end_line >= first
    ]
    for finding in here:
        if finding.fix and _may_touch(analysis, finding.fix):
            yield Action(_repair(analysis, finding.fix), finding.fix, finding, True)
    for finding in here:
        if excuse := excused(analysis, finding):
            yield Action(f"Excuse this finding: {finding.code}", (excuse,), finding)


def fix_all(findings: Iterable[Diagnostic], file: str) -> tuple[Edit, ...]:
    """All certain repairs of a file at once; of two that touch the same place, the first."""
    made: list[Edit] = []
    for finding in findings:
        here = finding.fix and all(edit.span.file == file for edit in finding.fix)
        if here and not any(_touch(edit, other) for edit in finding.fix for other in made):
            made.extend(finding.fix)
    return tuple(made)


def _touch(edit: Edit, other: Edit) -> bool:
    return edit.span.start <= other.span.end and other.span.start <= edit.span.end


def _may_touch(analysis: Analysis, edits: Iterable[Edit]) -> bool:
    return not any(analysis.is_shipped(edit.span.file) for edit in edits)


def _repair(analysis: Analysis, edits: tuple[Edit, ...]) -> str:
    """The repair in words: what is written in the place of what."""
    if len(edits) != 1:
        return f"Make the repair ({len(edits)} places)"
    old = analysis.text(edits[0].span.file)[edits[0].span.start : edits[0].span.end]
    new = edits[0].text
    if not old.strip():
        return f"Write `{_short(new)}`"
    return f"Replace `{_short(old)}` by `{_short(new)}`" if new.strip() else f"Take `{_short(old)}` out"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:37] + "..."


def excused(analysis: Analysis, finding: Diagnostic) -> Edit | None:
    """The excuse of a finding, at the end of its line or in a line of its own; None where it cannot be excused."""
    rule, file = RULES.get(finding.code), finding.span.file
    if rule is None or rule.severity == "error" or analysis.is_shipped(file):
        return None
    text = analysis.text(file)
    start = finding.span.start
    begins, ends = text.rfind("\n", 0, start) + 1, text.find("\n", start)
    line = text[begins : len(text) if ends < 0 else ends]
    if file.endswith(".flow") and "#" not in line and '"""' not in line:
        place = begins + len(line.rstrip())
        return Edit(_at(finding.span, begins, place), f"  # leadflow: allow {finding.code} because ")
    if not file.endswith(".flow") or '"""' in line:
        return None
    indent = line[: len(line) - len(line.lstrip())]
    return Edit(_at(finding.span, begins, begins), f"{indent}# leadflow: allow {finding.code} because \n")


def _at(span: Span, line_start: int, offset: int) -> Span:
    column = offset - line_start + 1
    return Span(span.file, span.line, column, span.line, column, offset, offset)
