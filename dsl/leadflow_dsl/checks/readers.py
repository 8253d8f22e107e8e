"""Who reads what a look-up tells: from the words of the flow and of its templates."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.checks.routes_walk import routes, stages_of
from leadflow_dsl.checks.terms_walk import records_of
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Body, Buyer, Enhance, Flow
from leadflow_dsl.rules.sharing import EARLY

EVERYBODY = ""
"""The reader that stands for every lead: a filter, a score, a route, a copy, a computed field."""


def paid_early(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Paid look-ups that run for every lead, and that only some of the routed buyers read."""
    paid = {
        step.name: step
        for step in flow.steps
        if isinstance(step, Enhance) and step.cost and not step.on_demand and step.on_error == "continue"
    }
    routed = {name for route in routes(flow) for stage in stages_of(route.items) for name in stage.buyers}
    if not paid or len(routed) < 2:
        return
    for name, readers in _readers(flow, draft, paid).items():
        buyers = readers & routed
        if EVERYBODY not in readers and buyers and buyers < routed:
            yield _early(paid[name], sorted(buyers), flow)


def _early(step: Enhance, readers: list[str], flow: Flow) -> Diagnostic:
    who = ", ".join(f"`{name}`" for name in readers[:3]) + (" and others" if len(readers) > 3 else "")
    message = (
        f"`{step.name}` costs {step.cost} for every lead, and only {who} read{'s' * (len(readers) == 1)} it"
    )
    places = tuple(Label(buyer.span, "reads it") for buyer in flow.buyers if buyer.name == readers[0])
    help = f"write `enhance {step.name} on demand {{`"
    return EARLY.at(step.span, message, "paid before it is needed", help, places)


def _readers(flow: Flow, draft: Draft, steps: dict[str, Enhance]) -> dict[str, set[str]]:
    """By look-up, the names of the buyers that read it, and ``EVERYBODY`` where anything else does."""
    found: dict[str, set[str]] = {name: set() for name in steps}
    places = _places(draft)
    templates = _templates(flow.buyers)
    for reference in draft.references:
        if reference.kind == "enhance" and reference.name in found:
            span = reference.span
            found[reference.name] |= templates.get(span.file) or {_reader(places.get(span.file, []), span)}
    for buyer in flow.buyers:
        for name in buyer.needs:
            if name in found:
                found[name].add(buyer.name)
    return found


def _places(draft: Draft) -> dict[str, list[tuple[Span, str]]]:
    found: dict[str, list[tuple[Span, str]]] = {}
    for symbol in draft.of("buyer").values():
        span = getattr(symbol.node, "span", symbol.span)
        found.setdefault(span.file, []).append((span, symbol.name))
    return found


def _reader(places: list[tuple[Span, str]], span: Span) -> str:
    return next((name for place, name in places if place.start <= span.start < place.end), EVERYBODY)


def _templates(buyers: tuple[Buyer, ...]) -> dict[str, set[str]]:
    """By template file, the buyers whose bodies are made from it."""
    found: dict[str, set[str]] = {}
    for buyer in buyers:
        for record in records_of((buyer.ping, buyer.deliver, buyer.batch, buyer.email)):
            if isinstance(record, Body) and record.template:
                found.setdefault(record.template, set()).add(buyer.name)
    return found
