"""Conditions one after the other: criteria that all must hold, and lines of which the first that holds counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leadflow_dsl.analysis import NOTHING_KNOWN, Facts, Want, World, narrowed, possible
from leadflow_dsl.checks.contradictions import culprit_of
from leadflow_dsl.checks.terms_walk import inside, records_of, terms_of
from leadflow_dsl.checks.world import mistaken
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Buyer, Criterion, Filter, Flow, Response, Route
from leadflow_dsl.rules.buyers import UNREACHABLE
from leadflow_dsl.rules.contradictions import ADDS_NOTHING, NEVER
from leadflow_dsl.terms import Answer, Call, Op, Read, Term
from leadflow_dsl.unguarded import dataclass

LASTING = frozenset(("field", "score", "result"))
"""Kinds of values that stay what they are while a lead is on its way."""
MOST = 256
"""Criteria of one place that are weighed against each other."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What is known of the leads that criteria let through, and what is wrong with the criteria."""

    facts: Facts
    findings: tuple[Diagnostic, ...] = ()


def lasting(facts: Facts) -> Facts:
    """Only what does not change between a condition and the next step."""
    kept = {
        subject: state
        for subject, state in facts.states.items()
        if all(_lasts(piece) for piece in inside(subject))
    }
    return Facts(kept)


def _lasts(term: Term) -> bool:
    if isinstance(term, Read):
        return term.kind in LASTING
    changing = (isinstance(term, Call) and term.name.startswith("stats.")) or isinstance(term, Answer)
    return not changing and not (isinstance(term, Op) and term.name in ("in_window", "usual"))


def let_through(
    criteria: Sequence[Criterion], world: World, draft: Draft, before: Facts = NOTHING_KNOWN
) -> Passed:
    """Criteria of one place, in written order; ``before`` is what is known of every lead that comes here."""
    facts, own = before, NOTHING_KNOWN
    earlier: list[tuple[Term, Want]] = []
    told = mistaken(draft)
    for criterion in criteria[:MOST]:
        term = criterion.condition
        if told(term.span):
            continue
        passes = Want.TRUE if criterion.kind == "accept" else Want.NOT_TRUE
        fails = Want.NOT_TRUE if criterion.kind == "accept" else Want.TRUE
        if not possible(term, passes, world) or not possible(term, fails, world):
            continue  # wrong by itself, which is told there
        if not possible(term, passes, world, facts):
            return Passed(facts, (_excluded(criterion, earlier, passes, world, draft),))
        if not possible(term, fails, world, own):
            return Passed(facts, (_repeated(criterion, earlier, fails, world, draft),))
        earlier.append((term, passes))
        facts, own = narrowed(term, passes, world, facts), narrowed(term, passes, world, own)
    return Passed(lasting(facts))


def _excluded(
    wrong: Criterion, earlier: list[tuple[Term, Want]], passes: Want, world: World, draft: Draft
) -> Diagnostic:
    place = _place(earlier, wrong.condition, passes, world, "after this one none is left")
    message = f"no lead can pass `{draft.text_at(wrong.span)}`"
    if not place:
        message += ": what stands before it lets none of them through"
    return NEVER.at(wrong.condition.span, message, "excluded before", "take one of the two out", place)


def _repeated(
    wrong: Criterion, earlier: list[tuple[Term, Want]], fails: Want, world: World, draft: Draft
) -> Diagnostic:
    place = _place(earlier, wrong.condition, fails, world, "says it already")
    message = f"`{draft.text_at(wrong.condition.span)}` decides nothing: all leads that it would stop are out before"
    return ADDS_NOTHING.at(wrong.condition.span, message, "said before", "take it out", place)


def _place(
    earlier: list[tuple[Term, Want]], term: Term, wanted: Want, world: World, text: str
) -> tuple[Label, ...]:
    for condition, known in earlier:
        if culprit_of((condition,), term, known, wanted, world) is not None:
            return (Label(condition.span, text),)
    return ()


def passing_all(flow: Flow, draft: Draft, world: World) -> Facts:
    """What is known of every lead that comes to the first route: past its source, and past the filters before."""
    facts = NOTHING_KNOWN
    if len(flow.sources) == 1:
        facts = let_through(flow.sources[0].criteria, world, draft).facts
    for found in _filters_before(flow):
        facts = let_through(found, world, draft, facts).facts
    return lasting(facts)


def judging_all(flow: Flow) -> Iterator[tuple[Term, Want]]:
    """The criteria that every lead has passed that comes to the first route, each with what it came to."""
    for found in (flow.sources[0].criteria if len(flow.sources) == 1 else (), *_filters_before(flow)):
        for one in found:
            yield one.condition, Want.TRUE if one.kind == "accept" else Want.NOT_TRUE


def _filters_before(flow: Flow) -> Iterator[tuple[Criterion, ...]]:
    """The criteria of each filter before the first route that judges every lead."""
    for step in flow.steps:
        if isinstance(step, Route):
            return
        if isinstance(step, Filter) and step.when is None:
            yield step.criteria


def criteria(flow: Flow, draft: Draft, world: World) -> Iterator[Diagnostic]:
    """Criteria that exclude or repeat each other: of a source, of a filter, of a buyer."""
    known = passing_all(flow, draft, world)
    for source in flow.sources:
        yield from let_through(source.criteria, world, draft).findings
    for step in flow.steps:
        if isinstance(step, Filter):
            yield from let_through(step.criteria, world, draft).findings
    for buyer in flow.buyers:
        passed = let_through(buyer.criteria, world, draft, known)
        yield from passed.findings
        yield from _prices(buyer, passed.facts, world, draft)


def _prices(buyer: Buyer, facts: Facts, world: World, draft: Draft) -> Iterator[Diagnostic]:
    lines = [(price.when, price.span) for price in buyer.prices]
    yield from first_of(lines, facts, world, draft, "price")
    yield from first_of([(one.when, one.span) for one in buyer.priorities], facts, world, draft, "priority")


def first_of(
    lines: Iterable[tuple[Term | None, Span]], facts: Facts, world: World, draft: Draft, word: str
) -> Iterator[Diagnostic]:
    """Lines of which the first that holds counts: each that never does, because one before it always would."""
    earlier: list[Term] = []
    for when, span in lines:
        if when is None:
            return  # nothing behind it counts, which is told elsewhere
        if not possible(when, Want.TRUE, world):
            continue
        if not possible(when, Want.TRUE, world, facts):
            yield _never_first(when, span, earlier, world, draft, word)
            return
        earlier.append(when)
        facts = narrowed(when, Want.NOT_TRUE, world, facts)


def _never_first(
    when: Term, span: Span, earlier: list[Term], world: World, draft: Draft, word: str
) -> Diagnostic:
    culprit = culprit_of(tuple(earlier), when, Want.NOT_TRUE, Want.TRUE, world)
    labels = () if culprit is None else (Label(culprit.span, "holds wherever the later one would"),)
    message = f"this {word} is never reached: `{draft.text_at(when.span)}` does not hold for any lead that gets here"
    help = "put the narrower condition first" if culprit is not None else "see what stands before it"
    return UNREACHABLE.at(span, message, "", help, labels)


def verdicts(flow: Flow, draft: Draft, world: World) -> Iterator[Diagnostic]:
    """Verdicts of an answer that an earlier rule of the same answer always takes."""
    for response in responses_of(flow):
        yield from _unreached(response, world, draft)


def _unreached(response: Response, world: World, draft: Draft) -> Iterator[Diagnostic]:
    """A 5xx comes only to rules that name the status, so of those only each other are before."""
    facts = {True: NOTHING_KNOWN, False: NOTHING_KNOWN}
    earlier: dict[bool, list[Term]] = {True: [], False: []}
    for rule in response.verdicts:
        when, known = rule.condition, facts[rule.names_status]
        if possible(when, Want.TRUE, world) and not possible(when, Want.TRUE, world, known):
            yield _never_first(when, rule.span, earlier[rule.names_status], world, draft, "verdict")
            continue
        for names_status in (False, True) if rule.names_status else (False,):
            earlier[names_status].append(when)
            facts[names_status] = narrowed(when, Want.NOT_TRUE, world, facts[names_status])


def choices(flow: Flow, draft: Draft, world: World) -> Iterator[Diagnostic]:
    """Branches of a ``case`` that an earlier branch always takes."""
    for term in terms_of((flow.fields, flow.buyers, flow.steps)):
        for call in inside(term):
            if isinstance(call, Call) and call.name == "case":
                lines = [(key, key.span) for key, _ in call.keyed]
                yield from first_of(lines, NOTHING_KNOWN, world, draft, "branch")


def responses_of(value: object) -> Iterator[Response]:
    """Every answer that is read in a record, in written order; never recursive."""
    return (found for found in records_of(value) if isinstance(found, Response))
