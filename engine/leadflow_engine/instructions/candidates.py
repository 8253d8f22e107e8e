"""What a field could be so that a condition holds: the values that the condition itself names, and their neighbours."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl import terms as t
from leadflow_engine.plan import Plan

Json: TypeAlias = Any

MOST_VALUES: Final = 12
"""Candidates of one variable for one condition."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that an example may choose. kind: field, result (of a look-up, ``part`` is what it sets), score."""

    kind: str
    name: str
    part: str = ""


OTHERS: Final[Mapping[str, tuple[Json, ...]]] = {
    "state": ("NY", "OH", "WA"),
    "postal_code": ("10001", "43004", "98101"),
    "country": ("CA", "GB", "DE"),
    "email": ("alex.smith@example.org",),
    "phone": ("212-555-0147", "206-555-0147"),
    "text": ("another example",),
    "city": ("Columbus",),
    "date": ("2020-01-15", "2026-01-15"),
    "dob": ("1962-03-04", "1999-08-20"),
}
"""Further values of a type: what a condition forbids is met by any of them that it does not name."""

Found: TypeAlias = tuple[Variable, list[Json]]


def candidates(term: t.Term, plan: Plan, moment: datetime.datetime) -> dict[Variable, list[Json]]:
    """For every variable that a condition reads, values worth trying; None stands for leaving it out."""
    found: dict[Variable, list[Json]] = {}
    for variable, values in _walk(term, plan, moment):
        kept = found.setdefault(variable, [])
        kept += [value for value in values if value not in kept][: MOST_VALUES - len(kept)]
    return found


def _walk(term: t.Term, plan: Plan, moment: datetime.datetime) -> Iterator[Found]:
    if isinstance(term, t.Op) and term.name in {"and", "or", "not"}:
        for arg in term.args:
            yield from _walk(arg, plan, moment)
        return
    values = [value for constant in _constants(term, plan) for value in _near(constant)]
    for read in t.reads(term):
        yield from _of_read(read, values, plan, moment)


def _of_read(read: t.Read, values: list[Json], plan: Plan, moment: datetime.datetime) -> Iterator[Found]:
    field = plan.fields.get(read.name) if read.kind == "field" else None
    if field is not None and field.computed is not None:
        for inner in t.reads(field.computed):
            yield from _of_read(inner, values, plan, moment)
        return
    if read.kind not in {"field", "result", "score"}:
        return
    part = read.part if read.kind == "field" else ""
    type_ = field.type if field else read.type
    wholes = [whole for value in values for whole in _wholes(type_, part, value, moment)]
    wholes += [True, False] if type_.name == "boolean" else [*type_.members, *OTHERS.get(type_.name, ())]
    yield Variable(read.kind, read.name, read.part if read.kind == "result" else ""), [*wholes, None]


def _constants(term: t.Term, plan: Plan) -> Iterator[t.Scalar]:
    if isinstance(term, t.Const):
        yield term.value
    elif isinstance(term, t.Exactly):
        yield term.text
    elif isinstance(term, t.NamedList):
        yield from sorted(plan.lists.get(term.name, ()))[:3]
    for child in t.children(term):
        yield from _constants(child, plan)


def _near(constant: t.Scalar) -> list[t.Scalar]:
    """A value and those on both sides of it, which `<` and `>` ask for."""
    if isinstance(constant, bool) or not isinstance(constant, Decimal | datetime.date):
        return [constant]
    one: Any = Decimal(1) if isinstance(constant, Decimal) else datetime.timedelta(days=1)
    return [constant, constant + one, constant - one]


def _wholes(type_: t.Type, part: str, value: t.Scalar, moment: datetime.datetime) -> Iterator[Json]:
    """Values of a type of which a part (or, for dates, an age) is ``value``."""
    make = _BY_PART.get(part)
    if make is not None:
        yield make(value)
    elif type_.name in {"date", "dob", "datetime"} and isinstance(value, Decimal):
        yield _born(value, moment)
    else:
        yield _json(value)


def _born(years: t.Scalar, moment: datetime.datetime) -> Json:
    """The first day of the year that makes somebody so old all this year long."""
    if not isinstance(years, Decimal) or not 0 <= years < 130:
        return None
    return datetime.date(moment.year - int(years), 1, 1).isoformat()


def _json(value: t.Scalar) -> Json:
    if isinstance(value, Decimal | bool):
        return value
    if isinstance(value, datetime.timedelta):
        return None
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


_BY_PART: Final[Mapping[str, Any]] = {
    "year": lambda value: f"{int(value):04d}-05-17" if isinstance(value, Decimal) else None,
    "domain": lambda value: f"maria.garcia@{value}",
    "tld": lambda value: f"maria.garcia@example.{value}",
    "user": lambda value: f"{value}@example.com",
    "area": lambda value: f"{value}-555-0147",
    "host": lambda value: f"https://{value}/",
}
