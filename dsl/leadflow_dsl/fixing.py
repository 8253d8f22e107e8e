"""Certain repairs: making the edits that findings bring, in one text or in all files of a project.

A finding's edits belong together and are made all or not at all. Of two findings whose edits touch, the first wins;
the other comes back when the result is checked, so a repair is made in rounds until nothing changes.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from leadflow_dsl.diagnostics import Diagnostic, Edit

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
    at = _raw_offsets(text)
    for edit in sorted(_apart(edits), key=lambda edit: edit.span.start, reverse=True):
        end = "\r\n" if "\r\n" in text else "\n"
        new = edit.text.replace("\n", end)
        text = text[: at(edit.span.start)] + new + text[at(edit.span.end) :]
    return text


class _raw_offsets:
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


def _apart(edits: Iterable[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in edits:
        if not any(_overlap(edit, other) for other in kept):
            kept.append(edit)
    return kept


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same characters, or put text at the same place."""
    if one.span.file != other.span.file:
        return False
    first, second = sorted((one.span, other.span), key=lambda span: (span.start, span.end))
    return second.start < first.end or first.start == second.start


def together(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings whose repairs can be made in one go: each with all its edits, in the order given."""
    kept: list[Diagnostic] = []
    taken: list[Edit] = []
    for finding in findings:
        if finding.fix and not any(_overlap(edit, other) for edit in finding.fix for other in taken):
            kept.append(finding)
            taken += finding.fix
    return tuple(kept)


def edits_of(findings: Iterable[Diagnostic]) -> dict[str, tuple[Edit, ...]]:
    """The edits of findings, by file."""
    edits: dict[str, tuple[Edit, ...]] = {}
    for finding in findings:
        for edit in finding.fix:
            edits[edit.span.file] = (*edits.get(edit.span.file, ()), edit)
    return edits


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
    repairs = together(
        finding for finding in checked.diagnostics if all(edit.span.file in texts for edit in finding.fix)
    )
    for findings in (repairs, *((one,) for one in repairs[:MOST_ROUNDS] if len(repairs) > 1)):
        edits = edits_of(findings)
        trial = files | {file: apply(texts[file], edits[file]) for file in edits}
        if trial in seen or any(trial[file] == texts[file] for file in edits):
            continue
        after = checker(trial)
        if _no_worse(checked, after):
            yield _Step(trial, after, len(findings))


def _no_worse(before: Checked, after: Checked) -> bool:
    """Whether no more of the text is unreadable, and nothing new is wrong that could be read before."""
    spelling = [sum(one.code.startswith("LF1") for one in each.errors) for each in (before, after)]
    return spelling[1] < spelling[0] or (
        spelling[1] == spelling[0] and len(after.errors) <= len(before.errors)
    )


def _texts(path: str | os.PathLike[str], files: Mapping[str, str], checked: Checked) -> dict[str, str]:
    """The files of findings as they stand on the disk, those only that lie below the project's root."""
    from leadflow_dsl.project import open_project

    project, _ = open_project(path, files)
    found = {edit.span.file for finding in checked.diagnostics for edit in finding.fix}
    texts = {file: project.raw(file) for file in sorted(found)}
    return {file: text for file, text in texts.items() if text is not None}
