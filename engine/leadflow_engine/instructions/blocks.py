"""A document as data: what stands in it, in which order. Renderers know these blocks and nothing of flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from leadflow_engine.instructions.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title; ``level`` is 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: words at the head, phrases in the cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be taken as they are. ``caption`` stands above them; ``language`` as editors call it."""

    text: str
    language: str = ""
    caption: str = ""


Block: TypeAlias = Heading | Paragraph | Bullets | Table | Code


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: its title, the line below it, and its blocks."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
