"""What happened, in people's words and colours."""

from __future__ import annotations

from collections.abc import Mapping

STYLES: Mapping[str, str] = {
    "sold": "bold green",
    "fallback": "green",
    "success": "green",
    "accepted": "green",
    "unsold": "yellow",
    "refused": "yellow",
    "returned": "yellow",
    "held": "cyan",
    "pending": "cyan",
    "in_doubt": "bold magenta",
    "error": "bold red",
    "timeout": "red",
}

WORDS: Mapping[str, str] = {
    "in_doubt": "in doubt",
    "no_bid": "no bid",
    "not_asked": "not asked",
    "not_sent": "not sent",
}
"""Words for what happened, as people write them."""


def word(outcome: str | None) -> str:
    """An outcome as people write it; a lead that has none yet is running."""
    return WORDS.get(outcome or "", outcome or "not finished")
