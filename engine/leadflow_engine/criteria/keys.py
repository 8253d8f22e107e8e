"""What a lead's value of a subject is kept under in the tables: equal keys, equal truths of every test."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.values import Value

if TYPE_CHECKING:
    from leadflow_engine.lead import Lead


class Mark:
    """A key that stands for a kind of value. Not a value itself: ``True`` would be 1."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


OPEN: Final = Mark("open")
BLANK: Final = Mark("blank")
INVALID: Final = Mark("invalid")
OTHER: Final = Mark("other")
"""A value that is evaluated each time: a list, several at once, a moment."""
TRUE: Final = Mark("true")
FALSE: Final = Mark("false")

Key = Any
"""A text, number, day, time or duration as it is; a ``Mark`` for anything else."""

_AS_IT_IS: Final = frozenset({str, Decimal, datetime.date, datetime.timedelta})


def key_of(value: object) -> Key:
    """The key of what a subject came to."""
    kind = value.__class__
    if kind is Value:
        if not value.valid:  # type: ignore[attr-defined]
            return BLANK if value.blank else INVALID  # type: ignore[attr-defined]
        value = value.normal  # type: ignore[attr-defined]
        kind = value.__class__
        if value is None:
            return OTHER
    if kind in _AS_IT_IS:
        return value
    other = _OTHERWISE.get(kind)
    return other(value) if other is not None else OTHER


def _time(value: Any) -> Key:
    return value if value.tzinfo is None else OTHER


_OTHERWISE: Final[Mapping[type, Callable[[Any], Key]]] = {
    bool: lambda value: TRUE if value else FALSE,
    type(None): lambda value: BLANK,
    int: Decimal,
    Open: lambda value: OPEN,
    datetime.time: _time,
}


class Subject:
    """What several tests are about. ``spelt``: some test sees how a number is written, and 1.0 is not 1 to it.
    ``personal``: it reads what nobody may see, or may do so, and of such a value nothing is kept."""

    __slots__ = ("field", "look", "personal", "spelt", "term")

    def __init__(self, term: t.Term, spelt: bool, personal: bool) -> None:
        self.term = term
        self.spelt = spelt
        self.personal = personal
        self.field = term.name if isinstance(term, t.Read) and term.kind == "field" and not term.part else ""
        self.look: Callable[[Lead], Key] = self._look_spelt if spelt else self._look_up()

    def value(self, lead: Lead) -> object:
        """What the subject is for this lead: a ``Value``, a scalar, ``None``, ``Open`` ..."""
        return lead.value(self.field) if self.field else evaluate(self.term, lead)

    def _look_up(self) -> Callable[[Lead], Key]:
        term, name = self.term, self.field
        if not name:
            return lambda lead: key_of(evaluate(term, lead))

        def look(lead: Lead) -> Key:
            value = lead.given.get(name)
            if value is not None and value.valid and value.normal.__class__ in _AS_IT_IS:
                return value.normal  # nearly always: a third of the calls that the general way takes
            return key_of(lead.value(name))

        return look

    def _look_spelt(self, lead: Lead) -> Key:
        key = key_of(self.value(lead))
        return (Decimal, str(key)) if key.__class__ is Decimal else key
