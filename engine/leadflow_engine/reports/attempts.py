"""Which other attempts there are at a lead, in its story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from leadflow_engine.reports.layout import hang, padded, painted


def attempt_lines(summary: Mapping[str, Any], width: int) -> Iterator[Text]:
    """The attempt before and the one after; nothing where this is the only one."""
    for row in summary.get("attempts", ()):
        number, other, because = row["attempt"], row["lead"], row["because"]
        if row["is"] == "before":
            said = f"{number + 1}; attempt {number} was {other}, offered again because: {because}"
        else:
            said = f"{number - 1}; attempt {number} is {other}, because: {because}"
        head = Text("  ") + padded("attempt", 10, style="bold") + Text("  ")
        yield from hang(head, painted(said), "", width)
