"""A route as a frame: its stages one below the other, an ``if`` as ways side by side, its end for the unsold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leadflow_dsl import model as m
from leadflow_engine.graph.askers import Askers
from leadflow_engine.graph.cards import stage_card, step_card
from leadflow_engine.graph.phrases import Phrases, duration
from leadflow_engine.graph.picture import Edge, Group, Line, Member, Node

Ends = tuple[tuple[str, str], ...]
"""Where the way stands: nodes, and what is written on the way on from each."""

NOT_SOLD = "not sold"
"""What is written on the way from one stage to the next."""


@dataclass
class RouteDrawing:
    """Draws one route; ``edges`` and ``asked`` (what may ask for a look-up) fill while it does."""

    flow: m.Flow
    say: Phrases
    askers: Askers
    copies: dict[str, m.Deliver]
    edges: list[Edge] = field(default_factory=list)
    asked: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.buyers = {buyer.name: buyer for buyer in self.flow.buyers}

    def frame(self, route: m.Route) -> Group:
        """The route, from its first stage to what becomes of a lead that nobody took."""
        items, ends = self._column(route.items, ())
        tail = tuple(self._unsold(route, ends))
        when = (Line(f"when {self.say.written(route.when)}"),) if route.when is not None else ()
        timeout = (Line(f"time-out {duration(route.timeout)}"),) if route.timeout is not None else ()
        said = (*when, *timeout)
        return Group(route.name, "column", (*items, *tail), "route", route.title or route.name, said)

    def _unsold(self, route: m.Route, ends: Ends) -> Iterator[Node]:
        lines = []
        if route.unsold is not None:
            every = f", tried every {duration(route.unsold.every)}" if route.unsold.every else ""
            lines.append(Line(f"held up to {duration(route.unsold.up_to)}{every}"))
        node = Node(f"{route.name}.unsold", "unsold", "unsold", "", tuple(lines))
        yield self._reach(node, ends)
        last = node
        for name in route.on_unsold:
            if name in self.copies:
                last = self._reach(
                    step_card(self.copies[name], self.say, f"{node.id}.{name}"), ((last.id, ""),)
                )
                yield last

    def _reach(self, node: Node, ends: Ends) -> Node:
        self.edges.extend(Edge(end, node.id, label) for end, label in ends)
        return node

    # -------------------------------------------------------------- stages

    def _column(self, items: Iterable[m.RouteItem], ends: Ends) -> tuple[tuple[Member, ...], Ends]:
        drawn: list[Member] = []
        for item in items:
            members, ends = self._item(item, ends)
            drawn.extend(members)
        return tuple(drawn), ends

    def _item(self, item: m.RouteItem, ends: Ends) -> tuple[tuple[Member, ...], Ends]:
        match item:
            case m.Stage():
                return (self._reach(self._stage(item), ends),), ((item.id, NOT_SOLD),)
            case m.BestOf():
                self.edges.extend(Edge(end, item.id, label) for end, label in ends)
                return (self._best_of(item),), ((item.id, NOT_SOLD),)
            case m.If():
                return self._choice(item, ends)

    def _stage(self, stage: m.Stage) -> Node:
        self.asked += [stage.where, *(self.buyers[name] for name in stage.buyers if name in self.buyers)]
        return stage_card(stage, self.buyers, self.say, self.askers)

    def _best_of(self, item: m.BestOf) -> Group:
        members = tuple(
            self._best_of(stage) if isinstance(stage, m.BestOf) else self._stage(stage)
            for stage in item.stages
        )
        told = (Line("whichever would earn more", "muted"),)
        return Group(item.id, "row", members, "best_of", "best of", told)

    # -------------------------------------------------------------- branches

    def _choice(self, item: m.If, ends: Ends) -> tuple[tuple[Member, ...], Ends]:
        """An ``if`` with all its ``else if``: one question, and a way for every answer."""
        node = self._reach(Node(item.id, "if", "if"), ends)
        arms: list[Member] = []
        left: list[tuple[str, str]] = []
        for number, (label, items) in enumerate(self._arms(item, ""), start=1):
            arm, out = self._arm(f"{item.id}.{number}", (node.id, label), items)
            arms.append(arm)
            left.extend(out)
        return (node, Group(f"{item.id}.ways", "row", tuple(arms))), tuple(left)

    def _arms(self, item: m.If, before: str) -> Iterator[tuple[str, tuple[m.RouteItem, ...]]]:
        self.asked.append(item.condition)
        yield before + (self.say.written(item.condition) or item.written), item.then
        match item.otherwise:
            case (m.If() as further,):
                yield from self._arms(further, "else if ")
            case others:
                yield "else", others

    def _arm(self, name: str, start: tuple[str, str], items: tuple[m.RouteItem, ...]) -> tuple[Group, Ends]:
        if not items:
            node = self._reach(Node(f"{name}.pass", "pass", "nobody is asked"), (start,))
            return Group(name, "column", (node,)), ((node.id, ""),)
        members, ends = self._column(items, (start,))
        return Group(name, "column", members), ends
