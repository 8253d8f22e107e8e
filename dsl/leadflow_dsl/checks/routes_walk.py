"""Walking a route's items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadflow_dsl.model import BestOf, Flow, If, Route, RouteItem, Stage


def stages_of(items: Iterable[RouteItem]) -> Iterator[Stage]:
    """Every stage among a route's items, through all branches, in written order."""
    for item in items:
        match item:
            case Stage():
                yield item
            case BestOf(stages=stages):
                yield from stages_of(stages)
            case If(then=then, otherwise=otherwise):
                yield from stages_of(then)
                yield from stages_of(otherwise)


def blocks_of(items: tuple[RouteItem, ...]) -> Iterator[tuple[RouteItem, ...]]:
    """Every sequence of items that follow one another: the route's own, and those of each branch."""
    yield items
    for item in items:
        if isinstance(item, If):
            yield from blocks_of(item.then)
            yield from blocks_of(item.otherwise)


def routes(flow: Flow) -> Iterator[Route]:
    """The flow's routes."""
    return (step for step in flow.steps if isinstance(step, Route))


def branches_of(items: Iterable[RouteItem]) -> Iterator[If]:
    """Every ``if`` among a route's items, outer before inner, in written order."""
    for item in items:
        if isinstance(item, If):
            yield item
            yield from branches_of(item.then)
            yield from branches_of(item.otherwise)
