"""What of a flow no scenario reaches: criteria that never refuse, branches, stages, verdict rules, buyers, and what
comes after a sale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadflow_dsl.diagnostics import Span
from leadflow_dsl.model import Buyer, Criterion, Deliver, Enhance, Filter, If, Leg, Route, RouteItem, Stage
from leadflow_engine.plan import Plan, stages_of
from leadflow_engine.records import Judged
from leadflow_engine.scenarios.play import Played


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a scenario can reach. ``key`` tells when it was."""

    span: Span
    what: str
    key: tuple[str, ...]


@dataclass(slots=True)
class Coverage:
    """How many points a flow has, and those that nothing reached, in the order of the text."""

    points: int = 0
    unreached: list[Point] = field(default_factory=list)


def coverage(plan: Plan, played: Iterable[Played]) -> Coverage:
    """What these scenarios leave out of their flow."""
    reached = {key for each in played for key in _reached(each)}
    points = list(_points(plan))
    found = [point for point in points if not _is_reached(point, reached)]
    return Coverage(len(points), sorted(found, key=lambda point: (point.span.file, point.span.start)))


def _is_reached(point: Point, reached: set[tuple[str, ...]]) -> bool:
    """A branch is reached with any of its stages; everything else by itself."""
    if point.key[0] == "branch":
        return any(("stage", stage) in reached for stage in point.key[1:])
    return point.key in reached


# ------------------------------------------------------------------ what there is


def _points(plan: Plan) -> Iterator[Point]:
    for source in plan.flow.sources:
        yield from _criteria(f"source {source.name}", ("source", source.name), source.criteria)
    for step in plan.flow.steps:
        if isinstance(step, Filter):
            yield from _criteria(f"filter {step.name}", ("step", step.name), step.criteria)
        elif isinstance(step, Route):
            yield from _route(step.items)
        elif isinstance(step, Enhance | Deliver):
            yield from _leg(step.name, ("service", step.name), step.leg, step.span)
    for buyer in plan.flow.buyers:
        yield from _criteria(f"buyer {buyer.name}", ("buyer", buyer.name), buyer.criteria)
        for word, leg in (("ping", buyer.ping), ("post", buyer.at_once)):
            if leg is not None:
                told = f"buyer {buyer.name}, {'ping' if word == 'ping' else 'deliver'}"
                yield from _leg(told, (word, buyer.name), leg, leg.span)
        yield from _of_later(buyer)
    for source in plan.flow.sources:
        for number, postback in enumerate(source.postbacks, 1):
            said = f"source {source.name}: never told of {' or '.join(postback.events)}"
            yield Point(postback.leg.span, said, ("postback", source.name, str(number)))
    for policy in plan.flow.policies:
        yield Point(policy.span, f'policy "{policy.title}": never acts', ("policy", policy.title))


def _of_later(buyer: Buyer) -> Iterator[Point]:
    """What comes after a lead's Run."""
    for word, said, span in (
        ("inquire", "inquire: never asked", buyer.inquire.leg.span if buyer.inquire else None),
        ("callback", "callback: it never calls", buyer.callback.span if buyer.callback else None),
        ("batch", "deliver batch: no file is sent", buyer.batch.leg.span if buyer.batch else None),
        ("return", "returns: nothing comes back", buyer.span if buyer.returns else None),
    ):
        if span is not None:
            yield Point(span, f"buyer {buyer.name}, {said}", (word, buyer.name))


def _criteria(owner: str, key: tuple[str, ...], criteria: Iterable[Criterion]) -> Iterator[Point]:
    for criterion in criteria:
        said = f'{owner}: {criterion.kind} "{criterion.reason}" never refuses'
        yield Point(criterion.span, said, ("criterion", *key, criterion.reason))


def _leg(owner: str, key: tuple[str, ...], leg: Leg, span: Span) -> Iterator[Point]:
    yield Point(span, f"{owner}: never called", ("called", *key))
    for number, verdict in enumerate(leg.response.verdicts, 1):
        said = f"{owner}: no answer is {verdict.outcome} by rule {number}"
        yield Point(verdict.span, said, ("rule", *key, str(number)))
    if leg.response.otherwise:
        said = f"{owner}: no answer is left to `otherwise {leg.response.otherwise}`"
        yield Point(leg.response.span, said, ("rule", *key, "0"))


def _route(items: tuple[RouteItem, ...]) -> Iterator[Point]:
    for item in items:
        if isinstance(item, Stage):
            yield Point(item.span, f"{item.written or item.id}: never reached", ("stage", item.id))
        elif isinstance(item, If):
            for inner, word in ((item.then, "taken"), (item.otherwise, "left to its `else`")):
                stages = [stage.id for stage in stages_of(inner)]
                if stages:
                    yield Point(item.span, f"if {item.written}: never {word}", ("branch", *stages))
            yield from (*_route(item.then), *_route(item.otherwise))


# ------------------------------------------------------------------ what was reached


def _reached(played: Played) -> Iterator[tuple[str, ...]]:
    for ending in played.endings:
        for record in ending.records:
            if isinstance(record, Judged):
                yield "stage", record.stage
    yield from played.later
    for outcome in played.outcomes:
        yield from _refusals(outcome.seen.summary)


def _refusals(summary: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in summary["distribution"]:
        if row["outcome"] == "filtered":
            yield "criterion", "buyer", row["buyer"], row["reason"]
    for step in summary["steps"]:
        if step["outcome"] == "failure" and step["kind"] == "filter":
            yield "criterion", "step", step["name"], step["reason"]
        elif step["outcome"] == "failure" and step["kind"] == "intake":
            yield "criterion", "source", summary["lead"]["source"], step["reason"]
