"""How long a lead can be on its way, against what its source was promised."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import BestOf, Buyer, Deliver, Enhance, Flow, If, Leg, Route, RouteItem, Source, Stage
from leadflow_dsl.rules.limits import SLOW
from leadflow_dsl.walk import find

Duration = datetime.timedelta
NOTHING: Final = Duration(0)
WINDOW: Final = Duration(seconds=1)
"""How long an auction waits for bids where the flow does not say."""


def deadlines(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Sources that are promised an answer before the longest way through the flow ends."""
    promised = [source for source in flow.sources if source.answer_within is not None]
    if not promised:
        return
    way = _Way({buyer.name: buyer for buyer in flow.buyers})
    total, last = NOTHING, flow.span
    for step in flow.steps:
        if isinstance(step, Enhance | Deliver):
            total += of_leg(step.leg)
        elif isinstance(step, Route):
            total, last = total + way.route(step), step.span
    for source in promised:
        if source.answer_within is not None and total > source.answer_within:
            yield _slow(source, total, last, draft)


def _slow(source: Source, total: Duration, last: Span, draft: Draft) -> Diagnostic:
    node = draft.of("source")[source.name].node
    place = next((found.span for found in find(node, nodes.AnswerWithin)), source.span)
    assert source.answer_within is not None
    waits = f"{source.answer_within.total_seconds():g}s"
    message = f"`{source.name}` waits {waits}, and a lead can take {total.total_seconds():g}s"
    help = ("shorter time-outs, or fewer retries", "`timeout 4s` in the route asks nobody else after that")
    return SLOW.at(
        place, message, "all time-outs one after the other", help, (Label(last, "the longest way"),)
    )


def of_leg(leg: Leg | None) -> Duration:
    """The longest that one request can take, with its retries."""
    if leg is None:
        return NOTHING
    times = leg.request.retry.times if leg.request.retry else 0
    backoff = leg.request.retry.backoff if leg.request.retry else NOTHING
    return leg.request.timeout * (1 + times) + backoff * times


def _stages(item: RouteItem) -> Iterator[Stage]:
    match item:
        case If(then=then, otherwise=otherwise):
            for each in (*then, *otherwise):
                yield from _stages(each)
        case BestOf(stages=stages):
            for each in stages:
                yield from _stages(each)
        case Stage():
            yield item


class _Way:
    """The longest way through a route's items."""

    def __init__(self, buyers: dict[str, Buyer]) -> None:
        self.asked = {name: (of_leg(buyer.ping), of_leg(buyer.at_once)) for name, buyer in buyers.items()}

    def route(self, route: Route) -> Duration:
        """Its own ``timeout`` begins with nobody else, in whichever stage."""
        total = self.items(route.items)
        stages = (stage for item in route.items for stage in _stages(item))
        longest = max((self._stage(replace(stage, timeout=NOTHING)) for stage in stages), default=NOTHING)
        return total if route.timeout is None else min(total, route.timeout + longest)

    def items(self, items: Iterable[RouteItem]) -> Duration:
        return sum((self._item(item) for item in items), NOTHING)

    def _item(self, item: RouteItem) -> Duration:
        match item:
            case If(then=then, otherwise=otherwise):
                return max(self.items(then), self.items(otherwise))
            case BestOf(stages=stages):
                return self.items(stages)
            case Stage():
                return self._stage(item)

    def _stage(self, stage: Stage) -> Duration:
        legs = [self.asked[name] for name in stage.buyers if name in self.asked]
        posts = [post for _, post in legs]
        longest = max(posts, default=NOTHING)
        if stage.kind == "multisell":
            rounds = -(-len(legs) // stage.sell_high) if stage.sell_high else min(1, len(legs))
            return self._within(
                stage, longest * rounds + max((ping for ping, _ in legs), default=NOTHING), longest
            )
        if stage.kind == "auction":
            pings = (stage.window or WINDOW) if any(ping for ping, _ in legs) else NOTHING
            return self._within(stage, pings + sum(posts, NOTHING), longest)
        both = [ping + post for ping, post in legs]
        return self._within(stage, sum(both, NOTHING), max(both, default=NOTHING))

    def _within(self, stage: Stage, total: Duration, longest: Duration) -> Duration:
        """A stage's own ``timeout`` begins with nobody else; who has been begun with is waited for."""
        return total if stage.timeout is None else min(total, stage.timeout + longest)
