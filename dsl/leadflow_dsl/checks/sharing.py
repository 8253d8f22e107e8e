"""Stages against the buyers that they name: who can never be sold there, and who is named for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from leadflow_dsl import nodes
from leadflow_dsl.checks.routes_walk import routes, stages_of
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Buyer, Flow, Stage
from leadflow_dsl.rules.sharing import EXCLUSIVE, RESERVE, TWICE
from leadflow_dsl.terms import Const
from leadflow_dsl.walk import find


def exclusives(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Exclusive buyers in stages that sell to several."""
    buyers = {buyer.name: buyer for buyer in flow.buyers}
    named = _names(draft)
    for stage in _stages(flow):
        if not _shares(stage):
            continue
        for name in stage.buyers:
            if name in buyers and buyers[name].exclusive:
                message = f"`{name}` is exclusive, and this {stage.kind} sells to several"
                place = (Label(buyers[name].span, "says `exclusive`"),)
                help = "put it into a waterfall before, or drop `exclusive`"
                span = named.get(stage.span, {}).get(name, stage.span)
                yield EXCLUSIVE.at(span, message, "never sold here", help, place)


def _stages(flow: Flow) -> Iterator[Stage]:
    return (stage for route in routes(flow) for stage in stages_of(route.items))


def _shares(stage: Stage) -> bool:
    return stage.kind in ("auction", "multisell") and stage.sell_high != 1


def _names(draft: Draft) -> dict[Span, dict[str, Span]]:
    """Where each stage names a buyer, by the stage's place."""
    return {
        stage.span: {one.text: one.span for one in stage.buyers if isinstance(one, nodes.Name)}
        for step in draft.step_nodes
        for stage in find(step, nodes.Stage)
    }


def reserves(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Buyers whose every price is under the reserve of every stage that names them."""
    asked: dict[str, list[tuple[Decimal | None, Stage]]] = {}
    for stage in _stages(flow):
        for name in stage.buyers:
            asked.setdefault(name, []).append((_amount(stage), stage))
    for buyer in flow.buyers:
        highest, stages = _highest(buyer), asked.get(buyer.name, [])
        reserves_ = [reserve for reserve, _ in stages if reserve is not None]
        if highest is None or not stages or len(reserves_) < len(stages):
            continue
        if highest < min(reserves_):
            message = (
                f"`{buyer.name}` pays at most {highest}, and no stage sells for less than {min(reserves_)}"
            )
            place = (Label(stages[0][1].span, "asks for more"),)
            yield RESERVE.at(buyer.prices[0].span, message, "never sold", "lower the reserve", place)


def _amount(stage: Stage) -> Decimal | None:
    value = stage.reserve.value if isinstance(stage.reserve, Const) else None
    return value if isinstance(value, Decimal) else None


def _highest(buyer: Buyer) -> Decimal | None:
    """The most that the buyer pays; None where that is not fixed."""
    found: list[Decimal] = []
    for price in buyer.prices:
        value = price.amount.value if isinstance(price.amount, Const) else None
        if price.kind != "amount" or price.plus_cost_of or not isinstance(value, Decimal):
            return None
        found.append(value)
    return None if buyer.offers else max(found, default=None)


def twice(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Buyers and tags that one stage names twice."""
    for step in draft.step_nodes:
        for stage in find(step, nodes.Stage):
            seen: dict[tuple[type, str], Span] = {}
            for one in stage.buyers:
                text = one.name.text if isinstance(one, nodes.TagRef) else one.text
                first = seen.setdefault((type(one), text), one.span)
                if first != one.span:
                    message = f"`{text}` is named twice in this stage"
                    place = (Label(first, "named here"),)
                    yield TWICE.at(one.span, message, "changes nothing", "take one out", place)
