"""Checking a flow: a tuple of passes over one draft, from text to the checked flow."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from leadflow_dsl import model
from leadflow_dsl.checks import CHECKS
from leadflow_dsl.collecting import no_collecting
from leadflow_dsl.diagnostics import NOWHERE, Diagnostic, Span
from leadflow_dsl.excuses import Excused, judge
from leadflow_dsl.meaning.assertions import build_assertions
from leadflow_dsl.meaning.buyers import build_buyers
from leadflow_dsl.meaning.consequences import mistakes
from leadflow_dsl.meaning.data import build_data
from leadflow_dsl.meaning.declaring import declare
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.fields import build_lead
from leadflow_dsl.meaning.heads import build_head
from leadflow_dsl.meaning.loading import load
from leadflow_dsl.meaning.sources import build_sources
from leadflow_dsl.meaning.steps import build_steps
from leadflow_dsl.project import Project, open_project
from leadflow_dsl.rules.unbuilt import NOT_BUILT
from leadflow_dsl.settings import Level, settings_of, with_severities
from leadflow_dsl.unguarded import dataclass

PASSES: Final[tuple[Callable[[Draft], None], ...]] = (
    load,
    declare,
    build_head,
    build_data,
    build_lead,
    build_sources,
    build_buyers,
    build_steps,
    build_assertions,
)
"""Each works on what those before it left, reports what is wrong, and goes on."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking gives: the flow (None where there are errors), all findings in the order of the text, the text of
    every file that was read, by path below the project's root, and the findings that the text excuses."""

    flow: model.Flow | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    excused: tuple[Excused, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that keep the flow from running."""
        return tuple(finding for finding in self.diagnostics if finding.severity == "error")


def check(
    path: str | os.PathLike[str],
    text: str | None = None,
    files: Mapping[str, str] | None = None,
    severity: Mapping[str, Level] | None = None,
) -> Checked:
    """Check the flow (or library) file at ``path``.

    ``text`` is used instead of what is on the disk; ``files`` does the same for others, by path below the root.
    ``severity`` sets rules, by code, over what the project's settings say: ``settings.set_severity`` makes it. Raises
    nothing for what a file may hold: a file that cannot be read is a finding too.
    """
    return examine(path, text, files, severity)[0]


def examine(
    path: str | os.PathLike[str],
    text: str | None = None,
    files: Mapping[str, str] | None = None,
    severity: Mapping[str, Level] | None = None,
) -> tuple[Checked, Draft]:
    """``check``, and the draft that it was made of: what editors ask about names, their places and their types."""
    overlay = dict(files or {})
    project, name = open_project(path, overlay)
    if text is not None:
        overlay[name] = text
        project = replace(project, overlay=overlay)
    draft = Draft(project, name)
    return _checked(draft, severity or {}), draft


def check_files(files: Mapping[str, str], main: str) -> Checked:
    """Check the flow ``main`` of a project given whole as texts, by path below its root: the disk is not read."""
    return examine_files(files, main)[0]


def examine_files(files: Mapping[str, str], main: str) -> tuple[Checked, Draft]:
    """``check_files``, and the draft that it was made of."""
    draft = Draft(Project(Path(os.devnull), files), main)  # nothing lies below a device
    return _checked(draft, {}), draft


@no_collecting()
def _checked(draft: Draft, severity: Mapping[str, Level]) -> Checked:
    flow, project = _passed(draft), draft.project
    settings = settings_of(project)
    flows = draft.file if draft.head else ""  # of a library it is not known what a flow would find
    judged = judge(mistakes(draft), project.texts, flows, _comments(draft))
    told = with_severities((*judged.told, *settings.findings), {**settings.severity, **severity})
    findings = tuple(sorted(told, key=_place))
    broken = draft.head is None or any(one.severity == "error" for one in (*draft.findings, *findings))
    return Checked(None if broken else flow, findings, {**project.texts, **settings.texts}, judged.excused)


def _comments(draft: Draft) -> dict[str, tuple[Span, ...]]:
    """Where the comments of flow files stand."""
    return {loaded.path: tuple(one.span for one in loaded.tree.comments) for loaded in draft.files}


def _passed(draft: Draft) -> model.Flow:
    """The flow after all passes and checks.

    A tree that was read around a mistake may lack what its classes promise. There, and only there, a pass that
    stumbles ends the checking: the mistake has been reported, and the rest shows when it is mended.
    """
    try:
        for run in PASSES:
            run(draft)
        flow = _flow(draft)
        for examine in CHECKS:
            for finding in examine(flow, draft):
                draft.found(finding)
        return flow
    except (AttributeError, TypeError):
        if not any(finding.code.startswith("LF1") for finding in draft.findings):
            raise
        return _flow(draft)


def _place(finding: Diagnostic) -> tuple[str, int, int, str]:
    return finding.span.file, finding.span.line, finding.span.column, finding.code


def _flow(draft: Draft) -> model.Flow:
    head = draft.head
    return model.Flow(
        name=head.name.text if head else "",
        title=head.title.value if head and head.title else "",
        timezone=draft.timezone,
        currency=draft.currency,
        country=draft.country,
        fields=tuple(draft.fields),
        require_any=tuple(draft.require_any),
        dimensions=tuple(draft.dimensions),
        lists=tuple(draft.lists),
        tables=tuple(draft.tables),
        calendars=tuple(draft.calendars),
        sources=tuple(draft.sources),
        steps=tuple(draft.steps),
        named_delivers=tuple(draft.delivers),
        buyers=tuple(draft.buyers),
        assertions=tuple(draft.assertions),
        unbuilt=tuple(sorted(draft.unbuilt, key=lambda form: form.span)),
        sources_text=tuple(sorted(draft.project.texts.items())),
        root=str(draft.project.root),
        file=draft.file,
        retain=draft.retain,
        suppressions=tuple(draft.suppressions),
        call_windows=tuple(draft.call_windows),
        alerts=tuple(draft.alerts),
        policies=tuple(draft.policies),
        span=head.span if head else NOWHERE,
    )


def not_built(flow: model.Flow) -> tuple[Diagnostic, ...]:
    """The findings with which ``run`` and ``dry-run`` refuse a flow that needs more than the engine can do."""
    help = "take it out, or wait for a version that runs it"
    return tuple(
        NOT_BUILT.at(form.span, f"`{form.form}` is not built yet", "cannot be run by this version", help)
        for form in flow.unbuilt
    )
