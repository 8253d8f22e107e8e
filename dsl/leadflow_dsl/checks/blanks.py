"""Comparisons with ``not`` on fields that may be blank: they do not hold for a blank, which is easily forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.analysis import NOTHING_KNOWN, Facts, Want, narrowed
from leadflow_dsl.analysis.atoms import WORD_GROUPS
from leadflow_dsl.analysis.worlds import TEXTS, Declared
from leadflow_dsl.checks.in_turn import passing_all
from leadflow_dsl.checks.routes_walk import branches_of, routes
from leadflow_dsl.checks.terms_walk import inside
from leadflow_dsl.checks.world import mistaken
from leadflow_dsl.diagnostics import Diagnostic
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Criterion, Filter, Flow
from leadflow_dsl.operators import PRESENCE
from leadflow_dsl.rules.contradictions import ALWAYS, BLANK, NEVER
from leadflow_dsl.terms import Const, Op, Read, Term
from leadflow_dsl.types import BOOLEAN, kind

MEANS = {
    "accept": "such a lead is kept out",
    "reject": "such a lead is not refused",
    "if": "such a lead takes the `else`",
}
"""What becomes of a lead whose field is blank, by where the comparison stands."""


def blanks(flow: Flow, draft: Draft, world: Declared) -> Iterator[Diagnostic]:
    """Criteria and branches that compare with ``!=``, ``not ==`` or ``not in`` what a lead may lack."""
    look, known = _Look(flow, draft, world), passing_all(flow, draft, world)
    for source in flow.sources:
        yield from look.criteria(source.criteria, NOTHING_KNOWN)
    for step in flow.steps:
        if isinstance(step, Filter):
            yield from look.criteria(step.criteria, NOTHING_KNOWN)
    for buyer in flow.buyers:
        yield from look.criteria(buyer.criteria, known)
    for route in routes(flow):
        for branch in branches_of(route.items):
            yield from look.at(branch.condition, "if", known)


class _Look:
    def __init__(self, flow: Flow, draft: Draft, world: Declared) -> None:
        self.draft, self.told = draft, mistaken(draft, (NEVER.code, ALWAYS.code))
        self.world = world
        self.plain = {field.name: field for field in flow.fields if field.computed is None}

    def criteria(self, criteria: tuple[Criterion, ...], facts: Facts) -> Iterator[Diagnostic]:
        for criterion in criteria:
            yield from self.at(criterion.condition, criterion.kind, facts)
            want = Want.TRUE if criterion.kind == "accept" else Want.NOT_TRUE
            facts = narrowed(criterion.condition, want, self.world, facts)

    def at(self, term: Term, place: str, facts: Facts) -> Iterator[Diagnostic]:
        if self.told(term.span):
            return
        asked = _asked_for(term)
        for leaf, subject in _negative(term, place):
            field = self.plain.get(subject.name)
            alone = Read("field", subject.name, "", field.type, subject.span) if field else None
            if alone is None or subject.name in asked or not self.world(alone).blank:
                continue
            if facts.of(subject, self.world).blank and facts.of(alone, self.world).blank:
                asked = asked | {subject.name}
                yield self._finding(leaf, subject, place)

    def _finding(self, leaf: Term, subject: Read, place: str) -> Diagnostic:
        name = subject.name
        strict = self.plain[name].type.name not in TEXTS
        written = self.draft.text_at(leaf.span)
        message = f"`{written}` does not hold where `{name}` is blank: {MEANS[place]}"
        known = "valid" if strict else "present"
        ways = (
            f"`({written} or {name} is blank)` takes it in",
            f"`{name} is {known} and {written}` says that it is meant so",
        )
        return BLANK.at(leaf.span, message, "unknown for a blank", ways)


def _negative(term: Term, place: str) -> Iterator[tuple[Term, Read]]:
    """Comparisons that hold for all values but some, with the field that they ask of. A number that is not another is
    left alone: ``!= 0`` is a guard."""
    if isinstance(term, Op) and term.name in ("and", "or"):
        for arg in term.args:
            yield from _negative(arg, place)
        return
    turned = isinstance(term, Op) and term.name == "not"
    leaf = term.args[0] if isinstance(term, Op) and turned else term
    subject = leaf.args[0] if isinstance(leaf, Op) and leaf.args else leaf
    if not (isinstance(subject, Read) and subject.kind == "field"):
        return
    if kind(subject.type).group in WORD_GROUPS and _all_but(leaf, turned, place):
        yield term, subject


def _all_but(leaf: Term, turned: bool, place: str) -> bool:
    if isinstance(leaf, Op) and leaf.name in ("==", "!="):
        return (leaf.name == "==") is turned and isinstance(leaf.args[1], Const)
    if isinstance(leaf, Op):
        return leaf.name == "in" and turned and place != "accept"
    return leaf.type == BOOLEAN and turned


def _asked_for(term: Term) -> frozenset[str]:
    """Fields of which the condition says what becomes of a blank, or that it compares in another way too."""
    found: set[str] = set()
    for piece in inside(term):
        if isinstance(piece, Op) and piece.name in PRESENCE:
            found |= {read.name for read in inside(piece) if isinstance(read, Read)}
    return frozenset(found)
