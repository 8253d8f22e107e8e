"""Checks that weigh conditions against each other: all look at the leads through one pair of eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from leadflow_dsl.analysis.worlds import Declared
from leadflow_dsl.checks.blanks import blanks
from leadflow_dsl.checks.branches import branches
from leadflow_dsl.checks.contradictions import conditions
from leadflow_dsl.checks.division import divisions
from leadflow_dsl.checks.hours import closed_days
from leadflow_dsl.checks.in_turn import choices, criteria, verdicts
from leadflow_dsl.checks.world import world_of
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow

LOOKS: Final[tuple[Callable[[Flow, Draft, Declared], Iterable[Diagnostic]], ...]] = (
    conditions,
    criteria,
    branches,
    choices,
    verdicts,
    blanks,
    divisions,
    closed_days,
)
"""In this order: what is wrong by itself is not told again where it meets others."""


def logic(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """What no lead can meet, what every lead meets, and what a blank or a zero does that was not thought of."""
    world = world_of(flow)
    for look in LOOKS:
        yield from look(flow, draft, world)
