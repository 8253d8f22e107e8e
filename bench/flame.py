"""A flame graph of stacks that `bench/whole.py LEADS loop STACKS` collected: what stands on what, as wide as it costs.

    python bench/flame.py STACKS FILE.svg [TITLE]

Nothing moves in it: a browser tells each function's share where one points at it. Colours are rooms of the engine; grey
is what is not ours.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

WIDTH, ROW, LEAST = 1400, 16, 0.7
"""Pixels; a box that would be narrower than ``LEAST`` is left out."""
COLOURS: Final = {
    "interpreter": "#e8a33d",
    "stages": "#e8a33d",
    "store": "#6fa8dc",
    "service": "#93c47d",
    "outbound": "#76a5af",
    "evaluation": "#e06666",
    "criteria": "#e06666",
    "runner": "#f6b26b",
    "values": "#c27ba0",
    "intake": "#b6d7a8",
    "mapping": "#ffd966",
    "response": "#ffe599",
    "drivers": "#d5a6bd",
}
OTHER: Final = "#cccccc"
PASSING: Final = ("sampled:", "runners:", "base_events:run", "threading:", "loops:run")
"""What only leads to the work, and would be the same wide row many times over."""


@dataclass(slots=True)
class Box:
    """A function where it stands in the stacks, with how often it was seen."""

    name: str
    count: int = 0
    inner: dict[str, Box] = field(default_factory=dict)


def tree(lines: Iterator[str]) -> Box:
    """All stacks as one tree."""
    root = Box("all")
    for line in lines:
        stack, _, count = line.rpartition(" ")
        box = root
        box.count += int(count)
        for name in stack.split(";"):
            if any(each in name for each in PASSING):
                continue
            box = box.inner.setdefault(name, Box(name))
            box.count += int(count)
    return root


def depth(box: Box) -> int:
    """How many rows it takes."""
    return 1 + max((depth(each) for each in box.inner.values()), default=0)


def boxes(box: Box, whole: int, left: float, row: int, rows: int) -> Iterator[str]:
    """A box and all on top of it, as SVG."""
    width = box.count / whole * WIDTH
    if width < LEAST:
        return
    top = (rows - row - 1) * ROW + 30
    colour = COLOURS.get(box.name.split("/")[0].split(":")[0], OTHER)
    said = html.escape(f"{box.name}  {box.count / whole:.1%}")
    place = f'x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 1}"'
    yield f'<g><title>{said}</title><rect {place} fill="{colour}"/>'
    if (letters := int(width / 6.2)) > 3:
        shown = html.escape((box.name.split(":")[-1] if len(box.name) > letters else box.name)[:letters])
        yield f'<text x="{left + 2:.1f}" y="{top + 11}">{shown}</text>'
    yield "</g>\n"
    for each in sorted(box.inner.values(), key=lambda each: -each.count):
        yield from boxes(each, whole, left, row + 1, rows)
        left += each.count / whole * WIDTH


def picture(root: Box, title: str) -> str:
    """The whole picture."""
    rows = min(depth(root), 60)
    height = rows * ROW + 40
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="monospace" font-size="10"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="4" y="16" font-size="13">{html.escape(title)}</text>\n'
    )
    return head + "".join(boxes(root, root.count, 0, 0, rows)) + "</svg>\n"


def main(stacks: str, to: str, title: str = "") -> None:
    """Read, draw, write."""
    with open(stacks, encoding="utf-8") as lines:
        root = tree(lines)
    Path(to).write_text(picture(root, title or f"{root.count:,} looks at processor time"), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
