"""What policies do, held against the routes in which it is to be done."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.checks.routes_walk import routes, stages_of
from leadflow_dsl.diagnostics import Diagnostic, Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow, ShiftWeight, Stage
from leadflow_dsl.rules.forms import NOT_WEIGHED
from leadflow_dsl.rules.trade import WEIGHTS


def policies(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Weights that no order reads, and such as are in percent where the stage's are in parts."""
    stages = [stage for route in routes(flow) for stage in stages_of(route.items)]
    weighed = [stage for stage in stages if any(key.name == "weight" for key in stage.order)]
    for action in (action for policy in flow.policies for action in policy.actions):
        if isinstance(action, ShiftWeight) and any(buyer.name == action.buyer for buyer in flow.buyers):
            yield from _weight(flow, action, [stage for stage in weighed if action.buyer in stage.buyers])


def _weight(flow: Flow, action: ShiftWeight, stages: list[Stage]) -> Iterator[Diagnostic]:
    if not stages:
        help = "write `order by weight` in its stage, or take the weight out"
        yield NOT_WEIGHED.at(
            action.span, f"no stage with `{action.buyer}` is ordered by weight", "read by nothing", help
        )
        return
    names = {name for stage in stages for name in stage.buyers}
    known = [weight for buyer in flow.buyers if buyer.name in names for weight in buyer.weights]
    other = next((weight for weight in known if weight.percent != action.percent), None)
    if other is not None:
        said = "percent" if action.percent else "parts"
        message = f"`{action.buyer}` gets a weight in {said}, and the stage's are not"
        place = Label(other.span, "another unit")
        yield WEIGHTS.at(action.span, message, "", "write all in percent, or all in parts", (place,))
