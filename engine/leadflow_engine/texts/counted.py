"""How many of something, as a person says it."""

from __future__ import annotations

from decimal import Decimal


def counted(number: int | Decimal, word: str, plural: str = "") -> str:
    """``1 lead``, ``1,200 leads``; ``plural`` for words that take more than an s: ``2 batches``."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"
