"""The functions of JMESPath, and those that are added to it: one table.

They forgive the nulls that answers are full of, and know numbers as ``Decimal``. To add a function, add a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from leadflow_engine.texts.json_text import scalar_text
from leadflow_engine.texts.json_tree import read_json
from leadflow_engine.texts.patterns import search
from leadflow_engine.texts.xml_tree import xml_tree

Json: TypeAlias = Any

MAX_RESULT = 65_536


class Unfit(ValueError):
    """An expression that does not fit this body: a function was given what it cannot take."""


# ------------------------------------------------------------------ kinds of values


def _is_number(value: Json) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


_KINDS: Mapping[type, str] = {str: "text", list: "list", dict: "object"}


def kind_of(value: Json) -> str:
    """What a value is called in a message: null, boolean, number, text, list or object."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if _is_number(value):
        return "number"
    return _KINDS.get(type(value), "expression")


def as_number(value: Json) -> Decimal | None:
    """A number, or a text that is one; None for everything else."""
    if _is_number(value):
        return Decimal(value)
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


# ------------------------------------------------------------------ functions


def _extreme(better: Callable[[Json, Json], bool]) -> Callable[..., Json]:
    """``max`` and ``min``: over numbers, texts that are numbers (compared as numbers), or other texts."""

    def extreme(items: Sequence[Json]) -> Json:
        present = [item for item in items if item is not None]
        numbers = [as_number(item) for item in present]
        keys: list[Json] = numbers if None not in numbers else present
        if keys is present and not all(_is_text(item) for item in present):
            raise Unfit("the list holds neither numbers only nor texts only")
        best: int | None = None
        for place, key in enumerate(keys):
            if best is None or better(key, keys[best]):
                best = place
        return None if best is None else present[best]

    return extreme


def _sum(items: Sequence[Json]) -> Decimal:
    numbers = [as_number(item) for item in items if item is not None]
    if None in numbers:
        raise Unfit("the list holds something that is no number")
    return sum((number for number in numbers if number is not None), Decimal(0))


def _average(items: Sequence[Json]) -> Decimal | None:
    present = [item for item in items if item is not None]
    return _sum(present) / len(present) if present else None


def _join(separator: str, items: Sequence[Json] | None) -> str | None:
    if items is None:
        return None
    present = [
        item["#text"] if isinstance(item, dict) and "#text" in item else item
        for item in items
        if item is not None
    ]
    if any(isinstance(item, list | dict) for item in present):
        raise Unfit("the list to join holds lists or objects")
    return _bounded(separator.join(scalar_text(item) for item in present))


def _contains(whole: Json, part: Json) -> bool:
    return part in whole if not isinstance(whole, str) else isinstance(part, str) and part in whole


def _sorted_by(items: Sequence[Json], keys: Sequence[Json]) -> list[Json]:
    if not (all(_is_number(key) for key in keys) or all(_is_text(key) for key in keys)):
        raise Unfit("only numbers, or only texts, can be put in order")
    places = sorted(range(len(items)), key=lambda place: keys[place])
    return [items[place] for place in places]


def _best_by(choose: Callable[..., Json]) -> Callable[..., Json]:
    def best_by(items: Sequence[Json], each: Each) -> Json:
        keys = [each(item) for item in items]
        wanted = choose(keys)
        return next((item for item, key in zip(items, keys, strict=True) if key is wanted), None)

    return best_by


def _to_number(value: Json) -> Decimal | None:
    return as_number(value)


def _merge(*objects: Mapping[str, Json]) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for one in objects:
        merged.update(one)
    return merged


def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else [text]


def _regex(text: str, source: str, group: Json = 0) -> str | None:
    try:
        return search(source, text, int(group))
    except ValueError as problem:
        raise Unfit("not a regular expression of RE2") from problem


def _within(kind: str, read: Callable[[str], Json]) -> Callable[[str], Json]:
    """A text that is itself JSON or XML, as a tree; what is not has no tree."""

    def within(text: str) -> Json:
        try:
            return read(text)
        except ValueError as problem:
            raise Unfit(f"the text within is not {kind}") from problem

    return within


def _as_list(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _bounded(text: str) -> str:
    if len(text) > MAX_RESULT:
        raise Unfit(f"the text grew over {MAX_RESULT} characters")
    return text


def _text(value: Json) -> str:
    """A value as text. What holds one list many times is small until it is written, so its parts are counted before."""
    left, written = [value], 0
    while left:
        one = left.pop()
        written += len(one) if isinstance(one, str) else 1
        if written > MAX_RESULT:
            raise Unfit(f"the text grew over {MAX_RESULT} characters")
        if isinstance(one, dict):
            left.extend((*one, *one.values()))
        elif isinstance(one, list):
            left.extend(one)
    return _bounded(scalar_text(value))


@dataclass(frozen=True, slots=True)
class Each:
    """An ``&expression`` argument: what it gives for one element."""

    visit: Callable[[Json], Json]

    def __call__(self, item: Json) -> Json:
        return self.visit(item)


@dataclass(frozen=True, slots=True)
class Function:
    """``takes``: the kinds of each argument, ``|`` between alternatives, ``any`` for all, a last one with ``...``
    repeats, one with ``?`` may be left out. ``null_is_null``: given null first, the result is null without a note."""

    call: Callable[..., Json]
    takes: tuple[str, ...]
    null_is_null: bool = False


_max, _min = _extreme(lambda a, b: a > b), _extreme(lambda a, b: a < b)

FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(abs, ("number",)),
    "as_list": Function(_as_list, ("any",)),
    "avg": Function(_average, ("list",), null_is_null=True),
    "ceil": Function(lambda n: Decimal(n).to_integral_value("ROUND_CEILING"), ("number",)),
    "contains": Function(_contains, ("text|list", "any"), null_is_null=True),
    "ends_with": Function(lambda text, end: text.endswith(end), ("text", "text"), null_is_null=True),
    "floor": Function(lambda n: Decimal(n).to_integral_value("ROUND_FLOOR"), ("number",)),
    "from_json": Function(_within("JSON", read_json), ("text",), null_is_null=True),
    "from_xml": Function(_within("XML", xml_tree), ("text",), null_is_null=True),
    "items": Function(lambda value: [[k, v] for k, v in value.items()], ("object",), null_is_null=True),
    "join": Function(_join, ("text", "list|null")),
    "keys": Function(lambda value: list(value), ("object",)),
    "length": Function(lambda value: Decimal(len(value)), ("text|list|object",)),
    "lower": Function(lambda text: text.lower(), ("text",)),
    "map": Function(lambda each, items: [each(item) for item in items], ("expression", "list")),
    "max": Function(_max, ("list",), null_is_null=True),
    "max_by": Function(_best_by(_max), ("list", "expression"), null_is_null=True),
    "merge": Function(_merge, ("object", "object...")),
    "min": Function(_min, ("list",), null_is_null=True),
    "min_by": Function(_best_by(_min), ("list", "expression"), null_is_null=True),
    "not_null": Function(lambda *values: next((v for v in values if v is not None), None), ("any", "any...")),
    "regex": Function(_regex, ("text", "text", "number?"), null_is_null=True),
    "reverse": Function(lambda value: value[::-1], ("text|list",)),
    "sort": Function(lambda items: _sorted_by(items, items), ("list",)),
    "sort_by": Function(
        lambda items, each: _sorted_by(items, [each(i) for i in items]), ("list", "expression")
    ),
    "split": Function(_split, ("text", "text"), null_is_null=True),
    "starts_with": Function(lambda text, start: text.startswith(start), ("text", "text"), null_is_null=True),
    "sum": Function(_sum, ("list",), null_is_null=True),
    "to_array": Function(lambda value: value if isinstance(value, list) else [value], ("any",)),
    "to_number": Function(_to_number, ("any",)),
    "to_string": Function(_text, ("any",)),
    "type": Function(
        lambda value: {"text": "string", "list": "array"}.get(kind_of(value), kind_of(value)), ("any",)
    ),
    "values": Function(lambda value: list(value.values()), ("object",)),
}


def arity_problem(name: str, count: int) -> str:
    """Why a call with so many arguments is wrong; "" where it is right."""
    function = FUNCTIONS.get(name)
    if function is None:
        return f"there is no function `{name}`"
    least = sum(not kind.endswith(("?", "...")) for kind in function.takes)
    most = None if function.takes[-1].endswith("...") else len(function.takes)
    if count < least or (most is not None and count > most):
        wanted = f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"
        return f"`{name}` takes {wanted} argument{'' if wanted == '1' else 's'}, not {count}"
    return ""
