"""A flow as a picture: sources, steps, stages, buyers.

``picture_of(flow)`` gives the picture as data; ``WRITERS`` makes text of it, one writer a format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from leadflow_engine.graph.dot import write_dot
from leadflow_engine.graph.draw import picture_of
from leadflow_engine.graph.mermaid import write_mermaid
from leadflow_engine.graph.picture import Edge, Group, Line, Node, Picture, Row
from leadflow_engine.graph.svg import write_svg

WRITERS: Final[Mapping[str, Callable[[Picture], str]]] = {
    "svg": write_svg,
    "mermaid": write_mermaid,
    "dot": write_dot,
}
"""The formats and what writes them."""

SUFFIXES: Final[Mapping[str, str]] = {
    ".svg": "svg",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
}
"""The format that a file's name asks for."""

__all__ = [
    "SUFFIXES",
    "WRITERS",
    "Edge",
    "Group",
    "Line",
    "Node",
    "Picture",
    "Row",
    "picture_of",
]
