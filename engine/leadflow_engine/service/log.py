"""What operators read: a line an event on standard error. Nothing of a lead but its id stands in it."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What would move a terminal's cursor, or turn the order of a text round."""

AGAIN: Final = 30.0
"""Seconds for which the same trouble is not told again."""


@dataclass(slots=True)
class Log:
    """Says lines; the same trouble once in a while."""

    say: Callable[[str], None]
    told: dict[str, float] = field(default_factory=dict)

    def line(self, text: str) -> None:
        """One event."""
        self.say(_UNSEEN.sub("\ufffd", text))

    def trouble(self, text: str) -> None:
        """Something that may come a thousand times a second."""
        now = time.monotonic()
        if now - self.told.get(text, -AGAIN) >= AGAIN:
            if len(self.told) > 1000:
                self.told.clear()
            self.told[text] = now
            self.line(text)

    def mistake(self, what: str, error: BaseException) -> None:
        """A mistake of ours: its kind and place, never its values."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
        self.trouble(f"{what!r}: {type(error).__name__} at {place}; please report it")
