"""Checking many files: every finding once, named from one place, on all processors where there is much to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Final

from leadflow_dsl.checking import Checked, check
from leadflow_dsl.checks.files import unused_files
from leadflow_dsl.diagnostics import Diagnostic, Edit, Label, Span
from leadflow_dsl.excuses import Excused
from leadflow_dsl.fixing import repaired
from leadflow_dsl.project import SHIPPED, Project, root_of
from leadflow_dsl.settings import Level, settings_of, with_severities
from leadflow_dsl.unguarded import dataclass

MANY: Final = 64
"""Fewer files than this are checked in one process: others take a third of a second to start."""
_TOGETHER: Final = 8
"""How many files go to a process at once."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What linting gives: findings and excused findings in the order of the files, the texts that they are about, and
    the files that were checked. Files are named relative to where lint was started. ``conforming`` are the flows
    without errors in which ``conforms to`` stands."""

    findings: tuple[Diagnostic, ...]
    excused: tuple[Excused, ...]
    sources: Mapping[str, str]
    files: tuple[str, ...]
    conforming: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one file gives: of the texts only those with findings, so that little goes from process to process."""

    findings: tuple[Diagnostic, ...]
    excused: tuple[Excused, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    """Every file that was read, by its path below the project's root."""
    conforming: bool = False


def lint(
    files: Sequence[Path],
    severity: Mapping[str, Level] | None = None,
    workers: int = 1,
    done: Callable[[], None] = lambda: None,
    folders: Sequence[Path] = (),
) -> Linted:
    """Check flow files. ``severity`` is as in ``check``; ``done`` is called after each file. ``folders`` are those of
    which all flow files are among ``files``: in a project that lies whole in one, files that no flow reads are told.

    With ``workers`` over 1, many files are checked in as many processes; what is found does not depend on it.
    """
    here = Path.cwd()
    found: dict[Diagnostic, None] = {}  # a library that two flows import is told of once
    excused: dict[Excused, None] = {}
    sources: dict[str, str] = {}
    conforming: list[str] = []
    read: dict[Path, set[str]] = {root: set() for root in _whole_projects(folders)}
    with _mapped(workers if len(files) >= MANY else 1) as each:
        outcomes = each(partial(_outcome, severity=severity or {}, here=here), files)
        for file, outcome in zip(files, outcomes, strict=True):
            found.update(dict.fromkeys(outcome.findings))
            excused.update(dict.fromkeys(outcome.excused))
            sources.update(outcome.sources)
            conforming += [_relative(file, here)] if outcome.conforming else []
            if read:
                read.get(root_of(file), set()).update(outcome.read)
            done()
    for root, names in read.items():
        found.update(dict.fromkeys(_unused_files(root, names, severity or {}, here)))
    files_ = tuple(_relative(file, here) for file in files)
    return Linted(tuple(found), tuple(excused), sources, files_, tuple(conforming))


def _whole_projects(folders: Iterable[Path]) -> Iterator[Path]:
    """The roots of projects that lie whole in one of the folders."""
    for folder in folders:
        root = root_of(folder / "a.flow")
        if root == folder.absolute():
            yield root


def _unused_files(
    root: Path, read: set[str], severity: Mapping[str, Level], here: Path
) -> Iterator[Diagnostic]:
    levels = {**settings_of(Project(root)).severity, **severity}
    for finding in with_severities(unused_files(root, read), levels):
        yield _moved(finding, {finding.span.file: _relative(root / finding.span.file, here)})


_Map = Callable[[Callable[[Path], _Outcome], Iterable[Path]], Iterable[_Outcome]]


@contextmanager
def _mapped(workers: int) -> Iterator[_Map]:
    """A ``map`` that keeps the order, over so many processes."""
    if workers < 2:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield lambda function, files: pool.map(function, files, chunksize=_TOGETHER)


def _outcome(file: Path, severity: Mapping[str, Level], here: Path) -> _Outcome:
    return placed(check(file, severity=severity), file, here)


def placed(checked: Checked, file: Path, here: Path) -> _Outcome:
    """What checking found, with its files named relative to ``here`` instead of to the project's root."""
    root = root_of(file)
    names = {name: _name(name, root, here) for name in _named(checked)}
    findings = tuple(_moved(finding, names) for finding in checked.diagnostics)
    excused = tuple(replace(one, finding=_moved(one.finding, names)) for one in checked.excused)
    texts = {names[name]: text for name, text in checked.sources.items() if name in names}
    return _Outcome(findings, excused, texts, tuple(checked.sources), _conforms(checked))


def _conforms(checked: Checked) -> bool:
    """May a body of this flow say what it conforms to? The word alone is looked for: that costs nothing."""
    flows = (text for name, text in checked.sources.items() if name.endswith(".flow"))
    return checked.flow is not None and any("conforms" in text for text in flows)


def _named(checked: Checked) -> set[str]:
    """The files that findings point into."""
    findings = (*checked.diagnostics, *(one.finding for one in checked.excused))
    spans = [one.span for one in findings]
    spans += [label.span for one in findings for label in one.labels]
    spans += [edit.span for one in findings for edit in one.fix]
    return {span.file for span in spans}


def _name(name: str, root: Path, here: Path) -> str:
    if name.startswith(SHIPPED) and not (root / name).exists():
        return name  # it comes with the language and lies nowhere here
    return _relative(root / name, here)


def _relative(file: Path, here: Path) -> str:
    try:
        return Path(os.path.relpath(os.path.abspath(file), here)).as_posix()
    except ValueError:  # another drive
        return file.as_posix()


def _moved(finding: Diagnostic, names: Mapping[str, str]) -> Diagnostic:
    """The finding with its files called by other names."""
    if all(name == other for name, other in names.items()):
        return finding

    def span(span: Span) -> Span:
        return span.replaced(file=names[span.file])

    return replace(
        finding,
        span=span(finding.span),
        labels=tuple(Label(span(label.span), label.text) for label in finding.labels),
        fix=tuple(Edit(span(edit.span), edit.text) for edit in finding.fix),
    )


@dataclass(frozen=True, slots=True)
class Repairs:
    """What repairing gives: texts before and after of the files that change, and how many findings were repaired."""

    before: Mapping[Path, str]
    after: Mapping[Path, str]
    made: int


def repair(files: Iterable[Path], severity: Mapping[str, Level] | None = None) -> Repairs:
    """Make every certain repair in flow files and in what they import and name in their projects; write nothing."""
    texts: dict[Path, dict[str, str]] = {}  # by root: what is repaired for one flow is so for the next
    before: dict[Path, str] = {}
    made = 0
    for file in files:
        root = root_of(file)
        overlay = texts.setdefault(root, {})
        result = repaired(file, overlay, severity)
        before = {root / name: text for name, text in result.before.items()} | before
        overlay.update(result.after)
        made += result.made
    after = {root / name: text for root, overlay in texts.items() for name, text in overlay.items()}
    return Repairs(before, {path: text for path, text in after.items() if text != before[path]}, made)
