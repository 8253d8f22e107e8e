"""Values of a lead: the types of the language, how each is read, written, compared and masked."""

from __future__ import annotations

from decimal import Decimal

from leadflow_engine.values.masking import is_personal, masked
from leadflow_engine.values.reading import Context
from leadflow_engine.values.value import Value, field_reader, invalid, parse
from leadflow_engine.values.writing import Kind, written

__all__ = [
    "Context",
    "Kind",
    "Value",
    "compare_form",
    "field_reader",
    "invalid",
    "is_personal",
    "masked",
    "parse",
    "written",
]


def compare_form(value: object) -> object:
    """What a comparison sees: the normal form; None where the value is blank or invalid."""
    if isinstance(value, Value):
        return value.normal
    if isinstance(value, str):
        return value if value.strip() else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
