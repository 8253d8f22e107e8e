"""What a report needs to know of a flow beside what the journal says: its zone, its currency, its stages' words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadflow_dsl.model import Route
from leadflow_engine.plan import Plan, stages_of


@dataclass(frozen=True, slots=True)
class Setting:
    """``stages`` gives each stage's words by its id (``waterfall acme``), ``routes`` the step it belongs to."""

    zone: str = "UTC"
    currency: str = "USD"
    stages: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)


def setting_of(plan: Plan) -> Setting:
    """The setting of a plan's leads."""
    flow = plan.flow
    stages: dict[str, str] = {}
    routes: dict[str, str] = {}
    for step in flow.steps:
        if isinstance(step, Route):
            for stage in stages_of(step.items):
                stages[stage.id] = stage.written or stage.kind
                routes[stage.id] = step.name
    return Setting(flow.timezone, flow.currency, stages, routes)
