"""The plan of a flow for commands that look at it and route nothing: forms that do not run yet are no matter to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadflow_engine.cli.failing import CannotStart
from leadflow_engine.cli.screen import note

if TYPE_CHECKING:
    from leadflow_engine.plan import Plan


def planned(path: str) -> Plan:
    """The plan. Findings go to standard error; a flow with errors ends the command with 1. Raises ``CannotStart``."""
    from leadflow_dsl import check
    from leadflow_dsl.render import render
    from leadflow_engine.plan import make_plan

    checked = check(path)
    if checked.errors:
        note(render(checked.errors, checked.sources, "full").rstrip("\n"))
        raise SystemExit(1)
    if checked.flow is None:
        raise CannotStart(f"{path} is a library; name a flow that imports it")
    return make_plan(checked.flow)
