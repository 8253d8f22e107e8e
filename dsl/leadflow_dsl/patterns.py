"""Regular expressions of flows: RE2 alone, and of a size at which no text takes long."""

from __future__ import annotations

from typing import Any, Final

LARGEST: Final = 512 * 1024
"""Bytes that a compiled pattern may take. RE2 takes time by the text's length and by the pattern's size: at its own
default, eight megabytes, a pattern can be made that takes minutes."""


def compiled(source: str, flags: str = "") -> Any:
    """A pattern; ``flags`` is any of ``i m s``. Raises ``re2.error`` for what RE2 does not take, or finds too large."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = LARGEST
    return re2.compile(f"(?{flags}){source}" if flags else source, options)
