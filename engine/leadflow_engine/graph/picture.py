"""The picture of a flow as data: cards, tables of buyers, the ways between them, and the frames around them.

It says what is drawn and how things belong together, nothing of places, colours or a format: each writer
(``svg.py``, ``mermaid.py``, ``dot.py``) does that in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NODE_KINDS: Final = (
    "source",
    "door",
    "enhance",
    "on_demand",
    "filter",
    "score",
    "deliver",
    "if",
    "waterfall",
    "auction",
    "multisell",
    "fallback",
    "pass",
    "unsold",
    "alert",
    "policy",
)
"""What a card may be. ``pass`` is the way of an ``if`` that has no stage; ``unsold`` is a route's end."""

EDGE_KINDS: Final = ("way", "asks")
"""``way`` is taken by leads; ``asks`` leads from a look-up on demand to those who ask for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a card. tone: plain, muted."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Row:
    """A buyer in a stage. ``place`` is its turn ("1"), where the written order decides. ``asks`` are the look-ups
    on demand that are paid for only if this buyer needs them; ``marks`` are its tags and the like."""

    buyer: str
    title: str = ""
    place: str = ""
    price: tuple[str, ...] = ()
    cap: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A card (``lines``) or a stage (``rows``). kind: one of ``NODE_KINDS``."""

    id: str
    kind: str
    name: str
    title: str = ""
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node or frame to another. kind: one of ``EDGE_KINDS``."""

    start: str
    end: str
    label: str = ""
    kind: str = "way"


@dataclass(frozen=True, slots=True)
class Group:
    """Things that stand together, in order. ``kind`` is route or best_of for a frame with a name, "" for none.

    arrange: column (one after the other, downwards), row (side by side), left or right (the first is what the way
    goes through, the others stand at that side of it), grid (rows of a few).
    """

    id: str
    arrange: str
    members: tuple[Member, ...]
    kind: str = ""
    name: str = ""
    lines: tuple[Line, ...] = ()


Member = Node | Group


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow drawn: ``root`` holds everything, ``edges`` name nodes and frames by their ids."""

    name: str
    title: str
    file: str
    root: Group
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, in reading order."""
        return tuple(each for each in members(self.root) if isinstance(each, Node))

    @property
    def frames(self) -> tuple[Group, ...]:
        """Every group that is drawn as a frame, outer ones first."""
        return tuple(each for each in members(self.root) if isinstance(each, Group) and each.kind)


def members(group: Group) -> Iterator[Member]:
    """Everything below a group, in reading order, a group before what it holds."""
    for each in group.members:
        yield each
        if isinstance(each, Group):
            yield from members(each)
