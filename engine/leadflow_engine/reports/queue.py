"""What waits, in a table; one thing a line, with why where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from leadflow_engine.reports.amounts import plain_amount
from leadflow_engine.reports.layout import Lines, hang, painted, safe, table
from leadflow_engine.reports.words import word
from leadflow_engine.store.waiting import Waiting

HEADS = ("due", "waits", "what", "for", "worth")


def queue_lines(found: Sequence[Waiting], why: bool, width: int) -> Lines:
    """What waits, the soonest due first."""
    if not found:
        return [Text("nothing waits")]
    rows: list[Sequence[str]] = [HEADS, *(_row(one) for one in found)]
    first, *lines = table(rows, frozenset({4}))
    shown: Lines = [Text(first, style="bold")]
    for line, one in zip(lines, found, strict=True):
        shown += hang(Text(""), Text(line), "", width)
        if why:
            shown += hang(Text("      "), painted(one.why, "dim"), "", width)
    return shown


def _row(one: Waiting) -> tuple[str, ...]:
    due = f"{one.due:%Y-%m-%d %H:%M:%S}Z" if one.due else "somebody says"
    worth = plain_amount(one.worth) if one.worth is not None else ""
    return due, word(one.kind), one.what, safe(", ".join(one.whom)), worth


def queue_object(one: Waiting) -> dict[str, Any]:
    """The same as JSON; times in UTC."""
    return {
        "kind": one.kind,
        "what": one.what,
        "for": list(one.whom),
        "due": one.due,
        "worth": one.worth,
        "why": one.why,
    }
