"""Deliveries of which nobody knows what they came to, in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from leadflow_engine.reports.amounts import plain_amount
from leadflow_engine.reports.layout import Lines, command_line, hang, painted, safe, table
from leadflow_engine.reports.words import word
from leadflow_engine.store import Doubt

HEADS = ("lead", "buyer", "state", "price", "since", "until")


def doubt_lines(doubts: Sequence[Doubt], journal: str, width: int) -> Lines:
    """The deliveries, then how to settle one."""
    if not doubts:
        return [Text("nothing is in doubt")]
    rows: list[Sequence[str]] = [HEADS, *(_row(doubt) for doubt in doubts)]
    first, *lines = table(rows, frozenset({3}))
    shown: Lines = [Text(first, style="bold")]
    for line, doubt in zip(lines, doubts, strict=True):
        shown += hang(Text(""), Text(line), "", width)
        shown += hang(Text("      "), painted(doubt.conflict or doubt.reason, "dim"), "", width)
    doubt = doubts[0]
    command = f'leadflow doubt settle {doubt.lead} {doubt.buyer} sold|declined --because "..." --db {journal}'
    return [*shown, Text(""), command_line("next  ", command)]


def _row(doubt: Doubt) -> tuple[str, ...]:
    state = "conflict" if doubt.conflict else word(doubt.state)
    until = f"{doubt.due:%Y-%m-%d %H:%M}Z" if doubt.due else "somebody says"
    name = doubt.buyer if doubt.number == 1 else f"{doubt.buyer}/{doubt.number}"
    return doubt.lead, safe(name), state, plain_amount(doubt.price), f"{doubt.since:%Y-%m-%d %H:%M}Z", until


def doubt_object(doubt: Doubt) -> dict[str, Any]:
    """The same as JSON; times in UTC."""
    return {
        "lead": doubt.lead,
        "buyer": doubt.buyer,
        "number": doubt.number,
        "state": doubt.state,
        "price": doubt.price,
        "reason": doubt.reason,
        "since": doubt.since,
        "due": doubt.due,
        "conflict": doubt.conflict,
    }
