"""Cards and stages as boxes of texts and rectangles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from leadflow_engine.graph.boxes import Box, Rect, Text
from leadflow_engine.graph.measure import clean, fit, width, wrap
from leadflow_engine.graph.picture import Line, Node, Row

CARD: Final = 264.0
NARROWEST_STAGE, WIDEST_HEAD = 280.0, 520.0
PAD: Final = 14.0
SIZES: Final = {
    "name": (14.0, True),
    "kind": (9.5, True),
    "plain": (12.0, False),
    "muted": (12.0, False),
    "small": (11.0, False),
    "buyer": (13.0, True),
    "chip": (10.5, False),
    "head": (10.0, False),
    "label": (12.0, False),
    "pill": (12.0, True),
    "legend": (11.5, False),
}
"""Font size and weight of every style of text."""
LINE: Final = 16.5
COLUMNS: Final = (
    ("buyer", 84.0, 170.0),
    ("price", 52.0, 190.0),
    ("cap", 52.0, 180.0),
    ("hours", 60.0, 160.0),
)
"""The columns of a stage: name, narrowest and widest."""
GAP: Final = 18.0
PILLS: Final = ("if", "pass")


@dataclass
class Pen:
    """Writes down the inside of one box, from above."""

    y: float = 0.0
    texts: list[Text] = field(default_factory=list)
    rects: list[Rect] = field(default_factory=list)

    def line(self, x: float, text: str, style: str, room: float) -> None:
        """One line, shortened to the room; the base line is ``y``."""
        size, bold = SIZES[style]
        text = clean(text)
        shown = fit(text, room, size, bold)
        self.texts.append(Text(x, self.y, shown, style, "" if shown == text else text))

    def paragraph(self, x: float, text: str, style: str, room: float, most: int, step: float = LINE) -> None:
        """A text in several lines; ``y`` ends below them."""
        size, bold = SIZES[style]
        text = clean(text)
        cut = wrap(text, room, size, most, bold)
        for number, line in enumerate(cut.lines):
            self.texts.append(Text(x, self.y, line, style, text if cut.shortened and not number else ""))
            self.y += step

    def chips(self, x: float, items: Sequence[tuple[str, str]], room: float) -> None:
        """Small tags in rows. ``items`` are texts with the style of their outline."""
        size, _ = SIZES["chip"]
        left = x
        for text, style in items:
            text = clean(text)
            shown = fit(text, room - 14, size)
            long = width(shown, size) + 14
            if left > x and left + long > x + room:
                left, self.y = x, self.y + 21
            self.rects.append(Rect(left, self.y, long, 17, style, 8.5))
            self.texts.append(Text(left + 7, self.y + 12.2, shown, "chip", "" if shown == text else text))
            left += long + 5
        self.y += 21


def content(node: Node) -> Box:
    """A node as a box at (0, 0)."""
    if node.kind in PILLS:
        return _pill(node)
    return _stage(node) if node.rows else _card(node)


def label(name: str, text: str, room: float) -> Box:
    """A condition on a way, as a box that stands in it."""
    size, _ = SIZES["label"]
    text = clean(text)
    cut = wrap(text, max(room - 20, 120.0), size, 6)
    wide = max(width(line, size) for line in cut.lines) + 20 if cut.lines else 20.0
    texts = tuple(
        Text((wide - width(line, size)) / 2, 17 + number * LINE, line, "label", text if cut.shortened else "")
        for number, line in enumerate(cut.lines)
    )
    high = 10 + LINE * len(cut.lines)
    return Box(name, "label", 0, 0, wide, high, wide / 2, texts, (Rect(0, 0, wide, high, "label", 9),))


def heading(pen: Pen, kind: str, name: str, title: str, room: float) -> None:
    """The kind in small capitals, the name, the title."""
    if kind != name:
        pen.line(PAD, kind.replace("_", " ").upper(), "kind", room)
        pen.y += 16
    pen.line(PAD, name, "name", room)
    size, bold = SIZES["name"]
    used = width(fit(clean(name), room, size, bold), size, bold) + 8
    if title and width(clean(title), SIZES["muted"][0]) <= room - used:
        pen.line(PAD + used, title, "muted", room - used)
    elif title:
        pen.y += LINE
        pen.line(PAD, title, "muted", room)
    pen.y += 19


def _pill(node: Node) -> Box:
    size, bold = SIZES["pill"]
    wide = width(node.name, size, bold) + 28
    return Box(
        node.id,
        node.kind,
        0,
        0,
        wide,
        26,
        wide / 2,
        (Text(14, 17.3, node.name, "pill"),),
        (Rect(0, 0, wide, 26, "pill", 13),),
        name=node.name,
    )


def _card(node: Node) -> Box:
    pen = Pen(20)
    room = CARD - 2 * PAD
    heading(pen, node.kind, node.name, node.title, room)
    _lines(pen, node.lines, room)
    return _boxed(node, pen, CARD, pen.y - 5)


def _lines(pen: Pen, lines: Iterable[Line], room: float) -> None:
    for line in lines:
        pen.paragraph(PAD, line.text, line.tone, room, 3)


def _boxed(node: Node, pen: Pen, wide: float, high: float) -> Box:
    back = (Rect(0, 0, wide, high, "card", 8), Rect(0, 8, 4, high - 16, "bar", 2))
    texts = tuple(pen.texts)
    return Box(node.id, node.kind, 0, 0, wide, high, wide / 2, texts, (*back, *pen.rects), name=node.name)


# ------------------------------------------------------------------ stages


def _stage(node: Node) -> Box:
    columns = _columns(node.rows)
    table = sum(columns.values()) + GAP * (len(columns) - 1) + 2 * PAD
    wide = max(table, NARROWEST_STAGE, min(_widest(node.lines) + 2 * PAD, WIDEST_HEAD))
    columns["buyer"] += wide - table
    pen = Pen(24)
    heading(pen, node.kind, node.name, node.title, wide - 2 * PAD)
    _lines(pen, node.lines, wide - 2 * PAD)
    head = pen.y - 4
    pen.y = head + 16
    _column_heads(pen, columns)
    pen.y += 8
    for row in node.rows:
        _buyer(pen, row, columns, wide)
    back = (
        Rect(0, 0, wide, pen.y, "card", 8),
        Rect(1, 1, wide - 2, head - 1, "band", 7),
        Rect(0, 8, 4, pen.y - 16, "bar", 2),
    )
    return Box(
        node.id,
        node.kind,
        0,
        0,
        wide,
        pen.y,
        wide / 2,
        tuple(pen.texts),
        (*back, *pen.rects),
        name=node.name,
    )


def _widest(lines: Iterable[Line]) -> float:
    return max((width(clean(line.text[:200]), SIZES[line.tone][0]) for line in lines), default=0.0)


def _cells(row: Row) -> dict[str, tuple[str, ...]]:
    return {"price": row.price, "cap": row.cap, "hours": row.hours}


def _columns(rows: Sequence[Row]) -> dict[str, float]:
    """The columns that any row fills, and their widths."""
    found = {}
    for name, least, most in COLUMNS:
        if name == "buyer":
            size, bold = SIZES["buyer"]
            wide = max(
                max(width(clean(row.buyer[:80]), size, bold), width(clean(row.title[:80]), 11.0))
                + _indent(row)
                for row in rows
            )
        else:
            texts = [text for row in rows for text in _cells(row)[name]]
            if not texts:
                continue
            wide = max(width(clean(text[:200]), SIZES["plain"][0]) for text in texts)
        found[name] = min(max(wide + 1, least), most)
    return found


def _indent(row: Row) -> float:
    return 22.0 if row.place else 0.0


def _column_heads(pen: Pen, columns: dict[str, float]) -> None:
    x = PAD
    for name, wide in columns.items():
        pen.line(x, name, "head", wide)
        x += wide + GAP


def _buyer(pen: Pen, row: Row, columns: dict[str, float], wide: float) -> None:
    top = pen.y
    pen.rects.append(Rect(PAD, top, wide - 2 * PAD, 1, "rule"))
    pen.y = top + 20
    ends = [_named(pen, row, columns["buyer"])]
    x = PAD + columns["buyer"] + GAP
    for name, cells in _cells(row).items():
        if name in columns:
            pen.y = top + 20
            for text in cells:
                pen.paragraph(x, text, "plain", columns[name], 2, 15.5)
            ends.append(pen.y)
            x += columns[name] + GAP
    pen.y = max(*ends, top + 36) - 6
    _below(pen, row, wide)


def _named(pen: Pen, row: Row, room: float) -> float:
    """The buyer's turn, name and title; where they end."""
    start = PAD + _indent(row)
    if row.place:
        pen.rects.append(Rect(PAD, pen.y - 12.5, 17, 17, "turn", 8.5))
        size, bold = SIZES["chip"]
        pen.texts.append(Text(PAD + 8.5 - width(row.place, size, bold) / 2, pen.y - 0.2, row.place, "turn"))
    pen.line(start, row.buyer, "buyer", room - _indent(row))
    if row.title:
        pen.y += 15
        pen.line(start, row.title, "small", room - _indent(row))
    return pen.y + 15.5


def _below(pen: Pen, row: Row, wide: float) -> None:
    """What a row says over its whole width: its marks, and whom the buyer takes."""
    room = wide - 2 * PAD
    items = [(mark, _style(mark)) for mark in row.marks]
    items += [(f"asks {name}", "asks") for name in row.asks]
    if items:
        pen.chips(PAD, items, room)
    if row.note:
        pen.y += 11
        pen.paragraph(PAD, row.note, "small", room, 2, 14.5)
        pen.y -= 9
    pen.y += 8


def _style(mark: str) -> str:
    return "warn" if mark.split(" ")[0] in {"exclusive", "paused"} else "tag"
