"""Regular expressions: RE2 only, so that no text, however hostile, takes longer than its length."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import re2

from leadflow_dsl.patterns import compiled

MAX_INPUT = 65_536
"""Characters of a text that are searched."""


@lru_cache(maxsize=1024)
def pattern(source: str, flags: str = "") -> Any:
    """A compiled RE2 pattern; ``flags`` is any of ``i m s``. Raises ``ValueError`` where RE2 refuses it."""
    try:
        return compiled(source, flags)
    except re2.error as problem:
        raise ValueError("not a regular expression of RE2") from problem


def search(source: str, text: str, group: int = 0, flags: str = "") -> str | None:
    """The group of a pattern's first match in a text; None where there is no match, or no such group.

    Raises ``ValueError`` where RE2 refuses the pattern.
    """
    found = pattern(source, flags).search(text[:MAX_INPUT])
    if found is None or not 0 <= group <= found.re.groups:
        return None
    return cast("str | None", found.group(group))
