"""Steps but for routes: enhancements, filters, scores, copies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Label
from leadflow_dsl.meaning.declaring import route_names, steps_before
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import criterion, field_path
from leadflow_dsl.meaning.requests import leg, said
from leadflow_dsl.meaning.routes import route
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.score_models import trained_model
from leadflow_dsl.meaning.step_parts import check_delivers, when_of
from leadflow_dsl.rules.conditions import MISMATCH, REVERSED, VALUE
from leadflow_dsl.rules.forms import MODEL_AND_POINTS
from leadflow_dsl.terms import Const, Term
from leadflow_dsl.types import NUMBER, described, kind

Step = model.Step | None


def build_steps(draft: Draft) -> None:
    """Every step in the order in which it runs; a copy that is named runs only where it is named."""
    routes = {id(node): name for node, name in route_names(draft)}
    for node in draft.step_nodes:
        r = Resolver(draft, Scope(known=steps_before(draft, node)))
        if isinstance(node, nodes.Route):
            built: Step = route(r, node, routes[id(node)])
        else:
            built = _BUILD[type(node)](r, node)
        if isinstance(built, model.Deliver) and built.name in draft.named_delivers:
            draft.delivers.append(built)
        elif built is not None:
            draft.steps.append(built)


def _title(node: Any) -> str:
    return node.title.value if node.title else ""


def _on_error(items: Any) -> str:
    """What an error of a step means."""
    said = next((item for item in items if isinstance(item, nodes.OnError)), None)
    return str(said.action.text) if said is not None else "continue"


def _enhance(r: Resolver, node: nodes.Enhance) -> Step:
    costs = [item for item in node.items if isinstance(item, nodes.Cost)]
    cache = next((item for item in node.items if isinstance(item, nodes.Cache)), None)
    read = (field_path(r, path) for path in cache.by) if cache else ()
    found = leg(r, said(r, node.items), "enhance", node.name.span)
    if found is None:
        return None
    return model.Enhance(
        name=node.name.text,
        leg=found,
        title=_title(node),
        on_demand=node.on_demand,
        when=when_of(r, node.items),
        cost=_fixed_cost(r, costs[0]) if costs else Decimal(0),
        cache_for=cache.length.value if cache else None,
        cache_by=tuple(one for one in read if one is not None),
        on_error=_on_error(node.items),
        span=node.name.span,
    )


def _fixed_cost(r: Resolver, node: nodes.Cost) -> Decimal:
    if isinstance(node.value, nodes.Number) and node.when is None and node.owed is None:
        return node.value.value
    message = "a look-up's cost is one amount"
    r.draft.found(VALUE.at(node.span, message, "", "write an amount such as `cost 0.004`"))
    return Decimal(0)


def _filter(r: Resolver, node: nodes.Filter) -> Step:
    delivers = tuple(
        name.text for item in node.items if isinstance(item, nodes.OnReject) for name in item.delivers
    )
    check_delivers(r, node)
    criteria = tuple(
        criterion(r, item) for item in node.items if isinstance(item, nodes.Accept | nodes.Reject)
    )
    return model.Filter(
        node.name.text, criteria, _title(node), when_of(r, node.items), delivers, node.name.span
    )


def _score(r: Resolver, node: nodes.Score) -> Step:
    limits = next((item for item in node.items if isinstance(item, nodes.Limits)), None)
    low, high = (_limit(r, limits.low), _limit(r, limits.high)) if limits else (None, None)
    if limits and low is not None and high is not None and low > high:
        r.draft.found(
            REVERSED.at(limits.span, f"nothing lies between {low} and {high}", "", "turn them round")
        )
    start = next((item for item in node.items if isinstance(item, nodes.Start)), None)
    trained = next((item for item in node.items if isinstance(item, nodes.Model)), None)
    shadow = any(isinstance(item, nodes.Shadow) for item in node.items)
    if shadow:
        r.draft.used.add(("score", node.name.text))
    return model.Score(
        name=node.name.text,
        start=_number(r, start.value) if start else None,
        points=tuple(_points(r, item) for item in node.items if isinstance(item, nodes.Points)),
        title=_title(node),
        when=when_of(r, node.items),
        low=low,
        high=high,
        model=trained.path.value if trained else "",
        trained=_model(r, node, trained) if trained else None,
        shadow=shadow,
        span=node.name.span,
    )


def _model(r: Resolver, node: nodes.Score, trained: nodes.Model) -> model.Trained | None:
    """A model is a JSON file of the project, and instead of points."""
    for item in node.items:
        if isinstance(item, nodes.Start | nodes.Points):
            message = "a score from a model counts no points"
            place = Label(trained.span, "the model")
            r.draft.found(MODEL_AND_POINTS.at(item.span, message, "", "take one of the two out", (place,)))
    return trained_model(r, trained)


def _points(r: Resolver, item: nodes.Points) -> model.Points:
    sign = 1 if item.word.text == "add" else -1
    return model.Points(sign, _number(r, item.amount), r.condition(item.condition), item.span)


def _number(r: Resolver, node: Any) -> Term:
    term = r.value(node, NUMBER)
    if kind(term.type).group not in ("number", "any"):
        message = f"points are a number, not a value of type {described(term.type)}"
        r.draft.found(MISMATCH.at(node.span, message, "", "`number(...)` reads a text as a number"))
    return term


def _limit(r: Resolver, node: Any) -> Decimal | None:
    term = r.value(node, NUMBER)
    if isinstance(term, Const) and isinstance(term.value, Decimal):
        return term.value
    r.draft.found(VALUE.at(node.span, "a limit is a number", "", "write `limits 0 to 100`"))
    return None


def _deliver(r: Resolver, node: nodes.DeliverStep) -> Step:
    found = leg(r, said(r, node.items), "deliver", node.name.span)
    if found is None:
        return None
    return model.Deliver(
        node.name.text, found, _title(node), when_of(r, node.items), _on_error(node.items), node.name.span
    )


_BUILD: dict[type, Any] = {
    nodes.Enhance: _enhance,
    nodes.Filter: _filter,
    nodes.Score: _score,
    nodes.DeliverStep: _deliver,
}
