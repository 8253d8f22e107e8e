"""What a report needs to know of a flow beside what the journal says: its zone, its currency, its stages' words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from leadflow_dsl.model import Route
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.evaluation.sentences import sentence
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan, stages_of


@dataclass(frozen=True, slots=True)
class Setting:
    """``stages`` gives each stage's words by its id (``waterfall acme``), ``routes`` the step it belongs to;
    ``values`` what a buyer's criterion came to, by buyer and reason (``state AZ in [CA, TX] is false``)."""

    zone: str = "UTC"
    currency: str = "USD"
    stages: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)


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
    values = dict(_values(plan, lead)) if lead is not None else {}
    return Setting(flow.timezone, flow.currency, stages, routes, values)


def _values(plan: Plan, lead: Lead) -> Iterator[tuple[tuple[str, str], str]]:
    """What each criterion came to; of two with one reason the first that puts the buyer out is told."""
    for buyer in plan.flow.buyers:
        for criterion in reversed(buyer.criteria):
            truth = holds(criterion.condition, lead)
            if (truth is True) is (criterion.kind == "reject"):
                said = "true" if truth is True else "false" if truth is False else "unknown"
                yield (buyer.name, criterion.reason), f"{sentence(criterion.condition, lead)} is {said}"
