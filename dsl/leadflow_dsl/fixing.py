"""Certain repairs: making the edits that findings bring, in one text or in all files of a project.

A finding's edits belong together and are made all or not at all. Of two findings whose edits touch, the first wins;
the other comes back when the result is checked, so a repair is made in rounds until nothing changes.
"""

from __future__ import annotations

import os
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from leadflow_dsl.diagnostics import Diagnostic, Edit
from leadflow_dsl.unguarded import dataclass

if TYPE_CHECKING:
    from leadflow_dsl.checking import Checked
    from leadflow_dsl.settings import Level

MOST_ROUNDS: Final = 20
"""How often a project is checked and repaired again at most; what a flow holds needs two or three."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with ``edits`` made; of two that overlap, the one that is given first.

    Offsets count in ``parser.normalised(text)``, as in every diagnostic; the byte order mark and the line ends of the
    text stay as they are.
    """
    at, end = _RawOffsets(text), "\r\n" if "\r\n" in text else "\n"
    taken = _Taken()
    made = sorted((edit for edit in edits if taken.take((edit,))), key=lambda edit: edit.span.start)
    pieces, position = [], 0
    for edit in made:
        pieces += [text[position : at(edit.span.start)], edit.text.replace("\n", end)]
        position = at(edit.span.end)
    return "".join((*pieces, text[position:]))


class _RawOffsets:
    """From offsets in the normalised text to those in the text as it stands on the disk."""

    def __init__(self, text: str) -> None:
        self._mark = int(text.startswith("\ufeff"))
        self._ends: list[int] = []
        """Where in the normalised text each line end stands that has two characters on the disk."""
        position = text.find("\r\n", self._mark)
        while position >= 0:
            self._ends.append(position - self._mark - len(self._ends))
            position = text.find("\r\n", position + 2)

    def __call__(self, offset: int) -> int:
        return offset + self._mark + bisect_left(self._ends, offset)


class _Taken:
    """The stretches that are edited already, by file and in order."""

    def __init__(self) -> None:
        self._spans: dict[str, list[tuple[int, int]]] = {}

    def take(self, edits: Iterable[Edit]) -> bool:
        """Take what the edits touch, unless one of them touches what is taken."""
        wanted = tuple(edits)
        if any(self._is_taken(edit) for edit in wanted):
            return False
        for edit in wanted:
            insort(self._spans.setdefault(edit.span.file, []), (edit.span.start, edit.span.end))
        return True

    def _is_taken(self, edit: Edit) -> bool:
        """Whether an edit touches the same characters as another, or puts text at the same place."""
        start, end = edit.span.start, edit.span.end
        spans = self._spans.get(edit.span.file, [])
        place = bisect_left(spans, (start, 0))
        before = place > 0 and spans[place - 1][1] > start
        behind = place < len(spans) and (spans[place][0] < end or spans[place][0] == start)
        return before or behind


def together(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings whose repairs can be made in one go: each with all its edits, in the order given."""
    taken = _Taken()
    return tuple(finding for finding in findings if finding.fix and taken.take(finding.fix))


def edits_of(findings: Iterable[Diagnostic]) -> dict[str, tuple[Edit, ...]]:
    """The edits of findings, by file."""
    edits: dict[str, list[Edit]] = {}
    for finding in findings:
        for edit in finding.fix:
            edits.setdefault(edit.span.file, []).append(edit)
    return {file: tuple(some) for file, some in edits.items()}


@dataclass(frozen=True, slots=True)
class Repaired:
    """What repairing a flow gives: ``before`` and ``after`` by path below the project's root, of the files that change;
    how many findings were repaired; and what checking finds afterwards."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    made: int
    checked: Checked


def repaired(
    path: str | os.PathLike[str],
    files: Mapping[str, str] | None = None,
    severity: Mapping[str, Level] | None = None,
) -> Repaired:
    """Make every certain repair in the flow file at ``path`` and in what it imports and names below its project's root.

    Nothing is written. ``files`` are texts, by path below the root, that stand in the place of those on the disk;
    ``severity`` is as in ``check``. What would leave more mistakes than there were is not made.
    """
    overlay, made = dict(files or {}), 0
    checker = partial(_check, path, severity or {})
    checked = checker(overlay)
    before: dict[str, str] = {}
    seen = [overlay]
    for _ in range(MOST_ROUNDS):
        texts = _texts(path, overlay, checked)
        step = next(_steps(checker, overlay, texts, checked, seen), None)
        if step is None:
            break
        before = texts | before
        overlay, checked = step.files, step.checked
        made += step.made
        seen.append(overlay)
    changed = {file: overlay[file] for file in before if overlay.get(file, before[file]) != before[file]}
    return Repaired({file: before[file] for file in changed}, changed, made, checked)


@dataclass(frozen=True, slots=True)
class _Step:
    """The files after one round, what checking says of them, and how many repairs it made."""

    files: dict[str, str]
    checked: Checked
    made: int


def _check(path: str | os.PathLike[str], severity: Mapping[str, Level], files: Mapping[str, str]) -> Checked:
    from leadflow_dsl.checking import check

    return check(path, None, files, severity)


def _steps(
    checker: Callable[[Mapping[str, str]], Checked],
    files: dict[str, str],
    texts: Mapping[str, str],
    checked: Checked,
    seen: list[dict[str, str]],
) -> Iterator[_Step]:
    """Rounds that leave the flow no worse: first all repairs at once, then each by itself."""
    fixable = [one for one in checked.diagnostics if all(edit.span.file in texts for edit in one.fix)]
    repairs = together([one for one in fixable if one.code.startswith("LF1")]) or together(fixable)
    for findings in (repairs, *((one,) for one in repairs[:MOST_ROUNDS] if len(repairs) > 1)):
        edits = edits_of(findings)
        trial = files | {file: apply(texts[file], edits[file]) for file in edits}
        if trial in seen or any(trial[file] == texts[file] for file in edits):
            continue
        after = checker(trial)
        if _better(checked, after, findings):
            yield _Step(trial, after, len(findings))


def _better(before: Checked, after: Checked, mended: Iterable[Diagnostic]) -> bool:
    """Whether less of the text is unreadable, or the mistakes that were mended are gone and none has come for them: a
    name of another kind than its place needs would be a mistake again."""
    spelling = [sum(one.code.startswith("LF1") for one in each.errors) for each in (before, after)]
    if spelling[1] != spelling[0]:
        return spelling[1] < spelling[0]
    gone = sum(one.severity == "error" for one in mended)
    return len(after.errors) <= len(before.errors) - gone


def _texts(path: str | os.PathLike[str], files: Mapping[str, str], checked: Checked) -> dict[str, str]:
    """The files of findings as they stand on the disk, those only that lie below the project's root."""
    from leadflow_dsl.project import open_project

    project, _ = open_project(path, files)
    found = {edit.span.file for finding in checked.diagnostics for edit in finding.fix}
    texts = {file: project.raw(file) for file in sorted(found)}
    return {file: text for file, text in texts.items() if text is not None}
