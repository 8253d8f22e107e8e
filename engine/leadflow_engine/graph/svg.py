"""The picture as SVG: one file that needs no browser, no script and no font."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from leadflow_engine.graph.boxes import Box, Rect, Text
from leadflow_engine.graph.content import SIZES
from leadflow_engine.graph.layout import lay_out
from leadflow_engine.graph.measure import clean, fit, width
from leadflow_engine.graph.palette import KINDS, style_sheet
from leadflow_engine.graph.picture import Picture
from leadflow_engine.graph.ways import Point, Way, ways

MARGIN, HEAD, FOOT = 36.0, 78.0, 56.0
CORNER: Final = 7.0
TIP: Final = 7.0
NARROWEST: Final = 520.0


def write_svg(picture: Picture) -> str:
    """The picture as an SVG document, the same for the same picture."""
    laid = lay_out(picture)
    lines = tuple(ways(picture, laid))
    reach = max([laid.width, *(x for line in lines for x, _ in line.points)])
    wide = max(reach, NARROWEST) + 2 * MARGIN
    legend = _legend(picture, wide - 2 * MARGIN)
    high = HEAD + laid.height + FOOT + 22 * (max(row for row, _, _ in legend) + 1 if legend else 0)
    left = MARGIN + max(0.0, NARROWEST - reach) / 2
    size = f'width="{_n(wide)}" height="{_n(high)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(wide)} {_n(high)}" {size} role="img">',
        f"<title>{_x(picture.title or picture.name)}</title>",
        f"<style>\n  {style_sheet()}\n</style>",
        f'<rect class="paper" {size}/>',
        *_head(picture, wide - 2 * MARGIN),
        f'<g transform="translate({_n(left)} {_n(HEAD)})">',
        *(_box(box) for box in laid.boxes if box.frame),
        *(line for each in lines for line in _way(each)),
        *(_box(box) for box in laid.boxes if not box.frame),
        "</g>",
        *_foot(legend, HEAD + laid.height + FOOT - 6),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(picture: Picture, room: float) -> Iterator[str]:
    title = clean(picture.title or picture.name)
    yield _text(Text(MARGIN, 40, fit(title, room, 24, True), "title", title))
    below = f"flow {picture.name} · {clean(picture.file)}"
    yield _text(Text(MARGIN, 60, fit(below, room, 12), "note", below))


def _box(box: Box) -> str:
    inside = [_frame(box)] if box.frame else []
    inside += [_rect(rect) for rect in box.rects]
    inside += [_text(text) for text in box.texts]
    start = f'<g class="box {box.kind}" transform="translate({_n(box.x)} {_n(box.y)})">'
    return "\n".join([start, *inside, "</g>"])


def _frame(box: Box) -> str:
    return _rect(Rect(0, 0, box.width, box.height, "frame", 12))


def _rect(rect: Rect) -> str:
    radius = f' rx="{_n(rect.radius)}"' if rect.radius else ""
    place = f' x="{_n(rect.x)}" y="{_n(rect.y)}"' if rect.x or rect.y else ""
    return f'<rect class="{rect.style}"{place} width="{_n(rect.width)}" height="{_n(rect.height)}"{radius}/>'


_OWN_CLASS: Final = {"pill": "pill-text", "turn": "turn-text", "label": "label-text"}


def _text(text: Text) -> str:
    style = _OWN_CLASS.get(text.style, text.style)
    told = f"<title>{_x(text.full)}</title>" if text.full and text.full != text.text else ""
    return f'<text class="{style}" x="{_n(text.x)}" y="{_n(text.y)}">{told}{_x(text.text)}</text>'


# ------------------------------------------------------------------ ways


def _way(way: Way) -> Iterator[str]:
    dashed = " dashed" if way.edge.kind == "asks" else ""
    ends = f"data-from={quoteattr(way.edge.start)} data-to={quoteattr(way.edge.end)}"
    yield f'<path class="way{dashed}" {ends} d="{_rounded(_shortened(way.points))}"/>'
    yield f'<path class="tip{dashed}" d="{_tip(way.points)}"/>'
    if way.label:
        yield _text(Text(*way.at, clean(way.label), "small"))


def _shortened(points: Sequence[Point]) -> tuple[Point, ...]:
    """The line ends where its tip begins."""
    (x0, y0), (x1, y1) = points[-2], points[-1]
    return (*points[:-1], (x1 - TIP * _sign(x1 - x0), y1 - TIP * _sign(y1 - y0)))


def _tip(points: Sequence[Point]) -> str:
    (x0, y0), (x1, y1) = points[-2], points[-1]
    dx, dy = _sign(x1 - x0), _sign(y1 - y0)
    back = (x1 - TIP * dx, y1 - TIP * dy)
    side = 4.2
    one = (back[0] + side * dy, back[1] + side * dx)
    other = (back[0] - side * dy, back[1] - side * dx)
    return f"M{_p((x1, y1))} L{_p(one)} L{_p(other)} Z"


def _sign(value: float) -> int:
    return 0 if abs(value) < 0.01 else (1 if value > 0 else -1)


def _rounded(points: Sequence[Point]) -> str:
    """A line with its corners rounded."""
    parts = [f"M{_p(points[0])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        parts.append(f"L{_p(_towards(here, before))} Q{_p(here)} {_p(_towards(here, after))}")
    return " ".join([*parts, f"L{_p(points[-1])}"])


def _towards(here: Point, there: Point) -> Point:
    """A corner's length from here towards there, at most half the way."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    step = min(CORNER, (abs(dx) + abs(dy)) / 2)
    return here[0] + step * _sign(dx), here[1] + step * _sign(dy)


# ------------------------------------------------------------------ the legend

_WORDS: Final = {"on_demand": "look-up on demand", "enhance": "look-up"}
Place = tuple[int, float, str]


def _legend(picture: Picture, room: float) -> list[Place]:
    """Where each kind that the picture has is explained: row, x, kind."""
    have = {node.kind for node in picture.nodes}
    kinds = [kind for kind in KINDS if kind in have]
    kinds += ["way"] + (["dashed"] if any(edge.kind == "asks" for edge in picture.edges) else [])
    places: list[Place] = []
    row, x = 0, 0.0
    for kind in kinds:
        long = width(_meaning(kind), SIZES["legend"][0]) + 26
        if x and x + long > room:
            row, x = row + 1, 0.0
        places.append((row, x, kind))
        x += long + 16
    return places


def _meaning(kind: str) -> str:
    lines = {
        "way": "the way of a lead; a lead that is sold leaves the route",
        "dashed": "asks, at its turn: paid for only then",
    }
    return lines.get(kind) or _WORDS.get(kind, kind)


def _foot(places: Iterable[Place], top: float) -> Iterator[str]:
    for row, x, kind in places:
        y = top + 22 * row
        style = f' class="{kind}"' if kind in KINDS else ""
        yield f'<g{style} transform="translate({_n(MARGIN + x)} {_n(y)})">'
        if kind in KINDS:
            yield _rect(Rect(0, -9, 14, 11, "bar", 3))
        else:
            line = "way dashed" if kind == "dashed" else "way"
            yield f'<path class="{line}" d="M0 -3.5 L16 -3.5"/>'
        yield _text(Text(22, 0, _meaning(kind), "legend"))
        yield "</g>"


# ------------------------------------------------------------------ numbers and texts


def _n(number: float) -> str:
    """A number with one decimal at most: short, and the same on every machine."""
    return f"{round(number, 1):g}" if abs(number) < 100_000 else f"{number:.0f}"


def _p(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _x(text: str) -> str:
    return escape(clean(text))
