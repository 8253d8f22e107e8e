"""From a checked flow to its picture: the way of a lead, from the sources down to the last step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leadflow_dsl import model as m
from leadflow_engine.graph.askers import Askers
from leadflow_engine.graph.cards import alert_card, door_card, policy_card, source_card, step_card
from leadflow_engine.graph.phrases import Phrases
from leadflow_engine.graph.picture import Edge, Group, Member, Node, Picture
from leadflow_engine.graph.routes import RouteDrawing


def picture_of(flow: m.Flow) -> Picture:
    """The picture of a flow: every source, step, stage and buyer, whether this version can run it or not."""
    drawing = _Drawing(flow)
    root = Group("flow", "column", tuple(drawing.everything()))
    return Picture(flow.name, flow.title, flow.file, root, tuple(dict.fromkeys(drawing.edges)))


@dataclass
class _Drawing:
    """One pass over the flow from above; ``ends`` is where the way stands, ``edges`` what was drawn so far."""

    flow: m.Flow
    edges: list[Edge] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.say = Phrases(self.flow)
        self.askers = Askers(self.flow)
        self.copies = {step.name: step for step in self.flow.named_delivers}
        lookups = (step for step in self.flow.steps if isinstance(step, m.Enhance) and step.on_demand)
        self.waiting = {step.name: step for step in lookups}

    def everything(self) -> Iterator[Member]:
        sources = tuple(source_card(source, self.say) for source in self.flow.sources)
        yield self._with_rules(Group("sources", "row", sources))
        self.ends = [source.id for source in sources]
        before: Member = self._next(door_card(self.flow))
        for step in self.flow.steps:
            if step.name in self.waiting or (isinstance(step, m.Enhance) and step.on_demand):
                continue
            yield self._beside(before, step)
            before = self._step(step)
        yield self._rest(before)

    def _with_rules(self, sources: Group) -> Member:
        """The sources, with what stands beside the flow (alerts, policies) at their right."""
        alerts = [
            alert_card(each, self.say, f"alert.{at}") for at, each in enumerate(self.flow.alerts, start=1)
        ]
        policies = [
            policy_card(each, self.say, f"policy.{at}") for at, each in enumerate(self.flow.policies, start=1)
        ]
        if not alerts and not policies:
            return sources
        return Group("beside", "right", (sources, Group("rules", "grid", (*alerts, *policies))))

    def _next(self, node: Node) -> Node:
        """The way goes on to a node."""
        self.edges.extend(Edge(end, node.id) for end in self.ends)
        self.ends = [node.id]
        return node

    def _step(self, step: m.Step) -> Member:
        if isinstance(step, m.Route):
            route = RouteDrawing(self.flow, self.say, self.askers, self.copies)
            frame = route.frame(step)
            self.edges.extend(Edge(end, frame.id) for end in self.ends)
            self.edges.extend(route.edges)
            self.ends = [frame.id]
            self._asks(frame.id, (step.when, *(route.asked)))
            return frame
        node = self._next(step_card(step, self.say, f"step.{step.name}"))
        self._asks(node.id, (step,))
        return self._with_copies(node, step) if isinstance(step, m.Filter) else node

    def _with_copies(self, node: Node, step: m.Filter) -> Member:
        """A filter with the copies that go out for a lead that it refuses, at its left."""
        copies = [self.copies[name] for name in step.on_reject if name in self.copies]
        cards = tuple(step_card(copy, self.say, f"{node.id}.{copy.name}") for copy in copies)
        self.edges.extend(Edge(node.id, card.id, "refused") for card in cards)
        return Group(f"{node.id}.refused", "left", (node, *cards)) if cards else node

    # -------------------------------------------------------------- look-ups on demand

    def _asks(self, asker: str, pieces: Iterable[object]) -> None:
        names = self.askers.asked_by(*pieces)
        self.edges.extend(Edge(f"step.{name}", asker, kind="asks") for name in names)

    def _beside(self, before: Member, step: m.Step) -> Member:
        """What stands before a step, with the look-ups that this step is the first to ask for beside it."""
        pieces: tuple[object, ...] = (step,)
        if isinstance(step, m.Route):
            pieces += tuple(buyer for buyer in self.flow.buyers if buyer.name in _names(step.items))
        return self._placed(before, self._asked(self.askers.asked_by(*pieces)))

    def _rest(self, before: Member) -> Member:
        """The last step with the look-ups that nobody asks for: they are drawn all the same."""
        return self._placed(before, self._asked(tuple(self.waiting)))

    def _asked(self, names: Iterable[str]) -> Iterator[Node]:
        """The cards of look-ups that do not stand anywhere yet, each followed by those that it asks for itself."""
        for name in names:
            lookup = self.waiting.pop(name, None)
            if lookup is not None:
                card = step_card(lookup, self.say, f"step.{name}")
                yield card
                self._asks(card.id, (lookup,))
                yield from self._asked(self.askers.asked_by(lookup))

    def _placed(self, before: Member, cards: Iterable[Node]) -> Member:
        asked = tuple(cards)
        if not asked:
            return before
        return Group(f"{before.id}.asked", "right", (before, Group(f"{before.id}.look_ups", "grid", asked)))


def _names(items: Iterable[m.RouteItem]) -> set[str]:
    """The buyers of all stages."""
    found: set[str] = set()
    for item in items:
        match item:
            case m.Stage(buyers=buyers):
                found.update(buyers)
            case m.BestOf(stages=stages):
                found |= _names(stages)
            case m.If(then=then, otherwise=otherwise):
                found |= _names((*then, *otherwise))
    return found
