"""What becomes of a lead that nobody took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadflow_dsl import nodes
from leadflow_dsl.analysis import NOTHING_KNOWN, Facts, Want, World, narrowed, possible
from leadflow_dsl.checks.in_turn import lasting, passing_all
from leadflow_dsl.checks.world import world_of
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import BestOf, Deliver, Flow, If, Route, RouteItem
from leadflow_dsl.rules.sharing import NO_END
from leadflow_dsl.unguarded import dataclass
from leadflow_dsl.walk import find


def ends(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """The last route, where a lead may leave it unsold, and it was paid for or met no stage at all.

    A flow whose leads cost nothing may well leave them unsold.
    """
    last = next((step for step in reversed(flow.steps) if isinstance(step, Route | Deliver)), None)
    if not isinstance(last, Route) or last.unsold or last.on_unsold or not last.items:
        return
    world, first = world_of(flow), not any(isinstance(step, Route) for step in flow.steps if step is not last)
    known = passing_all(flow, draft, world) if first else NOTHING_KNOWN
    ways = _Ways(world)
    if ways.end(last.items, known):
        return
    paid = _paid(flow, draft)
    if paid is not None:
        message = "what this route does not sell is left to nobody, and is paid for"
        yield _no_end(last, message, (Label(paid, "owed for every lead that is taken"),))
    elif not last.when and not ways.meet_a_stage(last.items, known):
        yield _no_end(last, "some leads meet no stage of this route, and are left to nobody", ())


def _no_end(route: Route, message: str, labels: tuple[Label, ...]) -> Diagnostic:
    help = (
        "end it with `fallback BUYER`",
        "or say `on unsold { deliver NAME }`, or `unsold hold up to 2h retry every 15m`",
    )
    return NO_END.at(route.span, message, "no end for the unsold", help, labels)


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways through a route's items. An ``else`` that is not written is none where the branches take every lead."""

    world: World

    def end(self, items: Iterable[RouteItem], facts: Facts) -> bool:
        """Whether every way comes by a fallback. ``facts``: what is known of the leads that come here."""
        for item in items:
            if isinstance(item, If):
                if all(self.end(way, known) for way, known in self._both(item, facts)):
                    return True
            elif isinstance(item, BestOf):
                if self.end(item.stages, facts):
                    return True
            elif item.kind == "fallback":
                return True
        return False

    def meet_a_stage(self, items: Iterable[RouteItem], facts: Facts) -> bool:
        """Whether every way comes by a stage."""
        for item in items:
            if not isinstance(item, If):
                return True
            if all(self.meet_a_stage(way, known) for way, known in self._both(item, facts)):
                return True
        return False

    def _both(self, item: If, facts: Facts) -> Iterator[tuple[tuple[RouteItem, ...], Facts]]:
        """The two ways of a branch that a lead may go, each with what is known there."""
        for way, want in ((item.then, Want.TRUE), (item.otherwise, Want.NOT_TRUE)):
            if possible(item.condition, want, self.world, facts):
                yield way, lasting(narrowed(item.condition, want, self.world, facts))


def _paid(flow: Flow, draft: Draft) -> Span | None:
    """Where a source is owed something for a lead that was taken, sold or not."""
    for source in flow.sources:
        if source.costs and source.cost_on == "accept":
            node = draft.of("source")[source.name].node
            return next((cost.span for cost in find(node, nodes.Cost)), source.span)
    return None
