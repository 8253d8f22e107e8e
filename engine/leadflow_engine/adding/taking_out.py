"""Taking a declaration out of a vendor's flow: a library with it, and the flow without it, which imports it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

from leadflow_dsl import format_text, nodes
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.language_server.occurrences import declaration
from leadflow_dsl.walk import find
from leadflow_engine.adding.flow_text import with_import
from leadflow_engine.adding.renaming import FLOW, Texts, names_in

WIDTH: Final = 100
_FIELDS_TOLD: Final = re.compile(r"It reads the lead fields?\b[^.]*\. ?")
_STAYS: Final = (nodes.Lead, nodes.Route)
"""What belongs to the flow that is sold from, and never goes with a declaration."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """``library`` and ``alone`` are texts. ``fields``: the lead's fields that are read, each with its type as written;
    ``secrets``: names of the environment; ``names``: everything that the library declares; ``settings``: the country
    and currency that it is written for; ``step``: whether a flow has to say where it runs."""

    library: str
    alone: str
    fields: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    names: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    step: bool


def taken_out(texts: Texts, name: str, title: str) -> TakenOut:
    """Take the declaration ``name`` out, and all that it needs but the lead."""
    analysis = texts.analysis()
    tree = analysis.tree(FLOW)
    assert tree is not None, "a vendor's flow parses"
    items = _needed(analysis, tree, name)
    fields = tuple(_fields(analysis, texts.flow, items))
    library = f'library {name} "{title}"\n\n' + "\n\n".join(
        _with_comments(texts.flow, item, fields if item.name.text == name else ()) for item in items
    )
    return TakenOut(
        _formatted(library),
        _formatted(_without(texts.flow, tree, items, name)),
        fields,
        tuple(dict.fromkeys(env.name.text for item in items for env in find(item, nodes.Env))),
        tuple(item.name.text for item in items),
        (("country", analysis.draft.country), ("currency", analysis.draft.currency)),
        any(runs_where_said(item) for item in items if item.name.text == name),
    )


def _needed(analysis: Analysis, tree: nodes.File, name: str) -> list[Any]:
    """The declarations that go: the one that is wanted, and those whose names it says, in the order of the text."""
    named = [item for item in tree.items if isinstance(getattr(item, "name", None), nodes.Name)]
    going = [item for item in named if item.name.text == name]  # type: ignore[union-attr]
    for item in going:
        for one in names_in(analysis, item.span.start, item.span.end):
            place = declaration(analysis, one)
            found = (other for other in named if place and _holds(other, place.start))
            going += [o for o in found if o not in going and not isinstance(o, _STAYS)]
    return sorted(going, key=lambda item: item.span.start)


def _holds(item: Any, offset: int) -> bool:
    return bool(item.span.start <= offset < item.span.end)


def _fields(analysis: Analysis, flow: str, items: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The fields that are read, in the order of the lead."""
    read = {
        one.name
        for item in items
        for one in names_in(analysis, item.span.start, item.span.end)
        if one.kind == "field"
    }
    for symbol in analysis.draft.words.values():
        if symbol.name in read and isinstance(symbol.node, nodes.Field):
            span = symbol.node.type.span
            yield symbol.name, flow[span.start : span.end]


def _with_comments(flow: str, item: Any, fields: tuple[tuple[str, str], ...]) -> str:
    """A declaration's text with the comment before it, which then names the lead's fields."""
    comment = " ".join(line.lstrip("# ") for line in _comment_lines(flow, item))
    if fields:
        comment = f"It reads the lead's {', '.join(name for name, _ in fields)}. " + _FIELDS_TOLD.sub(
            "", comment
        )
    told = "".join(f"# {line}\n" for line in wrap(comment, WIDTH - 2))
    return told + flow[item.span.start : item.span.end] + "\n"


def _comment_lines(flow: str, item: Any) -> list[str]:
    lines = flow.split("\n")[: item.span.line - 1]
    first = len(lines)
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return lines[first:]


def _without(flow: str, tree: nodes.File, items: Iterable[Any], name: str) -> str:
    """The flow without the declarations; it imports the library and runs what runs only where it is said."""
    lines = flow.split("\n")
    for item in items:
        first = item.span.line - 1 - len(_comment_lines(flow, item))
        lines[first : item.span.end_line] = [None] * (item.span.end_line - first)  # type: ignore[list-item]
        if runs_where_said(item):
            lines[first] = f"step {item.name.text}"
    text = "\n".join(line for line in lines if line is not None)
    head = tree.head
    assert head is not None, "a vendor's flow has a head"
    return with_import(
        text[: head.name.span.start] + f"{name}_test" + text[head.name.span.end :], f"{name}.flow"
    )


def runs_where_said(item: object) -> bool:
    """Whether a declaration of a library is a step that a flow has to name: a copy, a look-up that is not on demand."""
    if isinstance(item, nodes.Enhance):
        return not item.on_demand
    return isinstance(item, nodes.DeliverStep | nodes.Filter | nodes.Score)


def _formatted(text: str) -> str:
    formatted, _ = format_text(text, FLOW)
    return formatted if formatted is not None else text
