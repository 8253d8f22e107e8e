"""Divisions by what may be zero."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from leadflow_dsl.analysis import NOTHING_KNOWN, Facts, Want, narrowed
from leadflow_dsl.analysis.domain import Intervals, between
from leadflow_dsl.analysis.worlds import Declared
from leadflow_dsl.checks.contradictions import MANY
from leadflow_dsl.checks.in_turn import passing_all
from leadflow_dsl.checks.terms_walk import inside, terms_of
from leadflow_dsl.checks.world import mistaken
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Buyer, Criterion, Filter, Flow, Score
from leadflow_dsl.rules.contradictions import ZERO
from leadflow_dsl.terms import Call, Const, Op, Term, children

ZERO_VALUE: Final = Decimal(0)
EVERYTHING: Final = Intervals()


def divisions(flow: Flow, draft: Draft, world: Declared) -> Iterator[Diagnostic]:
    """Quotients whose lower side nothing keeps from being zero."""
    look = _Look(draft, world)
    for field in flow.fields:
        yield from look.all(field, NOTHING_KNOWN)
    for source in flow.sources:
        yield from look.criteria(source.criteria, NOTHING_KNOWN)
        yield from look.all(source.costs, NOTHING_KNOWN)
    for step in flow.steps:
        when = getattr(step, "when", None)
        facts = NOTHING_KNOWN if when is None else narrowed(when, Want.TRUE, look.world)
        if isinstance(step, Filter):
            yield from look.criteria(step.criteria, facts)
        elif isinstance(step, Score):
            yield from look.score(step, facts)
        else:
            yield from look.all(step, facts)
    known = passing_all(flow, draft, world)
    for buyer in flow.buyers:
        yield from look.buyer(buyer, known)


class _Look:
    def __init__(self, draft: Draft, world: Declared) -> None:
        self.draft, self.told, self.world = draft, mistaken(draft), world

    def all(self, value: object, facts: Facts) -> Iterator[Diagnostic]:
        for term in terms_of(value):
            yield from self.at(term, facts)

    def criteria(self, criteria: tuple[Criterion, ...], facts: Facts) -> Iterator[Diagnostic]:
        for criterion in criteria:
            yield from self.at(criterion.condition, facts)
            facts = self._past(criterion, facts)

    def _past(self, criterion: Criterion, facts: Facts) -> Facts:
        want = Want.TRUE if criterion.kind == "accept" else Want.NOT_TRUE
        return narrowed(criterion.condition, want, self.world, facts)

    def score(self, score: Score, facts: Facts) -> Iterator[Diagnostic]:
        for points in score.points:
            yield from self.at(points.when, facts)
            yield from self.at(points.amount, narrowed(points.when, Want.TRUE, self.world, facts))

    def buyer(self, buyer: Buyer, facts: Facts) -> Iterator[Diagnostic]:
        yield from self.criteria(buyer.criteria, facts)
        for criterion in buyer.criteria:
            facts = self._past(criterion, facts)
        for price in buyer.prices:
            here = facts if price.when is None else narrowed(price.when, Want.TRUE, self.world, facts)
            yield from self.all((price.when, price.amount), here)
        yield from self.all((buyer.ping, buyer.deliver, buyer.batch, buyer.email), facts)

    def at(self, term: Term, facts: Facts) -> Iterator[Diagnostic]:
        if any(isinstance(piece, Op) and piece.name in "/%" for piece in inside(term)):
            yield from self._in(term, facts)

    def _in(self, term: Term, facts: Facts) -> Iterator[Diagnostic]:
        if isinstance(term, Op) and term.name in ("and", "or"):
            want = Want.TRUE if term.name == "and" else Want.NOT_TRUE
            for place, arg in enumerate(term.args):
                here = facts
                for other in () if len(term.args) > MANY else (*term.args[:place], *term.args[place + 1 :]):
                    here = narrowed(other, want, self.world, here)
                yield from self.at(arg, here)
        elif isinstance(term, Call) and term.name == "case":
            yield from self._case(term, facts)
        else:
            if isinstance(term, Op) and term.name in "/%" and self._may_be_zero(term.args[1], facts):
                yield from self._finding(term)
            for child in children(term):
                yield from self.at(child, facts)

    def _case(self, term: Call, facts: Facts) -> Iterator[Diagnostic]:
        for condition, value in term.keyed:
            yield from self.at(condition, facts)
            yield from self.at(value, narrowed(condition, Want.TRUE, self.world, facts))
            facts = narrowed(condition, Want.NOT_TRUE, self.world, facts)
        if term.otherwise is not None:
            yield from self.at(term.otherwise, facts)

    def _may_be_zero(self, divisor: Term, facts: Facts) -> bool:
        if divisor.type.name not in ("number", "money"):
            return False  # what only the lead can tell may be anything
        if isinstance(divisor, Op) and divisor.name == "*":
            return any(self._may_be_zero(arg, facts) for arg in divisor.args)
        return self._values(divisor, facts).holds(ZERO_VALUE)

    def _values(self, term: Term, facts: Facts) -> Intervals:
        """The values that a number may have; everything where that is not known."""
        if isinstance(term, Const) and isinstance(term.value, Decimal):
            return between(term.value, term.value)
        if isinstance(term, Op) and term.name in "+-" and len(term.args) == 2:
            left, right = (_hull(self._values(arg, facts)) for arg in term.args)
            return _sum(left, right if term.name == "+" else _turned(right))
        if isinstance(term, Call) and term.name == "max" and len(term.args) > 1:
            lows = [_hull(self._values(arg, facts))[0] for arg in term.args]
            known = facts.of(term, self.world).values
            least = max((low for low in lows if low is not None), default=None)
            return between(least, None).meet(known) if isinstance(known, Intervals) else EVERYTHING
        found = facts.of(term, self.world).values
        return found if isinstance(found, Intervals) else EVERYTHING

    def _finding(self, term: Op) -> Iterator[Diagnostic]:
        if self.told(term.span):
            return
        divisor = self.draft.text_at(term.args[1].span)
        always = isinstance(term.args[1], Const)
        message = f"`{self.draft.text_at(term.span)}` divides by {'zero' if always else 'what may be zero'}"
        ways = (
            f"ask first: `{divisor} > 0 and ...`, or `case({divisor} > 0: ..., else 0)`",
            f"or divide by `max({divisor}, 1)`",
        )
        yield ZERO.at(term.args[1].span, message, "then the result is blank", () if always else ways)


Hull = tuple[Decimal | None, Decimal | None]


def _hull(values: Intervals) -> Hull:
    if values.empty:
        return None, None
    low, high = values.pieces[0].low, values.pieces[-1].high
    return (None if low is None else low[0], None if high is None else high[0])


def _turned(hull: Hull) -> Hull:
    low, high = hull
    return (None if high is None else -high, None if low is None else -low)


def _sum(one: Hull, two: Hull) -> Intervals:
    low = None if one[0] is None or two[0] is None else one[0] + two[0]
    high = None if one[1] is None or two[1] is None else one[1] + two[1]
    return between(low, high)
