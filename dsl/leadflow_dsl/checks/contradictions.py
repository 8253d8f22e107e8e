"""Conditions that no lead can meet, and conditions that every lead meets."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl.analysis import NOTHING_KNOWN, Facts, Want, World, narrowed, possible
from leadflow_dsl.analysis.atoms import atom
from leadflow_dsl.analysis.worlds import Declared
from leadflow_dsl.checks.terms_walk import conditions_of, terms_of
from leadflow_dsl.checks.world import mistaken
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Flow, Source
from leadflow_dsl.rules.contradictions import ADDS_NOTHING, ALWAYS, NEVER
from leadflow_dsl.terms import Const, Op, Read, Term

MANY = 64
"""Operands of one ``and`` or ``or`` that are weighed against each other."""


def conditions(flow: Flow, draft: Draft, world: Declared) -> Iterator[Diagnostic]:
    """Every condition of the flow by itself; what the fields' declarations allow is taken as given."""
    looked = _Look(flow, draft, world)
    seen: set[tuple[Span, Term]] = set()
    told = mistaken(draft)
    for term in _terms(flow):
        for condition in conditions_of(term):
            if (condition.span, condition) not in seen and not told(
                condition.span
            ):  # `like` says the same again
                seen.add((condition.span, condition))
                yield from looked.at(condition)


def _terms(flow: Flow) -> Iterator[Term]:
    for source in flow.sources:
        yield from _of_source(source)
    parts = (flow.fields, flow.steps, flow.named_delivers, flow.buyers, flow.assertions)
    yield from terms_of((*parts, flow.alerts, flow.policies))


def _of_source(source: Source) -> Iterator[Term]:
    """What a source judges of a lead that is whole; its map and its test read what came."""
    yield from terms_of((source.criteria, source.caps, source.costs, source.replies, source.postbacks))


class _Look:
    """Looks at conditions from the inside out, so that the smallest wrong piece is the one that is reported."""

    def __init__(self, flow: Flow, draft: Draft, world: Declared) -> None:
        self.draft, self.world = draft, world
        self.fields = {field.name: field for field in flow.fields}

    def at(self, term: Term, positive: bool = True) -> list[Diagnostic]:
        if isinstance(term, Op) and term.name == "not":
            inner = term.args[0]
            return self._presence(term) if atom(inner).presence else self.at(inner, not positive)
        if isinstance(term, Op) and term.name in ("and", "or"):
            return self._joined(term, positive)
        if _told(term):
            return []
        return self._presence(term) if atom(term).presence else self._alone(term)

    def _presence(self, term: Term) -> list[Diagnostic]:
        """``is blank`` of what never is. That a required field ``is present`` is sure, and harms nobody."""
        if possible(term, Want.TRUE, self.world):
            return []
        why, place = self._why(term)
        message = f"`{self.draft.text_at(term.span)}` never holds"
        return [NEVER.at(term.span, message, "true for no lead", why, place)]

    def _alone(self, term: Term) -> list[Diagnostic]:
        text = self.draft.text_at(term.span)
        why, place = self._why(term)
        if not possible(term, Want.TRUE, self.world):
            return [NEVER.at(term.span, f"`{text}` never holds", "true for no lead", why, place)]
        if not possible(term, Want.FALSE, self.world):
            blank = possible(term, Want.NOT_TRUE, self.world)
            label = "only a blank makes it not true" if blank else "true for every lead"
            return [ALWAYS.at(term.span, f"`{text}` holds for every value", label, why, place)]
        return []

    def _why(self, term: Term) -> tuple[tuple[str, ...], tuple[Label, ...]]:
        asked = atom(term.args[0] if isinstance(term, Op) and term.name == "not" else term)
        subject = asked.subject
        if not isinstance(subject, Read) or subject.kind not in ("field", "score"):
            return (), ()
        field = self.fields.get(subject.name)
        if subject.kind == "score":
            symbol = self.draft.words.get(subject.name)
            place = (Label(symbol.span, "all that it can give"),) if symbol else ()
            return ("look at the score's start, points and limits",), place
        if field is None or subject.part:
            return (), ()
        label = "there in every lead that is taken" if asked.presence else "what it may be"
        return (f"look at the declaration of `{field.name}`",), (Label(field.span, label),)

    def _joined(self, term: Op, positive: bool) -> list[Diagnostic]:
        every, told = term.name == "and", False
        facts, found = NOTHING_KNOWN, list[Diagnostic]()
        for place, arg in enumerate(term.args):
            inner = self.at(arg, positive)
            found += inner
            told = told or bool(inner) or any(_told(leaf) for leaf in _leaves(arg))
            if 0 < place < MANY and not told:
                wrong = self._beside(term, place, facts, positive)
                if wrong is not None:
                    return [*found, wrong]
            if place < MANY:
                facts = narrowed(arg, Want.TRUE if every else Want.NOT_TRUE, self.world, facts)
        return found if told else found + self._whole(term)

    def _beside(self, term: Op, place: int, facts: Facts, positive: bool) -> Diagnostic | None:
        """What is wrong with an operand, where those before it have held (in an ``or``: have not)."""
        arg, world = term.args[place], self.world
        before = term.args[:place]
        if term.name == "and":
            if not possible(arg, Want.TRUE, world, facts):
                culprit = culprit_of(before, arg, Want.TRUE, Want.TRUE, world)
                return self._never(term, arg, culprit)
            if positive and not possible(arg, Want.NOT_TRUE, world, facts):
                return self._nothing(arg, culprit_of(before, arg, Want.TRUE, Want.NOT_TRUE, world))
            return None
        if not possible(arg, Want.FALSE, world, facts) and possible(arg, Want.TRUE, world, facts):
            return self._always(term)
        if positive and not possible(arg, Want.TRUE, world, facts):
            return self._nothing(arg, culprit_of(before, arg, Want.NOT_TRUE, Want.TRUE, world))
        return None

    def _whole(self, term: Op) -> list[Diagnostic]:
        if not possible(term, Want.TRUE, self.world):
            return [self._never(term, term, None)]
        return [] if possible(term, Want.FALSE, self.world) else [self._always(term)]

    def _never(self, term: Op, arg: Term, culprit: Term | None) -> Diagnostic:
        message = f"`{self.draft.text_at(term.span)}` never holds"
        labels = () if culprit is None else (Label(culprit.span, "this and what follows exclude each other"),)
        help = "write `or` where either is enough" if culprit is not None else ()
        return NEVER.at(arg.span, message, "true for no lead that gets here", help, labels)

    def _always(self, term: Op) -> Diagnostic:
        blank = possible(term, Want.NOT_TRUE, self.world)
        label = "only a blank makes it not true" if blank else "true for every lead"
        message = f"`{self.draft.text_at(term.span)}` holds for every value"
        help = "write `and` where all are meant; `is present` asks whether there is a value"
        return ALWAYS.at(term.span, message, label, help)

    def _nothing(self, arg: Term, culprit: Term | None) -> Diagnostic:
        labels = () if culprit is None else (Label(culprit.span, "says it already"),)
        message = f"`{self.draft.text_at(arg.span)}` changes nothing here"
        return ADDS_NOTHING.at(arg.span, message, "said before", "take it out", labels)


def culprit_of(before: tuple[Term, ...], arg: Term, known: Want, wanted: Want, world: World) -> Term | None:
    """The first of the conditions ``before`` that alone, come to ``known``, keeps ``arg`` from coming to ``wanted``."""
    for earlier in before:
        if not possible(arg, wanted, world, narrowed(earlier, known, world)):
            return earlier
    return None


def _leaves(term: Term) -> Iterator[Term]:
    if isinstance(term, Op) and term.name in ("and", "or", "not"):
        for arg in term.args:
            yield from _leaves(arg)
    else:
        yield term


def _told(term: Term) -> bool:
    """Whether a condition has another finding for the same mistake: a range turned round."""
    if not isinstance(term, Op) or term.name != "between":
        return False
    low, high = term.args[1], term.args[2]
    if not isinstance(low, Const) or not isinstance(high, Const) or type(low.value) is not type(high.value):
        return True
    return bool(low.value > high.value)  # type: ignore[operator]
