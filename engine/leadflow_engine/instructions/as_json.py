"""Instructions as JSON: the record itself, field by field, sentences as texts, durations in seconds."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from leadflow_dsl.terms import Type
from leadflow_dsl.types import described
from leadflow_engine.instructions.phrases import Name, plain
from leadflow_engine.instructions.requests import pretty

Json: TypeAlias = Any


def as_json(record: object) -> str:
    """A record as JSON over several lines; it ends in a line end."""
    return pretty(tree(record)) + "\n"


def tree(value: Any) -> Json:
    """A record, or what stands in one, as JSON has it."""
    if isinstance(value, Type):
        return described(value)
    if isinstance(value, Name):
        return value.text
    if dataclasses.is_dataclass(value):
        return {
            field.name: _field(field.type, getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple | list):
        return [tree(item) for item in value]
    if isinstance(value, datetime.timedelta):
        return Decimal(value // datetime.timedelta(milliseconds=1)) / 1000
    if isinstance(value, dict):
        return {name: tree(item) for name, item in value.items()}
    return value


def _field(declared: object, value: Any) -> Json:
    """A field's value; what is declared as a phrase is one text, however many pieces it has."""
    if declared == "Phrase":
        return plain(value)
    if declared == "tuple[Phrase, ...]":
        return [plain(phrase) for phrase in value]
    return tree(value)
