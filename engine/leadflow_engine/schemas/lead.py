"""JSON Schema 2020-12 of a lead as one source posts it: made of the same instructions as the documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from leadflow_engine.instructions.payload import NoPlace, nested
from leadflow_engine.instructions.phrases import plain
from leadflow_engine.instructions.records import FieldNote, SourceInstructions
from leadflow_engine.instructions.types_in_words import called
from leadflow_engine.schemas.types import Schema, type_schema

DEMANDED: Final = frozenset({"always", "post"})
"""What a submitted lead must have; what only a ping must have is no matter to it."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def lead_schema(told: SourceInstructions, dialect: bool = True) -> Schema:
    """The schema of one lead in JSON, as this source posts it.

    Names are the documented spellings; the intake reads top-level names in any case. A field that is found by an
    expression, not at one place, is described and not demanded.
    """
    schema: Schema = {"$schema": DIALECT} if dialect else {}
    schema |= {
        "title": told.flow_title or told.flow,
        "description": f"A lead as {told.title or told.source} posts it. Other properties are kept with the lead.",
        "type": "object",
        "properties": {},
    }
    unplaced = []
    for note in told.fields:
        steps = _steps(note)
        if steps is None:
            unplaced.append(note)
        else:
            _put(schema, steps, note)
    _demand_any(schema, told)
    if unplaced:
        words = "; ".join(f"{note.name} by {note.path}" for note in unplaced if note.path)
        schema["description"] += f" Found by JMESPath: {words}." if words else ""
    if told.example is not None:
        schema["examples"] = [told.example]
    return schema


def _steps(note: FieldNote) -> tuple[str | int, ...] | None:
    """The place of a field; None where it has none of its own."""
    if note.by_name:
        return (note.name,)
    if not note.placed or not note.path:
        return None
    try:
        return nested(note.path)
    except NoPlace:
        return None


def _put(schema: Schema, steps: tuple[str | int, ...], note: FieldNote) -> None:
    """A field's schema at its place, with the objects and lists around it; demanded where it is required."""
    first, *rest = steps
    if isinstance(first, str):
        _named(schema, first, tuple(rest), note)
    else:
        _numbered(schema, first, tuple(rest), note)


def _named(schema: Schema, name: str, rest: tuple[str | int, ...], note: FieldNote) -> None:
    properties = schema.setdefault("properties", {})
    if not rest:
        properties[name] = field_schema(note)
        for alias in note.aliases:
            properties.setdefault(alias, {**field_schema(note), "description": f"Another name of {name}."})
        _demand(schema, name, note)
        return
    inner = properties.setdefault(name, _around(rest))
    if note.required in DEMANDED and name not in schema.setdefault("required", []):
        schema["required"].append(name)
    _put(inner, rest, note)
    _close(inner, rest)


def _numbered(schema: Schema, number: int, rest: tuple[str | int, ...], note: FieldNote) -> None:
    items = schema.setdefault("prefixItems", [])
    while len(items) <= number:
        items.append({})
    if note.required in DEMANDED:
        schema["minItems"] = max(schema.get("minItems", 0), number + 1)
    if not rest:
        items[number] = field_schema(note)
        return
    if not items[number]:
        items[number] = _around(rest)
    _put(items[number], rest, note)
    _close(items[number], rest)


def _around(rest: tuple[str | int, ...]) -> Schema:
    """What stands around a nested field: nothing is demanded of it until something in it is."""
    return {"type": ["object" if isinstance(rest[0], str) else "array", "null"]}


def _close(inner: Schema, rest: tuple[str | int, ...]) -> None:
    """Around what is required there must be an object or a list."""
    if inner.get("required") or inner.get("minItems"):
        inner["type"] = "object" if isinstance(rest[0], str) else "array"


def _demand(schema: Schema, name: str, note: FieldNote) -> None:
    if note.required not in DEMANDED:
        return
    if not note.aliases:
        schema.setdefault("required", []).append(name)
        return
    any_name = {"anyOf": [{"required": [each]} for each in (name, *note.aliases)]}
    schema.setdefault("allOf", []).append(any_name)


def _demand_any(schema: Schema, told: SourceInstructions) -> None:
    """``require any of``: one of them, under any of its names, where all of them are found by name."""
    notes = {note.path: note for note in told.fields}
    for each in told.together:
        members = [notes[path] for path in each.paths if path in notes]
        if members and all(note.by_name for note in members):
            names = [name for note in members for name in (note.name, *note.aliases)]
            rule = {"anyOf": [{"required": [name]} for name in names], "$comment": each.reason}
            schema.setdefault("allOf", []).append(rule)


def field_schema(note: FieldNote) -> Schema:
    """The schema of one field: its kind, its range where it is a JSON number, and the rest in words."""
    schema = type_schema(note.type, blank=note.required not in DEMANDED)
    schema["description"] = _description(note)
    if note.type.name in {"number", "money"} and note.low and note.high:
        schema["minimum"], schema["maximum"] = Decimal(note.low), Decimal(note.high)
    if note.pattern:
        schema["x-leadflow-pattern"] = f"/{note.pattern}/{note.flags}"
    if note.personal:
        schema["x-leadflow-personal"] = True
    if note.example is not None:
        schema["examples"] = [note.example]
    return schema


def _description(note: FieldNote) -> str:
    word = called(note.type)
    default = f" Where it is left out: {plain(note.default)}." if note.default else ""
    limits = f" From {note.low} to {note.high}." if note.low and note.high else ""
    return f"{word[:1].upper()}{word[1:]}: {note.takes}.{limits}{default}"
