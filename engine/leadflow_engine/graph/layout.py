"""Where everything stands: groups as columns, rows and frames, laid out from the inside.

A flow has no loops and its ways part and meet like the blocks of a text, so the layout follows the blocks: what
comes one after the other stands in a column on one axis, the ways of an ``if`` stand side by side. No two boxes meet,
and every way finds free room beside them (``ways.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from leadflow_engine.graph.boxes import Box, Laid, Text, moved
from leadflow_engine.graph.content import PAD, SIZES, Pen, content, label
from leadflow_engine.graph.measure import clean, width
from leadflow_engine.graph.picture import Group, Member, Node, Picture

BETWEEN: Final = 46.0
"""From one box of a column to the next: room for an arrow, its words, and a bend."""
AFTER_IF, LABEL_ABOVE, LABEL_BELOW = 16.0, 14.0, 22.0
ASIDE: Final = 44.0
WAYS: Final = 34.0
GRID: Final = 3
"""Look-ups in a row."""
FRAME: Final = 22.0
LEAST_ARM: Final = 200.0


def lay_out(picture: Picture) -> Laid:
    """The whole picture, from (0, 0)."""
    labels = {
        edge.end: edge.label for edge in picture.edges if _is_choice(edge.start, picture) and edge.label
    }
    asking = frozenset(edge.end for edge in picture.edges if edge.kind == "asks")
    return _Layout(labels, asking).group(picture.root)


def _is_choice(name: str, picture: Picture) -> bool:
    return any(node.id == name and node.kind == "if" for node in picture.nodes)


@dataclass(frozen=True, slots=True)
class _Layout:
    """``labels`` are the conditions on the ways, by the id of that to which the way leads; ``asking`` are the ids of
    what asks for look-ups on demand."""

    labels: Mapping[str, str]
    asking: Set[str]

    def member(self, each: Member) -> Laid:
        if isinstance(each, Group):
            return self.group(each)
        box = content(each)
        return Laid(box.width, box.height, box.axis, (box,))

    def group(self, group: Group) -> Laid:
        arrange: dict[str, Callable[[Group], Laid]] = {
            "column": self._column,
            "row": self._row,
            "left": self._aside,
            "right": self._aside,
            "grid": self._grid,
        }
        laid = arrange[group.arrange](group)
        return _framed(group, laid) if group.kind else laid

    def _column(self, group: Group) -> Laid:
        parts = [self.member(each) for each in group.members]
        axis = max(part.axis for part in parts)
        right = max(part.width - part.axis for part in parts)
        boxes: list[Box] = []
        y = 0.0
        for number, part in enumerate(parts):
            if number:
                y += _space(group.members[number - 1])
            boxes.extend(moved(part.boxes, axis - part.axis, y))
            y += part.height
        return Laid(axis + right, y, axis, tuple(boxes))

    def _row(self, group: Group) -> Laid:
        parts = [self._arm(each) for each in group.members]
        boxes: list[Box] = []
        axes: list[float] = []
        x = 0.0
        for part in parts:
            boxes.extend(moved(part.boxes, x, 0))
            axes.append(x + part.axis)
            x += part.width + WAYS
        axis = (axes[0] + axes[-1]) / 2
        return Laid(x - WAYS, max(part.height for part in parts), axis, tuple(boxes))

    def _arm(self, each: Member) -> Laid:
        """A part of a row, below the condition under which it is taken."""
        laid = self.member(each)
        text = self.labels.get(_first(each))
        if text is None:
            return laid
        sign = label(f"{_first(each)} label", text, max(laid.width, LEAST_ARM))
        axis = max(laid.axis, sign.axis)
        wide = axis + max(laid.width - laid.axis, sign.width - sign.axis)
        down = LABEL_ABOVE + sign.height + LABEL_BELOW
        boxes = (
            *moved((sign,), axis - sign.axis, LABEL_ABOVE),
            *moved(laid.boxes, axis - laid.axis, down),
        )
        return Laid(wide, down + laid.height, axis, boxes)

    def _aside(self, group: Group) -> Laid:
        """The first on its axis, the others one below the other at its side.

        They are centred on each other, except that nothing stands higher than what asks for a look-up: the dashed
        ways come to it across the free room above it, from the right.
        """
        main, *others = (self.member(each) for each in group.members)
        aside = _stacked(others)
        high = max(main.height, aside.height)
        above = 0.0 if _first(group) in self.asking else (high - main.height) / 2
        at = 0.0 if group.arrange == "right" else aside.width + ASIDE
        beside = main.width + ASIDE if group.arrange == "right" else 0.0
        boxes = (
            *moved(main.boxes, at, above),
            *moved(aside.boxes, beside, (high - aside.height) / 2),
        )
        return Laid(main.width + ASIDE + aside.width, high, at + main.axis, boxes)

    def _grid(self, group: Group) -> Laid:
        parts = [self.member(each) for each in group.members]
        rows = [parts[at : at + GRID] for at in range(0, len(parts), GRID)]
        return _stacked([_beside(row) for row in rows])


def _space(before: Member) -> float:
    return AFTER_IF if isinstance(before, Node) and before.kind == "if" else BETWEEN


def _first(each: Member) -> str:
    """The id at which the way enters."""
    while isinstance(each, Group) and not each.kind:
        each = each.members[0]
    return each.id


def _stacked(parts: Sequence[Laid]) -> Laid:
    boxes: list[Box] = []
    y = 0.0
    for part in parts:
        boxes.extend(moved(part.boxes, 0, y))
        y += part.height + WAYS
    return Laid(max(part.width for part in parts), y - WAYS, 0, tuple(boxes))


def _beside(parts: Sequence[Laid]) -> Laid:
    boxes: list[Box] = []
    x = 0.0
    for part in parts:
        boxes.extend(moved(part.boxes, x, 0))
        x += part.width + WAYS
    return Laid(x - WAYS, max(part.height for part in parts), 0, tuple(boxes))


def _framed(group: Group, laid: Laid) -> Laid:
    """A frame with the group's name around what stands in it."""
    size, bold = SIZES["name"]
    pen = Pen(26)
    wide = max(laid.width, min(width(clean(group.name[:120]), size, bold) + 160, 480.0)) + 2 * FRAME
    pen.line(PAD + 4, group.name, "name", wide - 2 * PAD)
    used = width(pen.texts[-1].text, size, bold) + 14
    for line in group.lines:
        pen.line(PAD + 4 + used, line.text, line.tone, wide - 2 * PAD - used)
    head = 46.0
    high = head + laid.height + FRAME
    left = (wide - laid.width) / 2
    texts: tuple[Text, ...] = tuple(pen.texts)
    frame = Box(
        group.id, group.kind, 0, 0, wide, high, left + laid.axis, texts, (), frame=True, name=group.name
    )
    return Laid(wide, high, frame.axis, (replace(frame), *moved(laid.boxes, left, head)))
