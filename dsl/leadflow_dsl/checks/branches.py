"""A route's branches: an ``if`` that what stands around it settles, a buyer where no lead of its own comes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadflow_dsl import nodes
from leadflow_dsl.analysis import Facts, Want, narrowed, possible
from leadflow_dsl.analysis.worlds import Declared
from leadflow_dsl.checks.in_turn import judging_all, lasting, let_through, passing_all
from leadflow_dsl.checks.routes_walk import routes
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import BestOf, Flow, If, RouteItem, Stage
from leadflow_dsl.rules.contradictions import ALWAYS, NEVER
from leadflow_dsl.terms import Term
from leadflow_dsl.walk import find


def branches(flow: Flow, draft: Draft, world: Declared) -> Iterator[Diagnostic]:
    """Conditions of routes, seen from where they stand."""
    walk = _Walk(flow, draft, world)
    facts = passing_all(flow, draft, world)
    judged = tuple(judging_all(flow))
    for number, route in enumerate(routes(flow)):
        known, walk.before = (facts, judged) if not number else (Facts(), ())
        if route.when is not None:
            known = lasting(narrowed(route.when, Want.TRUE, walk.world, known))
            walk.before = (*walk.before, (route.when, Want.TRUE))
        yield from walk.items(route.items, known, ())


class _Walk:
    def __init__(self, flow: Flow, draft: Draft, world: Declared) -> None:
        self.draft, self.world = draft, world
        self.before: tuple[tuple[Term, Want], ...] = ()
        """What every lead of the route has passed."""
        self.named = {
            stage.span: {one.text: one.span for one in stage.buyers if isinstance(one, nodes.Name)}
            for step in draft.step_nodes
            for stage in find(step, nodes.Stage)
        }
        self.taken = {
            buyer.name: (buyer, passed.facts)
            for buyer in flow.buyers
            if not (passed := let_through(buyer.criteria, self.world, draft)).findings
        }

    def items(
        self, items: tuple[RouteItem, ...], facts: Facts, around: tuple[tuple[Term, Want], ...]
    ) -> Iterator[Diagnostic]:
        for item in items:
            match item:
                case If():
                    yield from self._if(item, facts, around)
                case BestOf(stages=stages):
                    yield from self.items(stages, facts, around)
                case Stage():
                    yield from self._stage(item, facts, around)

    def _if(self, item: If, facts: Facts, around: tuple[tuple[Term, Want], ...]) -> Iterator[Diagnostic]:
        term, world = item.condition, self.world
        if possible(term, Want.TRUE, world) and possible(term, Want.NOT_TRUE, world):
            if not possible(term, Want.TRUE, world, facts):
                yield self._settled(term, Want.TRUE, around)
                return
            if not possible(term, Want.NOT_TRUE, world, facts):
                yield self._settled(term, Want.NOT_TRUE, around)
                return
        for side, want in ((item.then, Want.TRUE), (item.otherwise, Want.NOT_TRUE)):
            if possible(term, want, world):
                inner = lasting(narrowed(term, want, world, facts))
                yield from self.items(side, inner, (*around, (term, want)))

    def _settled(self, term: Term, never: Want, around: tuple[tuple[Term, Want], ...]) -> Diagnostic:
        text = self.draft.text_at(term.span)
        place = self._around(term, never, (*self.before, *around))
        if never is Want.TRUE:
            message = f"`{text}` never holds here"
            return NEVER.at(term.span, message, "settled before", "take the branch out", place)
        message, help = (
            f"`{text}` always holds here",
            "take the condition out: what is in the branch is for all",
        )
        before = self.draft.project.texts.get(term.span.file, "")[: term.span.start]
        if re.search(r"\belse\s+if[\s(]*\Z", before):
            help = "write `else`: all other leads are gone by then"
        return ALWAYS.at(term.span, message, "settled before", help, place)

    def _around(self, term: Term, want: Want, around: tuple[tuple[Term, Want], ...]) -> tuple[Label, ...]:
        for outer, known in reversed(around):
            if not possible(term, want, self.world, narrowed(outer, known, self.world)):
                text = "holds here" if known is Want.TRUE else "does not hold here"
                return (Label(outer.span, text),)
        return ()

    def _stage(
        self, stage: Stage, facts: Facts, around: tuple[tuple[Term, Want], ...]
    ) -> Iterator[Diagnostic]:
        where, world = stage.where, self.world
        if where is not None:
            if not possible(where, Want.TRUE, world):
                return
            if not possible(where, Want.TRUE, world, facts):
                yield self._settled(where, Want.TRUE, around)
                return
            facts = narrowed(where, Want.TRUE, world, facts)
            around = (*around, (where, Want.TRUE))
        for name, span in self.named.get(stage.span, {}).items():
            if name in self.taken and around:
                yield from self._buyer(name, span, facts, around)

    def _buyer(
        self, name: str, span: Span, facts: Facts, around: tuple[tuple[Term, Want], ...]
    ) -> Iterator[Diagnostic]:
        buyer, takes = self.taken[name]
        if not facts.excludes(takes):
            return
        for criterion in buyer.criteria:
            wanted = Want.TRUE if criterion.kind == "accept" else Want.NOT_TRUE
            if not possible(criterion.condition, wanted, self.world, facts):
                own = Label(criterion.condition.span, "what it takes")
                labels = (own, *self._around(criterion.condition, wanted, around))
                message = f"buyer `{name}` takes no lead that comes here"
                yield NEVER.at(span, message, "never offered one", "put it where its leads come by", labels)
                return
