"""A flow for the commands that route leads: its plan, with what does not stop it said beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_engine.plan import Plan


def loaded(flow: str, whole: bool = True) -> Plan:
    """The plan of a flow file; its findings go to standard error. ``whole`` is false where only a part of it is looked
    at, so that a form elsewhere that does not run yet is no matter. Raises ``CannotStart``."""
    from leadflow_dsl import check
    from leadflow_dsl.render import render
    from leadflow_engine.operations.loading import LoadProblem, load

    try:
        found = load(flow, whole)
    except LoadProblem as problem:
        if problem.diagnostics:
            note(render(problem.diagnostics, check(flow).sources, "full"))
        raise CannotStart(str(problem)) from None
    if found.diagnostics:
        note(render(found.diagnostics, {}, "concise").rstrip("\n"))
    return found.plan
