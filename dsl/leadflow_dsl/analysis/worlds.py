"""What a value may be by its declaration alone: a field's range, an enum's words, the points that a score can give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from leadflow_dsl.analysis.atoms import ORDERED_GROUPS, whole
from leadflow_dsl.analysis.domain import ANY_WORD, BOOLEANS, Domain, Intervals, between, words
from leadflow_dsl.analysis.facts import Facts, State
from leadflow_dsl.model import Field, Score
from leadflow_dsl.terms import Answer, Call, Const, Read, Term
from leadflow_dsl.types import kind

PARTS: Final[Mapping[str, tuple[int, int]]] = {
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
}
"""Parts of dates and times that have a least and a greatest value."""
CALLS: Final[Mapping[str, tuple[int, int | None]]] = {
    "hour": (0, 23),
    "length": (0, None),
    "count": (0, None),
}
LEAD: Final[Mapping[str, tuple[int, int | None]]] = {"sold_count": (0, None), "fields_present": (0, None)}
TEXTS: Final = frozenset(
    "text first_name last_name street city company gender id user_agent list record".split()
)
"""Types whose values are never invalid by themselves."""


class Declared:
    """A ``World`` of a flow's fields and scores. ``whole_leads``: whether a lead always comes with all its required
    fields (a source whose leads are pinged first says otherwise)."""

    def __init__(
        self, fields: Iterable[Field], scores: Iterable[Score] = (), whole_leads: bool = True
    ) -> None:
        self.fields = {field.name: field for field in fields}
        self.scores = {score.name: score for score in scores}
        self.whole_leads = whole_leads
        self.ways: dict[tuple[int, object], tuple[Term, list[Facts] | None]] = {}
        self._known: dict[Term, State] = {}

    def __call__(self, subject: Term) -> State:
        """What a value may be in every lead, by its declaration alone."""
        found = self._known.get(subject)
        if found is None:
            found = self._known[subject] = self._state(subject)
        return found

    def _state(self, subject: Term) -> State:
        if isinstance(subject, Read) and subject.kind == "field" and subject.name in self.fields:
            return self._field(subject, self.fields[subject.name])
        if isinstance(subject, Read) and subject.kind == "score" and subject.name in self.scores:
            score = self.scores[subject.name]
            return State(score.when is not None, False, points(score))
        may_be_invalid = isinstance(subject, Read) and subject.kind in ("field", "result", "set")
        never_blank = isinstance(subject, Read) and subject.kind in ("now", "random")
        return State(not never_blank, may_be_invalid, _values(subject))

    def _field(self, subject: Read, field: Field) -> State:
        if subject.part:
            there = subject.part == "valid" or (subject.part == "raw" and self.always_there(field))
            return State(not there, False, _values(subject))
        blank = not self.always_there(field) and field.default is None
        strict = field.pattern is not None or field.type.name not in TEXTS
        invalid = strict and not self.always_there(field)
        return State(blank, invalid, declared_values(field))

    def always_there(self, field: Field) -> bool:
        """Whether a lead without a good value for the field is refused at the door."""
        return field.required == "always" and self.whole_leads and field.computed is None


def declared_values(field: Field) -> Domain:
    """The good values of a field: what its type has, within its own limits."""
    found = _of_type(Read("field", field.name, "", field.type, field.span))
    low = field.low.value if isinstance(field.low, Const) else None
    high = field.high.value if isinstance(field.high, Const) else None
    if isinstance(found, Intervals) and low is not None and high is not None and type(low) is type(high):
        return found.meet(between(low, high))  # type: ignore[arg-type]
    return found


def points(score: Score) -> Intervals:
    """The points that a score can give: its start, with all that may be added and subtracted, within its limits; of a
    model 100 times a chance."""
    if score.model:
        return between(_within(Decimal(0), score), _within(Decimal(100), score))
    amounts = [(entry.sign, entry.amount.value) for entry in score.points if isinstance(entry.amount, Const)]
    start = Decimal(0) if score.start is None else getattr(score.start, "value", None)
    fixed = [sign * value for sign, value in amounts if isinstance(value, Decimal)]
    known = isinstance(start, Decimal) and len(fixed) == len(score.points)
    if not known or not isinstance(start, Decimal):
        return between(score.low, score.high)
    lowest = start + sum((value for value in fixed if value < 0), Decimal(0))
    highest = start + sum((value for value in fixed if value > 0), Decimal(0))
    return between(_within(lowest, score), _within(highest, score))


def _within(value: Decimal, score: Score) -> Decimal:
    raised = value if score.low is None else max(value, score.low)
    return raised if score.high is None else min(raised, score.high)


def _values(subject: Term) -> Domain:
    limits: tuple[int, int | None] | None = None
    if isinstance(subject, Call):
        limits = CALLS.get(subject.name)
    elif isinstance(subject, Answer) and subject.kind == "status":
        limits = (100, 599)
    elif isinstance(subject, Read):
        limits = _limits(subject)
    if limits is None or kind(subject.type).group != "number":
        return _of_type(subject)
    low, high = limits
    return between(Decimal(low), None if high is None else Decimal(high))


def _limits(read: Read) -> tuple[int, int | None] | None:
    if read.kind == "random":
        return 1, 100
    if read.kind == "lead":
        return LEAD.get(read.name)
    return PARTS.get(read.part.rpartition(".")[2]) if read.kind in ("field", "result", "set") else None


def _of_type(subject: Term) -> Domain:
    type_ = subject.type
    if type_.name == "boolean":
        return BOOLEANS
    if type_.name == "enum" and type_.members:
        return words(type_.members)
    return whole(subject) if kind(type_).group in ORDERED_GROUPS else ANY_WORD
