"""Excuses: lines of a flow that say why a rule does not hold there.

``# leadflow: allow LF305 because ...`` at the end of a line covers what is found on that line; alone on a line it
covers the next line that is no comment. In templates the same stands in ``{# ... #}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Edit, Span
from leadflow_dsl.rules import Rule, nearest_rules, rule_of
from leadflow_dsl.rules.excuses import EXCUSE_FORM, EXCUSE_OF_ERROR, EXCUSE_OF_NOTHING, UNKNOWN_EXCUSE
from leadflow_dsl.tokens import Source, source
from leadflow_dsl.unguarded import dataclass

_BEGIN: Final = "leadflow:"
_IN_FLOW: Final = re.compile(r"#[ \t]*leadflow:(?P<said>[^\n]*)")
_IN_TEMPLATE: Final = re.compile(r"\{#-?[ \t]{0,9}leadflow:(?P<said>[^\n]{0,500}?)-?#\}")
_SAID: Final = re.compile(
    r"allow\s+(?P<rules>[\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+because\s+(?P<reason>\S.*))?", re.DOTALL
)
_FORM: Final = "write `# leadflow: allow CODE because REASON`"


@dataclass(frozen=True, slots=True)
class Excused:
    """A finding that is not told, and why not."""

    finding: Diagnostic
    reason: str


@dataclass(slots=True)
class _Excuse:
    """One excuse: where its comment stands, the line that it covers, its rules with their places, its reason.
    ``sound`` is false where it names something else too."""

    span: Span
    line: int
    rules: tuple[tuple[Rule, Span], ...]
    reason: str
    sound: bool
    used: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings told and excused, those about excuses among the told."""

    told: tuple[Diagnostic, ...]
    excused: tuple[Excused, ...]


def judge(
    findings: Sequence[Diagnostic],
    texts: Mapping[str, str],
    flow: str,
    comments: Mapping[str, Sequence[Span]],
) -> Judged:
    """Take out of ``findings`` what the texts excuse, and add what is wrong with the excuses.

    ``flow`` is the flow's own file; ``comments`` are where the comments of flow files stand: in them alone a ``#``
    begins one.
    """
    said: list[Diagnostic] = []
    excuses = [
        excuse
        for file in sorted(texts)
        if _BEGIN in texts[file]
        for excuse in _excuses(source(file, texts[file]), comments.get(file), said)
    ]
    told, excused = _divided(findings, excuses)
    if not any(finding.severity == "error" for finding in findings):
        said += (
            one for excuse in excuses if excuse.span.file == flow for one in _unused(excuse, texts[flow])
        )
    return Judged((*told, *said), tuple(excused))


def _divided(
    findings: Iterable[Diagnostic], excuses: Sequence[_Excuse]
) -> tuple[list[Diagnostic], list[Excused]]:
    told: list[Diagnostic] = []
    excused: list[Excused] = []
    on_line: dict[tuple[str, int], list[_Excuse]] = {}
    for one in excuses:
        on_line.setdefault((one.span.file, one.line), []).append(one)
    for finding in findings:
        here = on_line.get((finding.span.file, finding.span.line), ())
        excuse = next((one for one in here if any(rule.code == finding.code for rule, _ in one.rules)), None)
        if excuse is None:
            told.append(finding)
        else:
            excuse.used.add(finding.code)
            excused.append(Excused(finding, excuse.reason))
    return told, excused


def _excuses(text: Source, comments: Sequence[Span] | None, said: list[Diagnostic]) -> Iterator[_Excuse]:
    """The excuses of one text; what is wrong with their form is added to ``said``."""
    matches = list(_IN_TEMPLATE.finditer(text.text))
    if comments is not None:
        starts = {span.start for span in comments}
        matches += (match for match in _IN_FLOW.finditer(text.text) if match.start() in starts)
    lines = text.text.split("\n")
    after = _next_lines(lines)
    for match in matches:
        excuse = _excuse(text, match, said)
        if excuse:
            alone = lines[excuse.span.line - 1].strip() == match.group().strip()
            excuse.line = after[excuse.span.line] if alone else excuse.span.line
            yield excuse


def _excuse(text: Source, match: re.Match[str], said: list[Diagnostic]) -> _Excuse | None:
    span = text.span(match.start(), match.start() + len(match.group().rstrip()))
    words = match["said"].strip()
    found = _SAID.fullmatch(words)
    if found is None or not found["reason"]:
        message = "this excuse is not in its form" if found is None else "this excuse gives no reason"
        said.append(EXCUSE_FORM.at(span, message, "", _FORM))
        return None
    begin = match.start("said") + match["said"].index(words) + found.start("rules")
    rules = tuple(_rules(text, begin, found["rules"], said))
    sound = len(rules) == found["rules"].count(",") + 1
    return _Excuse(span, span.line, rules, found["reason"], sound)


def _rules(text: Source, start: int, words: str, said: list[Diagnostic]) -> Iterator[tuple[Rule, Span]]:
    for word in re.finditer(r"[\w-]+", words):
        span, rule = text.span(start + word.start(), start + word.end()), rule_of(word.group())
        if rule is None:
            near = nearest_rules(word.group())
            help = f"did you mean {near}?" if near else "`leadflow rules` lists them all"
            said.append(UNKNOWN_EXCUSE.at(span, f"there is no rule `{word.group()}`", "", help))
        elif rule.severity == "error":
            message = f"{rule.code} ({rule.name}) is an error, which cannot be excused"
            said.append(EXCUSE_OF_ERROR.at(span, message, "", "mend what it finds, and take the excuse out"))
        else:
            yield rule, span


def _next_lines(lines: Sequence[str]) -> list[int]:
    """For each number of a line, that of the next line with more than a comment; its own where none follows."""
    after = list(range(len(lines) + 1))
    for number in range(len(lines) - 1, 0, -1):
        following = lines[number].lstrip()  # the line behind: numbers count from 1
        code = following and not following.startswith(("#", "{#"))
        after[number] = (
            number + 1 if code else after[number + 1] if after[number + 1] > number + 1 else number
        )
    return after


def _unused(excuse: _Excuse, text: str) -> Iterator[Diagnostic]:
    """The rules of an excuse that were not found on its line; taken out whole where it is all of them."""
    idle = [(rule, span) for rule, span in excuse.rules if rule.code not in excuse.used]
    for number, (rule, span) in enumerate(idle):
        whole = excuse.sound and len(idle) == len(excuse.rules) and not number
        fix = _without(excuse, text) if whole else ()
        message = f"{rule.code} ({rule.name}) is not found on line {excuse.line}"
        yield EXCUSE_OF_NOTHING.at(span, message, "excuses nothing", "take it out", fix=fix)


def _without(excuse: _Excuse, text: str) -> tuple[Edit, ...]:
    """The edit that takes the comment out, with the white space before it; with its line where it is alone there."""
    start, end = excuse.span.start, excuse.span.end
    begin = text.rfind("\n", 0, start) + 1
    if not text[begin:start].strip() and text[end : end + 1] in ("\n", ""):
        span = Span(
            excuse.span.file, excuse.span.line, 1, excuse.span.line + 1, 1, begin, min(end + 1, len(text))
        )
        return (Edit(span, ""),)
    begin += len(text[begin:start].rstrip())
    column = excuse.span.column - (start - begin)
    line = excuse.span.line
    return (Edit(Span(excuse.span.file, line, column, line, excuse.span.end_column, begin, end), ""),)
