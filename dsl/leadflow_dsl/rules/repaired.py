"""Which rules have a repair that is certain, at least for some of what they find; a test looks at all examples."""

from __future__ import annotations

from typing import Final

REPAIRED: Final = frozenset(
    "LF101 LF102 LF104 LF105 LF106 LF107 LF110 LF203 LF204 LF205 LF301 LF302 LF305 LF307 LF401 LF405 LF414 "
    "LF603".split()
)
"""Codes of rules whose findings ``lint --fix`` can mend."""
