"""From a reduced rule of the grammar to a node.

Most rules need no word here: a rule that bears the name of a class makes that class, its children in their order;
a rule that bears none is a list. The table below holds the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span

Children = list[Any]
Maker = Callable[[Children, Span], Any]


def _flag(children: Children, span: Span) -> bool:
    return True


def _nothing(children: Children, span: Span) -> None:
    return None


def _words(children: Children, span: Span) -> str:
    return " ".join(child.text for child in children)


def _arithmetic(children: Children, span: Span) -> nodes.Arithmetic:
    left, op, right = children
    return nodes.Arithmetic(left, op.text, right, span)


def _segment(kind: str) -> Maker:
    def make(children: Children, span: Span) -> nodes.Segment:
        (child,) = children
        raw = child.raw if isinstance(child, nodes.Text) else child.text
        name = child.value if isinstance(child, nodes.Text) else child.text
        return nodes.Segment(kind, "@" + raw if kind == "attribute" else raw, name, 0, span)

    return make


def _index_segment(children: Children, span: Span) -> nodes.Segment:
    (number,) = children
    return nodes.Segment("index", f"[{number.raw}]", "", int(number.value), span)


def _each_segment(_: Children, span: Span) -> nodes.Segment:
    return nodes.Segment("each", "[*]", "", 0, span)


def _argument(kind: str) -> Maker:
    def make(children: Children, span: Span) -> nodes.Argument:
        return nodes.Argument(kind, children[0] if kind == "keyed" else None, children[-1], span)

    return make


def _calendar(children: Children, span: Span) -> nodes.Calendar:
    name, days = children
    return nodes.Calendar(name, days is True, () if days is True else days, span)


def _of(kind: Callable[..., Any], *places: int) -> Maker:
    """A class made of some of the children."""
    return lambda children, span: kind(*(children[place] for place in places), span=span)


SPECIAL: Final[Mapping[str, Maker]] = {
    **dict.fromkeys(
        ("rolling", "paced", "first", "back", "on_demand", "keep_blanks", "negation", "builtin", "by_hash"),
        _flag,
    ),
    "closed": _nothing,
    "k_compare": _words,
    "k_match": _words,
    "sum": _arithmetic,
    "product": _arithmetic,
    "or_": lambda children, span: nodes.Or(tuple(children), span),
    "and_": lambda children, span: nodes.And(tuple(children), span),
    "bare_cause": lambda children, span: nodes.Cause(None, children[0], span),
    "root_left": lambda children, span: nodes.Left(tuple(children), span),
    "left": lambda children, span: nodes.Left(tuple(children), span),
    "word": lambda children, span: nodes.Word(children[0].text, span),
    "path_attribute": _of(nodes.Attribute, 0, 1),
    "negative": _of(nodes.Negative, 1),
    "negative_number": _of(nodes.Negative, 1),
    "is_": lambda children, span: nodes.Is(children[0], bool(children[1]), children[2], span),
    "each_of": _of(nodes.EachOf, 0),
    "status_is": lambda children, span: nodes.StatusIs(children[1].raw, span),
    "answer_part": lambda children, span: nodes.AnswerPart(children[0].text, children[1], span),
    "plain_argument": _argument("plain"),
    "keyed_argument": _argument("keyed"),
    "else_argument": _argument("else"),
    "name_segment": _segment("name"),
    "quoted_segment": _segment("quoted"),
    "attribute_segment": _segment("attribute"),
    "index_segment": _index_segment,
    "root_index": _index_segment,
    "each_segment": _each_segment,
    "root_each": _each_segment,
    "look_up_cost": lambda children, span: nodes.Cost(children[0], None, None, False, span),
    "calendar": _calendar,
}


@cache
def _maker(rule: str) -> Maker:
    """What makes the node of a rule: the special maker, the class of nodes that bears its name, or a plain list."""
    if special := SPECIAL.get(rule):
        return special
    name = "".join(part.capitalize() for part in rule.strip("_").split("_"))
    found = getattr(nodes, name, None)
    if not isinstance(found, type) or not dataclasses.is_dataclass(found):
        return lambda children, span: tuple(child for child in children if child is not None)
    flags = tuple(place for place, part in enumerate(dataclasses.fields(found)) if part.type == "bool")
    return _with_flags(found, flags) if flags else _of_all(found)


def _of_all(kind: Callable[..., Any]) -> Maker:
    return lambda children, span: kind(*children, span=span)


def _with_flags(kind: Callable[..., Any], flags: tuple[int, ...]) -> Maker:
    """A class of which some fields are flags: an empty place is False."""

    def make(children: Children, span: Span) -> Any:
        for place in flags:
            if place < len(children):
                children[place] = bool(children[place])
        return kind(*children, span=span)

    return make


def node(rule: str, children: Children, span: Span) -> Any:
    """The node (or the list, the flag, the words) that a rule makes of its kept children."""
    return _maker(rule)(children, span)
