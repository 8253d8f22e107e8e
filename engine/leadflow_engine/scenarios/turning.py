"""Where a lead went another way than was expected: the first thing in its trace that is not as a scenario says."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from leadflow_engine.scenarios.compare import Difference
from leadflow_engine.scenarios.outcome import Outcome

Row: TypeAlias = Mapping[str, Any]
Point: TypeAlias = tuple[int, int, str, int]
"""A place in a trace: the segment, the step's number, the stage, the buyer's place in it (0: before it began)."""

OF_BUYERS: Final = frozenset({"reasons", "distribution", "requests", "postings", "called", "sold"})
OF_STEPS: Final = frozenset({"steps", "requests", "postings", "called"})


def turning_point(outcome: Outcome) -> Point | None:
    """The earliest point at which something is not as expected; None where only the end tells."""
    summary = outcome.seen.summary
    points = [point for each in outcome.differences for point in _points(summary, each)]
    for call, _ in outcome.missing:
        points += [*_of_buyer(summary, call.name), *_of_step(summary, call.name)]
    return min(points, default=None)


def _points(summary: Mapping[str, Any], difference: Difference) -> Iterator[Point]:
    key, *further = difference.path
    if key in {"buyer", "sold"}:
        for said in (difference.expected, difference.found):
            for name in said if isinstance(said, list | dict) else [said]:
                yield from _of_buyer(summary, name)
    name = further[0] if further else ""
    if key in OF_BUYERS:
        yield from _of_buyer(summary, name)
    if key in OF_STEPS:
        yield from _of_step(summary, name)
    if key == "fields":
        yield from _of_step(summary, "intake")


def _of_buyer(summary: Mapping[str, Any], name: object) -> Iterator[Point]:
    for row in summary["distribution"]:
        if row["buyer"] == name:
            yield _point(summary, row)


def _point(summary: Mapping[str, Any], row: Row) -> Point:
    route = row["stage"].rpartition(".")[0]
    numbers = [
        step["number"]
        for step in summary["steps"]
        if step["segment"] == row["segment"] and step["kind"] == "route" and step["name"] == route
    ]
    place = row["position"] or (sys.maxsize if row["outcome"] == "not_asked" else 0)
    return row["segment"], numbers[0] if numbers else 0, row["stage"], place


def _of_step(summary: Mapping[str, Any], name: object) -> Iterator[Point]:
    for step in summary["steps"]:
        if step["name"] == name:
            yield step["segment"], step["number"], "", 0


def until(summary: Mapping[str, Any], point: Point | None) -> tuple[Mapping[str, Any], bool]:
    """The summary without what came after a point, and whether anything did."""
    if point is None:
        return summary, False
    distribution = [row for row in summary["distribution"] if _point(summary, row) <= point]
    steps = [step for step in summary["steps"] if (step["segment"], step["number"]) <= point[:2]]
    if len(distribution) == len(summary["distribution"]) and len(steps) == len(summary["steps"]):
        return summary, False
    names = {row["buyer"] for row in distribution} | {step["name"] for step in steps}
    kept = {
        part: [row for row in summary[part] if row.get("name", row.get("buyer")) in names]
        for part in ("postings", "deliveries")
    }
    return {**summary, **kept, "distribution": distribution, "steps": steps, "ledger": []}, True
