"""Keywords: statements of the open block with their forms, and what may go on a statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_dsl.language_server.completion.items import Item, statement
from leadflow_dsl.language_server.completion.place import Place

_CLOSING: Final = frozenset({"RBRACE", "RSQB", "RPAR"})
_OPERATORS: Final = frozenset(
    "and or not in is between contains starts ends matches within exactly of".split()
)


def keywords(place: Place) -> Iterator[Item]:
    """Every word of the language that the parser would take here."""
    openers = _openers(place)
    others = place.expected & set(place.machine.table.keywords.values()) - openers - _CLOSING
    goes_on = not place.begins_line and bool(others)
    for text, terminal in place.machine.table.keywords.items():
        if terminal not in place.expected or not text.isidentifier():
            continue
        if terminal in openers:
            yield statement(text, place.block, 6 if goes_on else 0)
        else:
            yield Item(text, "keyword", "", rank=5 if text in _OPERATORS else 1)


def _openers(place: Place) -> set[str]:
    """The terminals with which a statement of the open block begins."""
    machine = place.machine.copy()
    if place.blocks:
        symbols = place.symbols()
        machine.cut(len(symbols) - _depth_of_block(symbols) + 1)
    else:
        height = 1
        while height <= len(machine.entries) and machine.entries[height - 1].symbol.startswith(
            ("__top_items", "head")
        ):
            height += 1
        machine.cut(height)
    return set(machine.expected())


def _depth_of_block(symbols: tuple[str, ...]) -> int:
    """How many entries lie above the innermost open brace."""
    closed = 0
    for depth, symbol in enumerate(symbols):
        if symbol == "LBRACE" and closed == 0:
            return depth
        closed += {"RBRACE": 1, "LBRACE": -1}.get(symbol, 0)
    return len(symbols)
