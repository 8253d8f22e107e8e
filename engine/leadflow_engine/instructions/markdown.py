"""A document as Markdown (CommonMark with tables). What an author wrote stays text, whatever characters it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from leadflow_engine.instructions.blocks import Block, Bullets, Code, Document, Heading, Paragraph, Table
from leadflow_engine.instructions.phrases import Name, Phrase

_MARKUP = re.compile(r"([\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_]))")
_AT_START = re.compile(r"^(\s*)(?:([-+=#])|(\d+)(?=[.)]))")
_RUNS = re.compile("`+")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def markdown(document: Document) -> str:
    """The document; it ends in a line end."""
    head = [f"# {text(document.title)}"] + ([line(document.subtitle)] if document.subtitle else [])
    return "\n\n".join([*head, *(_WRITE[type(block)](block) for block in document.blocks)]) + "\n"


def text(words: str) -> str:
    """Words as text: nothing in them is markup, a link or a line end."""
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", words)).replace("://", ":\u200b//")


def line(words: str) -> str:
    """Words that begin a line, where a hyphen, a hash or a number with a dot would begin something else."""
    return _AT_START.sub(_started, text(words))


def _started(match: re.Match[str]) -> str:
    mark, number = match.group(2), match.group(3)
    return f"{match.group(1)}\\{mark}" if mark else f"{match.group(1)}{number}\u200b"


def code(name: str) -> str:
    """A name in the type of code, fenced by more backticks than it holds in a row."""
    name = _BREAKS.sub(" ", name)
    if not name.strip():
        return "` `"
    fence = "`" * (1 + max((len(run) for run in _RUNS.findall(name)), default=0))
    pad = " " if name[:1] in "` " or name[-1:] in "` " else ""
    return f"{fence}{pad}{name}{pad}{fence}"


def phrase(pieces: Phrase) -> str:
    """A phrase on one line of its own."""
    written = [
        code(piece.text) if isinstance(piece, Name) else text(piece) if place else line(piece)
        for place, piece in enumerate(pieces)
    ]
    return "".join(written)


def _cell(pieces: Phrase) -> str:
    """In a table a bar ends the cell even inside code."""
    shown = (code(p.text).replace("|", "\\|") if isinstance(p, Name) else text(p) for p in pieces)
    return "".join(shown)


def _heading(block: Heading) -> str:
    return f"{'#' * block.level} {text(block.text)}"


def _table(block: Table) -> str:
    rows = [" | ".join(_cell(cell) for cell in row) for row in block.rows]
    head = " | ".join(text(word) for word in block.head)
    return "\n".join(f"| {row} |" for row in (head, " | ".join("---" for _ in block.head), *rows))


def _fenced(block: Code) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in _RUNS.findall(block.text)), default=0))
    caption = f"{line(block.caption)}:\n\n" if block.caption else ""
    return f"{caption}{fence}{block.language}\n{block.text.rstrip(chr(10))}\n{fence}"


_WRITE: Final[Mapping[type[Block], Callable[[Any], str]]] = {
    Heading: _heading,
    Paragraph: lambda block: phrase(block.text),
    Bullets: lambda block: "\n".join(f"- {phrase(item)}" for item in block.items),
    Table: _table,
    Code: _fenced,
}
