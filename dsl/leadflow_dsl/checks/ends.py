"""What becomes of a lead that nobody took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import BestOf, Deliver, Flow, If, Route, RouteItem
from leadflow_dsl.rules.sharing import NO_END
from leadflow_dsl.walk import find


def ends(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """The last route, where a lead may leave it unsold, and it was paid for or met no stage at all.

    A flow whose leads cost nothing may well leave them unsold.
    """
    last = next((step for step in reversed(flow.steps) if isinstance(step, Route | Deliver)), None)
    if not isinstance(last, Route) or last.unsold or last.on_unsold or not last.items:
        return
    if _ends(last.items):
        return
    paid = _paid(flow, draft)
    if paid is not None:
        message = "what this route does not sell is left to nobody, and is paid for"
        yield _no_end(last, message, (Label(paid, "owed for every lead that is taken"),))
    elif not last.when and not _meets_a_stage(last.items):
        yield _no_end(last, "some leads meet no stage of this route, and are left to nobody", ())


def _no_end(route: Route, message: str, labels: tuple[Label, ...]) -> Diagnostic:
    help = (
        "end it with `fallback BUYER`",
        "or say `on unsold { deliver NAME }`, or `unsold hold up to 2h retry every 15m`",
    )
    return NO_END.at(route.span, message, "no end for the unsold", help, labels)


def _ends(items: Iterable[RouteItem]) -> bool:
    """Whether every way through the items comes by a fallback."""
    for item in items:
        if isinstance(item, If):
            if item.otherwise and _ends(item.then) and _ends(item.otherwise):
                return True
        elif isinstance(item, BestOf):
            if _ends(item.stages):
                return True
        elif item.kind == "fallback":
            return True
    return False


def _meets_a_stage(items: Iterable[RouteItem]) -> bool:
    """Whether every way through the items comes by a stage."""
    for item in items:
        if not isinstance(item, If):
            return True
        if item.then and item.otherwise and _meets_a_stage(item.then) and _meets_a_stage(item.otherwise):
            return True
    return False


def _paid(flow: Flow, draft: Draft) -> Span | None:
    """Where a source is owed something for a lead that was taken, sold or not."""
    for source in flow.sources:
        if source.costs and source.cost_on == "accept":
            node = draft.of("source")[source.name].node
            return next((cost.span for cost in find(node, nodes.Cost)), source.span)
    return None
