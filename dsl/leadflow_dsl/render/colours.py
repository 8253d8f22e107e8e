"""Colours of a terminal, by what is said."""

from __future__ import annotations

from typing import Final

_CODES: Final = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "gutter": "34",
    "help": "32",
    "bold": "1",
}


def painted(text: str, role: str, colour: bool) -> str:
    """``text`` in the colour of its role, or as it is where colour is not wanted."""
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if colour else text
