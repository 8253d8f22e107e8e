"""What a report needs to know of a flow beside what the journal says: its zone, its currency, its stages' words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from leadflow_dsl.model import Route
from leadflow_engine.evaluation.evaluate import holds_once
from leadflow_engine.evaluation.sentences import sentence
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan, stages_of


@dataclass(frozen=True, slots=True)
class Setting:
    """``stages`` gives each stage's words by its id (``waterfall acme``), ``routes`` the step it belongs to;
    ``came_to`` what a buyer's criterion came to, asked by buyer and reason (``state AZ in [CA, TX] is false``)."""

    zone: str = "UTC"
    currency: str = "USD"
    stages: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)
    came_to: Callable[[str, str], str] = lambda buyer, reason: ""


def setting_of(plan: Plan, lead: Lead | None = None) -> Setting:
    """The setting of a plan's leads; with what its buyers' criteria came to, where the lead is at hand."""
    flow = plan.flow
    stages: dict[str, str] = {}
    routes: dict[str, str] = {}
    for step in flow.steps:
        if isinstance(step, Route):
            for stage in stages_of(step.items):
                stages[stage.id] = stage.written or stage.kind
                routes[stage.id] = step.name
    if lead is None:
        return Setting(flow.timezone, flow.currency, stages, routes)
    return Setting(flow.timezone, flow.currency, stages, routes, partial(_came_to, plan, lead))


def _came_to(plan: Plan, lead: Lead, buyer: str, reason: str) -> str:
    """What a criterion came to; of several with one reason the first that puts the buyer out is told."""
    planned = plan.buyers.get(buyer)
    for criterion in planned.buyer.criteria if planned else ():
        if criterion.reason == reason:
            truth = holds_once(criterion.condition, lead)
            if (truth is True) is (criterion.kind == "reject"):
                said = "true" if truth is True else "false" if truth is False else "unknown"
                return f"{sentence(criterion.condition, lead)} is {said}"
    return ""
