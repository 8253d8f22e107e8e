"""What a laid out picture is made of. All measures are pixels; y grows downwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; (x, y) is the start of its base line. ``full`` is what was shortened, or ""."""

    x: float
    y: float
    text: str
    style: str
    full: str = ""


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled or outlined rectangle."""

    x: float
    y: float
    width: float
    height: float
    style: str
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A node, a frame, or a label on a way. ``texts`` and ``rects`` are placed relative to its own corner; ``axis``
    is where, from its left side, ways enter and leave."""

    id: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    axis: float
    texts: tuple[Text, ...] = ()
    rects: tuple[Rect, ...] = ()
    frame: bool = False
    name: str = ""

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def centre(self) -> float:
        """The x of its axis."""
        return self.x + self.axis

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Laid:
    """Boxes that stand together, in the order in which they are painted, and the room that they take."""

    width: float
    height: float
    axis: float
    boxes: tuple[Box, ...]


def moved(boxes: Iterable[Box], right: float, down: float) -> tuple[Box, ...]:
    """The boxes at another place."""
    return tuple(replace(box, x=box.x + right, y=box.y + down) for box in boxes)
