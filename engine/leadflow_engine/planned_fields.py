"""What is known of a flow's fields before any lead comes: made once a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.terms import Pattern
from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.values import Context, Value, field_reader, is_personal
from leadflow_engine.values.masking import MASKS

NEEDED: Final = frozenset({"always", "post"})
"""When a field is required, in the flow's words, so that a lead has to have it."""


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A field. ``keys`` are the names under which it comes, as names are compared; ``computed`` says that it never
    comes; ``bounded`` that its declaration refuses some values of its type; ``hidden`` that it is masked wherever a
    person can read it; ``needed`` that a lead without it is refused. ``read`` makes a value of what came; ``mask`` what
    is shown of a valid text, where that is masked and no part of it is asked."""

    field: m.Field
    name: str
    keys: tuple[str, ...]
    computed: bool
    bounded: bool
    hidden: bool
    needed: bool
    read: Callable[[object, Context], Value]
    mask: Callable[[str], str] | None


MASKED_AS_TEXTS: Final = frozenset({"first_name", "last_name", "email"})
"""Types of which the mask is made of the normal form alone."""


def planned_field(field: m.Field) -> PlannedField:
    """A field, laid out."""
    concealed = field.sensitive or field.transient
    return PlannedField(
        field,
        field.name,
        tuple(map(folded, (field.name, *field.aliases))),
        field.computed is not None,
        (field.low is not None and field.high is not None) or isinstance(field.pattern, Pattern),
        concealed or is_personal(field.type),
        field.required in NEEDED,
        field_reader(field.type),
        MASKS[field.type.name] if field.type.name in MASKED_AS_TEXTS and not concealed else None,
    )


def planned_fields(fields: Iterable[m.Field]) -> tuple[PlannedField, ...]:
    """Fields in written order."""
    return tuple(map(planned_field, fields))
