"""A flow for commands: its plan where leads are routed, the checked flow where it is only looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_dsl.model import Flow
    from leadflow_engine.plan import Plan


def loaded(flow: str) -> Plan:
    """The plan of a flow file that is to run; its findings go to standard error. Raises ``CannotStart``."""
    from leadflow_dsl import check
    from leadflow_dsl.render import render
    from leadflow_engine.operations.loading import LoadProblem, load

    try:
        found = load(flow)
    except LoadProblem as problem:
        if problem.diagnostics:
            note(render(problem.diagnostics, check(flow).sources, "full"))
        raise CannotStart(str(problem)) from None
    if found.diagnostics:
        note(render(found.diagnostics, {}, "concise").rstrip("\n"))
    return found.plan


def looked_at(path: str) -> Flow:
    """The checked flow of a command that routes nothing: forms that do not run yet are no matter to it.

    Errors go to standard error and end the command with 1. Raises ``CannotStart`` for a library.
    """
    from leadflow_dsl import check
    from leadflow_dsl.render import render

    checked = check(path)
    if checked.errors:
        note(render(checked.errors, checked.sources, "full").rstrip("\n"))
        raise SystemExit(1)
    if checked.flow is None:
        raise CannotStart(f"{path} is a library; name a flow that imports it")
    return checked.flow


def planned(path: str) -> Plan:
    """The plan of a flow that is only looked at; see ``looked_at``."""
    from leadflow_engine.plan import make_plan

    return make_plan(looked_at(path))
