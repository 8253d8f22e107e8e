"""Completion: what may stand at a cursor, also in a text that does not parse there.

The parser itself reads up to the cursor and says what it would take; names and types come from the last check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leadflow_dsl.language_server.completion.comments import in_comment
from leadflow_dsl.language_server.completion.items import Item, unique
from leadflow_dsl.language_server.completion.place import Place, held, place_at
from leadflow_dsl.language_server.completion.slots import slot
from leadflow_dsl.language_server.completion.templates import auth_keys, in_template, template_scope
from leadflow_dsl.language_server.completion.texts import in_text
from leadflow_dsl.language_server.completion.values import (
    behind,
    functions,
    lists,
    literals,
    readable,
    scope_of,
    type_of,
)
from leadflow_dsl.language_server.completion.words import keywords
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.nodes import EnumType
from leadflow_dsl.terms import Type

__all__ = ["Item", "complete", "complete_template"]


def complete(
    draft: Draft, file: str, text: str, offset: int, files: Iterable[str] = ()
) -> tuple[tuple[Item, ...], int]:
    """The offers for a cursor in a flow file, and the offset from which they replace what is written.

    ``draft`` is of the last check, ``text`` what the editor holds now (normalised), ``files`` the project's files.
    """
    place = place_at(text, offset)
    word = offset - len(_word(text[:offset]))
    return unique(_offers(draft, place, file, files)), word


def _word(before: str) -> str:
    end = len(before)
    start = end
    while start and (before[start - 1].isalnum() or before[start - 1] == "_"):
        start -= 1
    return before[start:end]


def _offers(draft: Draft, place: Place, file: str, files: Iterable[str]) -> Iterator[Item]:
    if place.inside == "comment":
        yield from in_comment(place.written)
    elif place.inside == "long":
        scope = scope_of(draft, place)
        symbol = draft.of("buyer").get(place.named("BUYER"))
        yield from in_template(draft, scope, place.written[3:], auth_keys(symbol.node) if symbol else ())
    elif place.inside == "text":
        yield from in_text(draft, place, file, files)
    else:
        yield from _bare(draft, place)


def _bare(draft: Draft, place: Place) -> Iterator[Item]:
    symbols = place.symbols()
    if symbols[:1] == ("DOT",):
        if symbols[1] in ("_reference", "path"):
            yield from behind(draft, scope_of(draft, place), place.value(1))
        return
    names = slot(place)
    if names is not None:
        yield from names(draft, place)
    elif {"NAME", "LPAR"} <= place.expected:
        yield from _values(draft, place)
    elif symbols[:1] == ("DEFAULT",):
        yield from _default(draft, place)
    yield from keywords(place)


def _values(draft: Draft, place: Place) -> Iterator[Item]:
    scope = scope_of(draft, place)
    left = place.compared()
    type_ = type_of(draft, scope, left) if left is not None else None
    if type_ is not None:
        yield from literals(type_)
    if "IN" in place.symbols()[:1]:
        yield from lists(draft)
    yield from readable(draft, scope)
    yield from functions(scope)


def _default(draft: Draft, place: Place) -> Iterator[Item]:
    """The words of the field's type after ``default``."""
    for entry in reversed(place.machine.entries):
        node = next(iter(held(entry)), None)
        if isinstance(node, EnumType):
            members = tuple(
                getattr(each, "value", None) or getattr(each, "text", "") for each in node.members
            )
            yield from literals(Type("enum", members=tuple(str(each) for each in members)))
            return
        if entry.symbol == "NAME":
            yield from literals(Type(str(getattr(entry.value, "text", "text"))))
            return
        if entry.symbol == "FIELD_NAME":
            return


def complete_template(draft: Draft, file: str, text: str, offset: int) -> tuple[tuple[Item, ...], int]:
    """The offers for a cursor in a template file that the flow of ``draft`` sends, and where they begin."""
    scope, keys = template_scope(draft, file)
    return unique(in_template(draft, scope, text[:offset], keys)), offset - len(_word(text[:offset]))
