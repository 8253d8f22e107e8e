"""The ways between boxes: lines with right angles that stay in the free room that the layout leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from leadflow_engine.graph.boxes import Box, Laid
from leadflow_engine.graph.picture import Edge, Group, Picture, members

Point = tuple[float, float]
AFTER_START, BEFORE_END = 8.0, 24.0
NEXT_LANE: Final = 7.0
FAR: Final = 26.0


@dataclass(frozen=True, slots=True)
class Way:
    """A line through its points, with an arrow at the last; ``label`` stands at ``at``."""

    edge: Edge
    points: tuple[Point, ...]
    label: str = ""
    at: Point = (0.0, 0.0)


def ways(picture: Picture, laid: Laid) -> Iterator[Way]:
    """Every edge as a line, in order. What is written on several ways into one box is written once."""
    boxes = {box.id: box for box in laid.boxes}
    beside = {card.id for group in _asides(picture) for card in group.members[1:]}
    asking = _Asking(boxes, _grids(picture), laid.width, Counter())
    labelled: set[str] = set()
    for edge in picture.edges:
        start, end = boxes[edge.start], boxes[edge.end]
        if edge.kind == "asks":
            yield Way(edge, asking.points(start, end))
        elif edge.end in beside:
            yield _sideways(edge, start, end)
        else:
            yield _down(edge, start, end, edge.end not in labelled)
            labelled.add(edge.end)


def _asides(picture: Picture) -> Iterator[Group]:
    return (each for each in members(picture.root) if isinstance(each, Group) and each.arrange == "left")


def _down(edge: Edge, start: Box, end: Box, first: bool) -> Way:
    """From the lower side of one box to the upper side of another."""
    choice = start.kind == "if"
    bend = start.bottom + AFTER_START if choice else end.y - BEFORE_END
    points: tuple[Point, ...] = ((start.centre, start.bottom), (end.centre, end.y))
    if abs(start.centre - end.centre) > 0.5:
        points = (points[0], (start.centre, bend), (end.centre, bend), points[1])
    text = edge.label if first and not choice else ""
    return Way(edge, points, text, (end.centre + 8, end.y - 10))


def _sideways(edge: Edge, start: Box, end: Box) -> Way:
    """From a card to one that stands at its left."""
    middle = (start.x + end.right) / 2
    points = ((start.x, start.middle), (middle, start.middle), (middle, end.middle), (end.right, end.middle))
    if start.middle == end.middle:
        points = (points[0], points[-1])  # type: ignore[assignment]
    return Way(edge, points, edge.label, (end.right + 1, end.middle - 7))


# ------------------------------------------------------------------ look-ups on demand


def _grids(picture: Picture) -> dict[str, Group]:
    """The grid in which each look-up on demand stands."""
    groups = (each for each in members(picture.root) if isinstance(each, Group) and each.arrange == "grid")
    return {card.id: group for group in groups for card in group.members}


@dataclass(frozen=True, slots=True)
class _Asking:
    """Finds lanes for dashed lines; ``taken`` counts those that enter a box, so that no two lie on each other."""

    boxes: Mapping[str, Box]
    grids: Mapping[str, Group]
    width: float
    taken: Counter[str]

    def points(self, start: Box, end: Box) -> tuple[Point, ...]:
        lane = self.taken[end.id]
        self.taken[end.id] += 1
        if self.grids[start.id] == self.grids.get(end.id):
            return self._above(start, end, lane)
        lowest = max(self.boxes[card.id].bottom for card in self.grids[start.id].members)
        leave = self._leave(start, lowest)
        bend = end.y - 19 - (lane % 4) * 4
        enter = self._enter(start, end, lane, leave[-1][0])
        if enter == leave[-1][0] and self._free(lowest, end):
            return (*leave, (enter, end.y))
        if self._free(lowest, end):
            return (*leave, (leave[-1][0], bend), (enter, bend), (enter, end.y))
        far = self.width + FAR + lane * NEXT_LANE
        turn = lowest + 10
        return (*leave, (leave[-1][0], turn), (far, turn), (far, bend), (enter, bend), (enter, end.y))

    def _leave(self, start: Box, lowest: float) -> tuple[Point, ...]:
        """From the lower side of a card, or, where cards stand below it, through the gap at its right."""
        below = (
            other.y > start.bottom - 1 and other.x < start.centre < other.right and other.bottom <= lowest
            for name, other in self.boxes.items()
            if name in self.grids
        )
        if not any(below):
            return ((start.centre, start.bottom),)
        return ((start.right, start.middle), (start.right + 15, start.middle))

    def _enter(self, start: Box, end: Box, lane: int, straight: float) -> float:
        if end.centre + 20 < straight < end.right - 16:
            return straight
        return max(end.right - 24 - lane * 12, end.centre + 16)

    def _free(self, lowest: float, end: Box) -> bool:
        """Does the next thing below the look-ups stand there?"""
        between = (box for box in self.boxes.values() if lowest < box.y < end.y - 1 and not _inside(box, end))
        return end.y > lowest and not any(between)

    def _above(self, start: Box, end: Box, lane: int) -> tuple[Point, ...]:
        """From a look-up to another that asks for it: through the gaps between the cards of their grid."""
        target, over = end.centre + 30 + lane * 10, end.y - 8 - lane * 3
        if start.y == end.y:
            return ((start.centre, start.y), (start.centre, over), (target, over), (target, end.y))
        gap = start.right + 15
        if start.y < end.y:
            leave = ((start.right, start.middle), (gap, start.middle))
            return (*leave, (gap, over), (target, over), (target, end.y))
        gap, over = end.right + 15, start.y - 8 - lane * 3
        enter = ((gap, end.middle), (end.right, end.middle))
        return ((start.centre, start.y), (start.centre, over), (gap, over), *enter)


def _inside(box: Box, frame: Box) -> bool:
    return frame.x <= box.x and box.right <= frame.right and frame.y <= box.y and box.bottom <= frame.bottom
