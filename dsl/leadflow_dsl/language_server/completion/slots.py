"""Names that a statement wants by its place: buyers in a route, look-ups after ``needs``, types, calendars, columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.language_server.completion.items import Item
from leadflow_dsl.language_server.completion.place import Place
from leadflow_dsl.language_server.completion.values import STEPS, buyers
from leadflow_dsl.meaning.csv_files import columns_of
from leadflow_dsl.meaning.data import BUILTIN_CALENDARS
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.routes import DESCENDING
from leadflow_dsl.meaning.typing import DECLARABLE
from leadflow_dsl.types import described
from leadflow_dsl.types import kind as kind_of
from leadflow_dsl.walk import find

Offer = Callable[[Draft, Place], Iterable[Item]]


def _declared(kind: str) -> Offer:
    """What is declared of one kind, in the order of the text."""

    def offer(draft: Draft, place: Place) -> Iterator[Item]:
        for symbol in (*draft.of(kind).values(), *draft.words.values()):
            if symbol.kind == kind:
                where = f"declared in {symbol.span.file}:{symbol.span.line}"
                detail = described(symbol.type) if kind == "field" and symbol.type else kind
                yield Item(symbol.name, "field" if kind == "field" else "value", detail, where, rank=0)

    return offer


def _tags(draft: Draft, place: Place) -> Iterator[Item]:
    for name, who in tagged(draft).items():
        yield Item(name, "constant", "tag", f"carried by {', '.join(who)}", rank=0)


def tagged(draft: Draft) -> dict[str, list[str]]:
    """Every tag with the buyers that carry it, also those that have it from another (``like``)."""
    found: dict[str, list[str]] = {}
    built = {buyer.name: buyer.tags for buyer in draft.buyers}
    for symbol in draft.of("buyer").values():
        said = (name.text for tag in find(symbol.node, nodes.Tag) for name in tag.names)
        for tag in built.get(symbol.name) or dict.fromkeys(said):
            found.setdefault(tag, []).append(symbol.name)
    return found


def _of_nodes(kind: type[Any], detail: str) -> Offer:
    """Names that are not declared but shared by saying them: groups, shared caps, secrets."""

    def offer(draft: Draft, place: Place) -> Iterator[Item]:
        seen: dict[str, None] = {}
        for loaded in draft.files:
            for node in find(loaded.tree, kind):
                name = node.name
                if name is not None:
                    seen.setdefault(name.text)
        yield from (Item(name, "constant", detail, rank=0) for name in seen)

    return offer


def _of_buyers_or_tags(draft: Draft, place: Place) -> Iterator[Item]:
    yield from buyers(draft)
    for name, who in tagged(draft).items():
        yield Item(f"tag {name}", "constant", f"{len(who)} buyers", f"carried by {', '.join(who)}", rank=0)


def _calendars(draft: Draft, place: Place) -> Iterator[Item]:
    yield from _declared("calendar")(draft, place)


def _new_calendars(draft: Draft, place: Place) -> Iterator[Item]:
    yield from (Item(name, "constant", "built-in calendar", rank=0) for name in BUILTIN_CALENDARS)


def _library_steps(draft: Draft, place: Place) -> Iterator[Item]:
    for symbol in draft.words.values():
        if symbol.kind in STEPS and not symbol.own:
            yield Item(symbol.name, "step", symbol.kind, f"declared in {symbol.span.file}", rank=0)


def _order_keys(draft: Draft, place: Place) -> Iterator[Item]:
    for key, descending in DESCENDING.items():
        yield Item(key, "keyword", f"{'highest' if descending else 'lowest'} first", rank=0)
    yield from _declared("score")(draft, place)


def _read_by(draft: Draft, place: Place) -> Iterator[Item]:
    yield from _declared("field")(draft, place)
    for symbol in draft.words.values():
        for result, type_ in symbol.results.items():
            yield Item(f"{symbol.name}.{result}", "value", described(type_), f"set by `{symbol.name}`")


def _unmapped(draft: Draft, place: Place) -> Iterator[Item]:
    """Fields for the left side of ``map`` that it does not fill yet."""
    done = {pair.name.text for pair in place.before(nodes.MapPair)}
    done |= {name.text for name in place.before(nodes.Name)}
    yield from (item for item in _declared("field")(draft, place) if item.label not in done)


def types(draft: Draft, place: Place) -> Iterator[Item]:
    """The types that a field may have, with their parts."""
    for name in DECLARABLE:
        behind = ", ".join(f".{part}" for part in kind_of_name(name))
        yield Item(name, "class", behind, rank=0)


def kind_of_name(name: str) -> tuple[str, ...]:
    """The parts of a type beside ``.raw`` and ``.valid``."""
    from leadflow_dsl.terms import Type

    return tuple(kind_of(Type(name)).parts)


def _columns(draft: Draft, place: Place) -> Iterator[Item]:
    paths = [entry.value for entry in place.machine.entries if isinstance(entry.value, nodes.Text)]
    for column in (columns_of(draft, paths[-1]) or ()) if paths else ():
        plain = column.isidentifier() and column.islower()
        yield Item(
            column, "field", f"column of {paths[-1].value}", insert=column if plain else f'"{column}"', rank=0
        )


SLOTS: Final[dict[tuple[str, str], Offer]] = {
    ("needs", "NEEDS"): _declared("enhance"),
    ("price", "OF"): _declared("enhance"),
    ("tag", "TAG"): _tags,
    ("", "TAG"): _tags,
    ("", "k_stage"): _of_buyers_or_tags,
    **dict.fromkeys(
        (("", stage) for stage in ("WATERFALL", "AUCTION", "MULTISELL", "FALLBACK")), _of_buyers_or_tags
    ),
    ("assert", "NEVER"): _of_buyers_or_tags,
    ("buyer", "LIKE"): lambda draft, place: buyers(draft),
    ("pause", "PAUSE"): lambda draft, place: buyers(draft),
    ("weight", "WEIGHT"): lambda draft, place: buyers(draft),
    ("slow", "SOURCE"): _declared("source"),
    ("closed", "ON"): _calendars,
    ("calendar", "CALENDAR"): _new_calendars,
    ("use", "USE"): _declared("fields"),
    ("step", "STEP"): _library_steps,
    ("dimension", "DIMENSION"): _declared("field"),
    ("require", "OF"): _declared("field"),
    ("fields", "FIELDS"): _declared("field"),
    ("dedupe", "ON"): _read_by,
    ("cache", "BY"): _read_by,
    ("cap", "BY"): _read_by,
    ("order", "BY"): _order_keys,
    ("", "CALL_WINDOW"): _declared("call_window"),
    ("group", "GROUP"): _of_nodes(nodes.Group, "group"),
    ("cap", "SHARED"): _of_nodes(nodes.Shared, "shared cap"),
    ("suppression", "OF"): types,
    ("list", "COLUMN"): _columns,
    ("table", "KEY"): _columns,
    ("", "ENV"): _of_nodes(nodes.Env, "secret of the environment"),
}
"""By the statement's word (any, where it is empty) and the last keyword before the cursor."""
_DECLARES: Final = frozenset({"call_window", "source", "fields", "group"})


def slot(place: Place) -> Offer | None:
    """What gives the names that the place wants; None where it wants none of a kind."""
    if {"ENUM", "LIST"} <= place.expected:
        return types
    value = {"LPAR", "NUMBER"} <= place.expected
    if place.block == "map" and "NAME" in place.expected and not value:
        return _unmapped
    if place.symbols()[:1] == ("DELIVER",) and place.block == "on":
        return _declared("deliver")
    if "NAME" not in place.expected or value:
        return None
    keyword = place.keyword()
    if not place.blocks and place.statement in _DECLARES and keyword.lower() == place.statement:
        return None
    return SLOTS.get((place.statement, keyword)) or SLOTS.get(("", keyword))
