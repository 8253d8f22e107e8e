"""Parts of values: by index, by name, of every element; texts with places in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadflow_dsl import terms as t
from leadflow_engine.evaluation.closures import Made, made, made_plain, opened
from leadflow_engine.evaluation.comparing import Open, plain
from leadflow_engine.evaluation.scope import Scope
from leadflow_engine.values import Value, written


def index(term: t.Index) -> Made:
    """An element of a list, from 0."""
    value_of, place = made(term.value), term.index
    of_lists = isinstance(term.value, t.Each) and _of_lists(term.value.type)

    def indexed(scope: Scope) -> object:
        value = value_of(scope)
        if isinstance(value, Open):
            return value
        if of_lists:
            return [_at(item, place) for item in value] if isinstance(value, list) else None
        return _at(value, place)

    return indexed


def _of_lists(type_: t.Type) -> bool:
    """Whether each element is a list of its own: ``kids[*].tags[0]`` is then the first tag of each."""
    return type_.of is not None and type_.of.name == "list"


def _at(value: object, index: int) -> object:
    items = _items(value)
    return items[index] if items is not None and -len(items) <= index < len(items) else None


def _items(value: object) -> Sequence[object] | None:
    """What a list is made of, what is invalid in it included; None for what is no list."""
    if isinstance(value, Value) and value.elements:
        return value.elements
    found = plain(value)
    return found if isinstance(found, list | tuple) else None


def member(term: t.Member) -> Made:
    """A part of a computed value."""
    value_of, name = made(term.value), term.name
    return lambda scope: part_of(value_of(scope), name)


def part_of(value: object, name: str) -> object:
    """A part of a value by name: of a typed value, of a row, of a record; blank where it has none."""
    if isinstance(value, Value):
        return value.columns.get(name) if value.columns else value.part(name)
    if isinstance(value, Mapping):
        return value.get(name)
    return value if isinstance(value, Open) else None


def each(term: t.Each) -> Made:
    """The named part of every element of a list."""
    value_of, name = made(term.value), term.name

    def of_each(scope: Scope) -> object:
        value = value_of(scope)
        if isinstance(value, Open):
            return value
        items = _items(value)
        return None if items is None else [_named(item, name) for item in items]

    return of_each


def _named(item: object, name: str) -> object:
    """A part of an element, or a part of its part (``phone.e164``); the element itself where no name is given."""
    for word in name.split(".") if name else ():
        item = part_of(item, word)
    return item


def text_of_places(term: t.Text) -> Made:
    """A text with places in it; blank where any of them is, because half a text is worse than none."""
    pieces = tuple(piece if isinstance(piece, str) else made(piece) for piece in term.pieces)

    def text(scope: Scope) -> object:
        values = [piece if isinstance(piece, str) else piece(scope) for piece in pieces]
        found = opened(*values)
        if found:
            return found
        texts = [written(value, "text") for value in values]
        return None if any(text is None for text in texts) else "".join(map(str, texts))

    return text


def list_of(term: t.ListOf) -> Made:
    """``[a, b, c]``."""
    items = tuple(map(made_plain, term.items))
    return lambda scope: [item(scope) for item in items]
