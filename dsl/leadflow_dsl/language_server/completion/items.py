"""What is offered at a cursor: plain records, in the order in which they help."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from leadflow_dsl.syntax_forms import FORMS, FORMS_OF
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One offer.

    ``kind``: field value keyword function class enum file constant step buyer. ``detail`` stands beside the label.
    ``insert`` is what is written (the label where it is empty), ``snippet`` the same with places to fill in.
    ``rank``: 0 first. ``start``: where the piece of text begins that it takes the place of (-1: the word).
    """

    label: str
    kind: str
    detail: str = ""
    documentation: str = ""
    insert: str = ""
    snippet: str = ""
    rank: int = 1
    start: int = -1


_HOLE: Final = re.compile(r"\.\.\.|\b[A-Z][A-Z_]+\b(?!\")|(?<=\")[a-z.]*(?=\")")


def statement(word: str, block: str, rank: int) -> Item:
    """A statement by its word, with its form as detail and as something to fill in."""
    form = FORMS_OF.get(block, {}).get(word) or FORMS.get(word, "")
    return Item(word, "keyword", form, "", word, _snippet(form) if form.startswith(word) else "", rank)


def _snippet(form: str) -> str:
    """The first way to write a statement, its names and texts as places to fill in."""
    first = re.split(r",? or (?=\w)|, (?=[a-z_]+ )", form)[0]
    if first in ("", form.split(" ")[0]):
        return ""
    holes = iter(range(1, 99))
    escaped = first.replace("\\", "\\\\").replace("}", "\\}").replace("$", "\\$")
    filled = _HOLE.sub(lambda found: _place(next(holes), found.group()), escaped)
    return filled.replace("{ ${", "{\n\t${").replace(" \\}", "\n\\}") if " ... " in first else filled


def _place(number: int, text: str) -> str:
    return f"${{{number}}}" if text == "..." else f"${{{number}:{text}}}"


def unique(items: Iterable[Item]) -> tuple[Item, ...]:
    """Each label once, the best rank first, then in the order in which they came."""
    kept: dict[str, Item] = {}
    for item in items:
        if item.label not in kept or item.rank < kept[item.label].rank:
            kept[item.label] = item
    return tuple(sorted(kept.values(), key=lambda item: item.rank))
