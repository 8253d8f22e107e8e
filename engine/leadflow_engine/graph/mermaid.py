"""The picture as a Mermaid flowchart, for pages that draw Mermaid themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from leadflow_engine.graph.measure import clean
from leadflow_engine.graph.picture import Group, Member, Node, Picture, Row

SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "source": ("([", "])"),
    "if": ("{", "}"),
    "pass": ("([", "])"),
    "unsold": ("([", "])"),
    "on_demand": ("[[", "]]"),
}
LONGEST: Final = 240
_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:_/+*=?!-")
CLASSES: Final = (
    "classDef on_demand stroke-dasharray:5 4",
    "classDef waterfall stroke:#4f46e5,stroke-width:2px",
    "classDef auction stroke:#d97706,stroke-width:2px",
    "classDef multisell stroke:#16a34a,stroke-width:2px",
    "classDef fallback stroke:#64748b,stroke-width:2px",
)


def write_mermaid(picture: Picture) -> str:
    """The picture as a flowchart from above. Names and conditions stay text: what Mermaid would read is a code."""
    ids = _ids(picture)
    title = json.dumps(clean(picture.title or picture.name), ensure_ascii=False)
    lines = ["---", f"title: {title}", "---", "flowchart TD"]
    lines += [f"  {line}" for line in _members(picture.root.members, ids)]
    lines += [f"  {_edge(ids, edge.start, edge.end, edge.label, edge.kind)}" for edge in picture.edges]
    lines += [f"  {each}" for each in CLASSES]
    return "\n".join(lines) + "\n"


def _ids(picture: Picture) -> dict[str, str]:
    """Plain names for everything that an edge may name: Mermaid has words of its own."""
    names = [*(node.id for node in picture.nodes), *(frame.id for frame in picture.frames)]
    return {name: f"n{number}" for number, name in enumerate(names, start=1)}


def _members(members: Iterable[Member], ids: Mapping[str, str]) -> Iterator[str]:
    for each in members:
        if isinstance(each, Node):
            yield _node(each, ids)
        elif each.kind:
            yield f"subgraph {ids[each.id]}[{_quoted(_frame(each))}]"
            yield from (f"  {line}" for line in _members(each.members, ids))
            yield "end"
        else:
            yield from _members(each.members, ids)


def _frame(group: Group) -> str:
    return " ".join((group.name, *(line.text for line in group.lines)))


def _node(node: Node, ids: Mapping[str, str]) -> str:
    opening, closing = SHAPES.get(node.kind, ("[", "]"))
    return f"{ids[node.id]}{opening}{_quoted(*_texts(node))}{closing}:::{node.kind.replace('if', 'choice')}"


def _texts(node: Node) -> Iterator[str]:
    kind = "" if node.kind in {node.name, "if", "pass"} else f"{node.kind.replace('_', ' ')}: "
    yield f"{kind}{node.name}{f' ({node.title})' if node.title else ''}"
    yield from (line.text for line in node.lines)
    yield from (_row(row) for row in node.rows)


def _row(row: Row) -> str:
    parts = (", ".join(row.price), ", ".join(row.cap), ", ".join(row.hours), ", ".join(row.marks))
    asks = f"asks {', '.join(row.asks)}" if row.asks else ""
    name = f"#{row.place} {row.buyer}" if row.place else row.buyer
    return " | ".join(part for part in (name, *parts, asks) if part)


def _edge(ids: Mapping[str, str], start: str, end: str, text: str, kind: str) -> str:
    arrow = "-.->" if kind == "asks" else "-->"
    said = f"|{_quoted(text)}|" if text else ""
    return f"{ids[start]} {arrow}{said} {ids[end]}"


def _quoted(*lines: str) -> str:
    """Lines as one text of Mermaid. Every sign that could mean something is written as its code."""
    return '"' + "<br/>".join(_coded(line) for line in lines) + '"'


def _coded(text: str) -> str:
    text = clean(text)
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(char if char in _SAFE or ord(char) > 127 else f"#{ord(char)};" for char in short)
