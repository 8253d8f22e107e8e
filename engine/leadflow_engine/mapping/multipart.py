"""``multipart/form-data``: parts with a boundary that stands in none of them (RFC 7578)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from leadflow_engine.mapping.bodies import flat, scalar
from leadflow_engine.mapping.tree import Node

CONTENT_TYPE: Final = "multipart/form-data; boundary="
_LINE: Final = "\r\n"
_NAME: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""How a part's name is escaped, by the HTML standard's form submission."""


def multipart_body(root: Node, values: Sequence[object], keep_blanks: bool) -> str:
    """The body, beginning with its boundary. The same values give the same bytes."""
    parts = [(name, scalar(value, str)) for name, value in flat(root, values, keep_blanks)]
    boundary = _boundary(parts)
    written = "".join(f"--{boundary}{_LINE}{_head(name)}{text}{_LINE}" for name, text in parts)
    return f"{written}--{boundary}--{_LINE}"


def _head(name: str) -> str:
    quoted = name.translate(_NAME)
    return f'Content-Disposition: form-data; name="{quoted}"{_LINE}{_LINE}'


def _boundary(parts: Sequence[tuple[str, str]]) -> str:
    """Made of the content, so that it cannot be known by who wrote the content; made again while it stands there."""
    seed = "\0".join(f"{name}\0{text}" for name, text in parts).encode("utf-8", "replace")
    while True:
        seed = hashlib.sha256(seed).digest()
        boundary = f"leadflow-{seed.hex()[:32]}"
        if not any(boundary in text or boundary in name for name, text in parts):
            return boundary


def content_type(body: str) -> str:
    """The content type of a body that ``multipart_body`` made: with the boundary in its first line."""
    return CONTENT_TYPE + body.partition(_LINE)[0].removeprefix("--").removesuffix("--")
