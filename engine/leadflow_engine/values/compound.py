"""What is made of other things or chosen from a list: enum, country, timezone, list, record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from leadflow_dsl.terms import Type
from leadflow_engine.values.reading import (
    INVALID,
    Context,
    Parts,
    Reader,
    Reading,
    one_line,
    scalar_text,
    short_text,
)

if TYPE_CHECKING:
    from leadflow_engine.values.value import Value

    Read = Callable[[Type, object, Context], Value]

MOST_ELEMENTS: Final = 1_000
TEXT: Final = Type("text")


@lru_cache(maxsize=1_024)
def _members(members: tuple[str, ...]) -> Mapping[str, str]:
    return {one_line(member).casefold(): member for member in members}


def read_enum(raw: object, type_: Type, context: Context) -> Reading:
    """One of the type's members, without regard to case; as it is declared."""
    text = short_text(raw, 1_024)
    member = _members(type_.members).get(one_line(text).casefold()) if text else None
    return INVALID if member is None else Reading(True, member)


# ------------------------------------------------------------------ lists and records


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _elements(raw: object, of: Type) -> list[Any] | None:
    """What a list is made of. A text holds JSON, or elements apart by ``|``, else ``;``, else ``,``; a
    form's lists do."""
    if isinstance(raw, list | tuple):
        return list(raw)
    if isinstance(raw, dict):
        return [raw] if of.name == "record" else None
    text = scalar_text(raw)
    if text is None:
        return None
    if text.startswith("["):
        found = _from_json(text)
        return found if isinstance(found, list) else None
    mark = next((mark for mark in "|;," if mark in text), ",")
    return None if of.name == "record" else [piece for piece in text.split(mark) if piece.strip()]


def read_list(raw: object, type_: Type, context: Context, read: Read) -> Reading:
    """A list, good where all its elements are; its normal form leaves blanks out. At most
    ``MOST_ELEMENTS``."""
    of = type_.of or TEXT
    found = _elements(raw, of)
    if found is None or len(found) > MOST_ELEMENTS:
        return INVALID
    values = tuple(value for value in (read(of, item, context) for item in found) if not value.blank)
    valid = all(value.valid for value in values)
    return Reading(valid, [value.normal for value in values] if valid else None, None, values)


def _column(name: str) -> Callable[[Mapping[str, Value]], object]:
    return lambda columns: columns[name].normal


def _object(raw: object) -> dict[str, Any] | None:
    if isinstance(raw, dict):
        return raw
    found = _from_json(raw) if isinstance(raw, str) and raw.lstrip().startswith("{") else None
    return found if isinstance(found, dict) else None


def read_record(raw: object, type_: Type, context: Context, read: Read) -> Reading:
    """An object with the type's columns (found without regard to case), good where all that came are."""
    found = _object(raw)
    if found is None:
        return INVALID
    given = {str(name).casefold(): item for name, item in found.items()}
    columns = {name: read(of, given.get(name.casefold()), context) for name, of in type_.columns}
    valid = all(value.valid or value.blank for value in columns.values())
    normal = {name: value.normal for name, value in columns.items()}
    return Reading(
        valid, normal if valid else None, Parts(columns, {name: _column(name) for name in columns}), columns
    )


READERS: Final[Mapping[str, Reader]] = {
    "enum": read_enum,
}
