"""What changed, as a document: what must be done first, what should be known, and what asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadflow_engine.instructions.blocks import Block, Bullets, Document, Heading, Paragraph
from leadflow_engine.instructions.records import ACT, KNOW, NOTHING, Changes

_HEADINGS: Final = (
    (ACT, "You must act"),
    (KNOW, "You should know"),
    (NOTHING, "Nothing to do"),
)


def changes_document(told: Changes) -> Document:
    """The document for a supplier or a buyer."""
    return Document(f"What changes: {told.flow}", f"For {told.title or told.name}", tuple(_blocks(told)))


def _blocks(told: Changes) -> Iterator[Block]:
    if not told.changes:
        yield Paragraph((f"Nothing changes for this {told.kind}.",))
    for urgency, title in _HEADINGS:
        if told.of(urgency):
            yield Heading(title)
            yield Bullets(told.of(urgency))
