"""A mapping's left sides as one tree, made once; each lead's values then grow along it.

Order is the order in which names were first written. A name leads to a node, an index to a node, and ``[*]`` to a node
that repeats for each element of the lists below it. An element of a list that is left out closes ranks: an empty place
in a list means something else to every receiver. An element in which constants alone are left (the name of a property
whose value is blank) is left out too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from leadflow_dsl.model import Pair, Segment
from leadflow_dsl.terms import Const, Each, SecretRef, Term
from leadflow_engine.mapping.problems import MappingError

MAX_ELEMENTS = 1_000

Step: TypeAlias = str | int
"""A name or an index; ``EACH`` is the index of no element."""

EACH = -1


@dataclass(slots=True)
class Node:
    """``leaf`` is the number of the pair that ends here, -1 where none does."""

    leaf: int = -1
    children: dict[Step, Node] = field(default_factory=dict)
    keys: tuple[int, ...] = ()  # every leaf at or below
    lists: tuple[int, ...] = ()  # those of them whose right side is a list
    asked: tuple[int, ...] = ()  # where some are constants and some are not: those that are not


@dataclass(frozen=True, slots=True)
class Tree:
    """The compiled left sides and, in the order of their numbers, the right sides."""

    root: Node
    terms: tuple[Term, ...]


def step_of(segment: Segment) -> Step:
    """A segment as a tree's step; an attribute is the name with its ``@``."""
    if segment.kind == "each":
        return EACH
    if segment.kind == "index":
        return segment.index
    return f"@{segment.name}" if segment.kind == "attribute" else segment.name


def grow(pairs: Sequence[Pair]) -> Tree:
    """The tree of these pairs; a left side written twice takes the last right side.

    Raises ``MappingError`` where one place is asked to be two things.
    """
    root = Node()
    terms: list[Term] = []
    for pair in pairs:
        node = root
        for segment in pair.left:
            node = _child(node, step_of(segment), pair)
        if node.children:
            raise MappingError(f"`{written_left(pair.left)}` is given a value and has parts too", pair.span)
        node.leaf = len(terms) if node.leaf < 0 else node.leaf
        terms[node.leaf : node.leaf + 1] = [pair.right]
    _number(root, terms)
    return Tree(root, tuple(terms))


def _child(node: Node, step: Step, pair: Pair) -> Node:
    if node.leaf >= 0:
        raise MappingError(f"a part of `{written_left(pair.left)}` already has a value of its own", pair.span)
    if any(_shape(other) != _shape(step) for other in node.children):
        raise MappingError(f"`{written_left(pair.left)}` makes one place a list and not a list", pair.span)
    return node.children.setdefault(step, Node())


def _shape(step: Step) -> str:
    return "name" if isinstance(step, str) else "each" if step == EACH else "index"


def _number(node: Node, terms: Sequence[Term]) -> tuple[int, ...]:
    own = (node.leaf,) if node.leaf >= 0 else ()
    node.keys = own + tuple(key for child in node.children.values() for key in _number(child, terms))
    node.lists = tuple(
        key for key in node.keys if isinstance(terms[key], Each) or terms[key].type.name == "list"
    )
    asked = tuple(key for key in node.keys if not isinstance(terms[key], Const))
    node.asked = asked if len(asked) < len(node.keys) else ()
    return node.keys


def unsaid(node: Node, values: Sequence[object]) -> bool:
    """Whether an element of a list has nothing to say: it names what it would tell, and that is blank."""
    return bool(node.asked) and all(_blank(values[key]) for key in node.asked)


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(item is None for item in value))


def written_left(left: Iterable[Segment]) -> str:
    """A left side as people write it, and as forms and queries carry it: ``contact.phones[0]``."""
    return joined(tuple(step_of(segment) for segment in left))


def joined(steps: Sequence[Step]) -> str:
    """Steps with dots and brackets."""
    text = ""
    for step in steps:
        if isinstance(step, str):
            text += f".{step}" if text else step
        else:
            text += "[*]" if step == EACH else f"[{step}]"
    return text


def repeats(node: Node, values: Sequence[object]) -> int:
    """How often a ``[*]`` node repeats: as often as the longest list below it has elements. Where nothing below is
    a list it stands once, if there is anything to write."""
    sizes = [len(value) for key in node.keys if isinstance(value := values[key], list)]
    if sizes or node.lists:
        return min(max(sizes, default=0), MAX_ELEMENTS)
    return int(any(values[key] is not None for key in node.keys))


def element(values: Sequence[object], node: Node, index: int) -> list[object]:
    """The values as the ``[*]`` node's element of this index sees them: lists give their element, others repeat."""
    taken = list(values)
    for key in node.keys:
        value = values[key]
        if isinstance(value, list):
            taken[key] = value[index] if index < len(value) else None
    return taken


def segments(name: str) -> tuple[Segment, ...]:
    """A dotted, indexed name as segments: ``Lead.phones[0]``; what does not fit that form is one name."""
    parts: list[Segment] = []
    for word in name.split("."):
        base, *indexes = word.split("[")
        if not base or not all(text.endswith("]") and text[:-1].isdigit() for text in indexes):
            return (Segment("name", name),)
        parts.append(Segment("attribute", base[1:]) if base.startswith("@") else Segment("name", base))
        parts.extend(Segment("index", index=int(text[:-1])) for text in indexes)
    return tuple(parts)


def secret_pair(name: str, secret: SecretRef) -> Pair:
    """``auth body KEY env NAME`` as a pair of the body."""
    return Pair(segments(name), secret, secret.span)
