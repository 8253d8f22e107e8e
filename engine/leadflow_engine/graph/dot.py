"""The picture in the language of Graphviz, for those who lay it out themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from leadflow_engine.graph.measure import clean
from leadflow_engine.graph.palette import KINDS
from leadflow_engine.graph.picture import Edge, Group, Member, Node, Picture, Row, members

LONGEST: Final = 160
COLUMNS: Final = 6


def write_dot(picture: Picture) -> str:
    """The picture as a digraph: stages as tables, frames as clusters."""
    frames = {frame.id: frame for frame in picture.frames}
    lines = [
        f"digraph {_quoted(picture.name)} {{",
        f"  label={_quoted(picture.title or picture.name)}; labelloc=t; fontsize=20;",
        '  compound=true; rankdir=TB; fontname="Helvetica";',
        '  node [shape=plain, fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=10, color="#64748b"];',
        *(f"  {line}" for line in _members(picture.root.members)),
        *(f"  {_edge(edge, frames)}" for edge in picture.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _members(group: Iterable[Member]) -> Iterator[str]:
    for each in group:
        if isinstance(each, Node):
            yield f"{_quoted(each.id)} [label={_label(each)}];"
        elif each.kind:
            name = " ".join((each.name, *(line.text for line in each.lines)))
            yield f"subgraph {_quoted(f'cluster {each.id}')} {{"
            yield f'  label={_quoted(name)}; style=rounded; color="#94a3b8";'
            yield from (f"  {line}" for line in _members(each.members))
            yield "}"
        else:
            yield from _members(each.members)


def _edge(edge: Edge, frames: dict[str, Group]) -> str:
    """A way to or from a frame ends at its border, though Graphviz wants a node in it to be named."""
    said = [f"label={_quoted(edge.label)}"] if edge.label else []
    said += ['style=dashed, color="#0d9488"'] if edge.kind == "asks" else []
    start, end = edge.start, edge.end
    if start in frames:
        said.append(f"ltail={_quoted(f'cluster {start}')}")
        start = _inside(frames[start])[-1]
    if end in frames:
        said.append(f"lhead={_quoted(f'cluster {end}')}")
        end = _inside(frames[end])[0]
    told = f" [{', '.join(said)}]" if said else ""
    return f"{_quoted(start)} -> {_quoted(end)}{told};"


def _inside(frame: Group) -> list[str]:
    return [each.id for each in members(frame) if isinstance(each, Node)]


def _label(node: Node) -> str:
    """A label in Graphviz's own kind of HTML."""
    colour = KINDS.get(node.kind, ("#334155", ""))[0]
    kind = "" if node.kind in {node.name, "if", "pass"} else f"{node.kind.replace('_', ' ')} "
    title = f" {_html(node.title)}" if node.title else ""
    head = f"{_html(kind)}<B>{_html(node.name)}</B>{title}"
    rows = [f'<TR><TD COLSPAN="{COLUMNS}" ALIGN="LEFT">{head}</TD></TR>']
    rows += [f'<TR><TD COLSPAN="{COLUMNS}" ALIGN="LEFT">{_html(line.text)}</TD></TR>' for line in node.lines]
    rows += [_row(row) for row in node.rows]
    style = ' STYLE="DASHED"' if node.kind == "on_demand" else ""
    table = f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="2" COLOR="{colour}"{style}>'
    return f"<{table}{''.join(rows)}</TABLE>>"


def _row(row: Row) -> str:
    asks = (f"asks {', '.join(row.asks)}",) if row.asks else ()
    cells = (
        (row.place,),
        (row.buyer, row.title),
        row.price,
        row.cap,
        row.hours,
        (", ".join(row.marks), *asks),
    )
    return f"<TR>{''.join(_cell(texts) for texts in cells)}</TR>"


def _cell(texts: Iterable[str]) -> str:
    said = "<BR/>".join(_html(text) for text in texts if text)
    return f'<TD ALIGN="LEFT" VALIGN="TOP">{said}</TD>'


def _html(text: str) -> str:
    text = clean(text)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    for sign, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, code)
    return text


def _quoted(text: str) -> str:
    text = clean(text)[:LONGEST]
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
