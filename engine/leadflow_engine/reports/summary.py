"""The closing table of many leads: what they came to and brought, how long they took, why not more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.text import Text

from leadflow_engine.reports.amounts import duration, money, share
from leadflow_engine.reports.layout import Lines, command_line, hang, padded, painted
from leadflow_engine.reports.tally import Tally, commonest
from leadflow_engine.reports.words import STYLES, word
from leadflow_engine.texts.counted import counted

ALWAYS = ("sold", "unsold", "refused")
"""Outcomes whose row stands even where no lead has them."""
ORDER = (
    "sold",
    "fallback",
    "unsold",
    "refused",
    "returned",
    "held",
    "pending",
    "in_doubt",
    "error",
    "running",
)
SHOWN_UNREAD = 5
SIDE_BY_SIDE = 64
"""Columns from which on money and times stand beside the outcomes and not under them."""


def summary(tally: Tally, currency: str, width: int, journal: str = "", timed: bool = True) -> Lines:
    """The closing table. ``journal`` names the file where all of it is kept, for what to do next; ``timed`` is false
    where durations mean nothing (a dry run)."""
    times = _times(tally) if timed else []
    lines = _side_by_side([_outcomes(tally), _amounts(tally, currency), times], width)
    notes = [*_why_not(tally, width), *_records(tally, width)]
    notes += _next(tally, journal, width) if journal else []
    return [*lines, Text(""), *notes] if notes else lines


def _outcomes(tally: Tally) -> Lines:
    whole = sum(tally.outcomes.values())
    shown = [each for each in ORDER if tally.outcomes[each] or each in ALWAYS]
    digits = max((len(f"{tally.outcomes[each]:,}") for each in shown), default=1)
    return [
        padded(word(each), 9, style=STYLES.get(each, ""))
        + padded(f"{tally.outcomes[each]:,}", max(digits, 4), right=True)
        + padded(share(tally.outcomes[each], whole), 10, right=True)
        for each in shown
    ]


def _amounts(tally: Tally, currency: str) -> Lines:
    amounts = {
        "revenue": tally.revenue,
        "cost": tally.cost,
        "look-ups": tally.look_ups,
        "margin": tally.margin,
    }
    shown = {name: money(amount, currency) for name, amount in amounts.items()}
    digits = max(map(len, shown.values()))
    return [Text(f"{name:<10}") + padded(amount, digits, right=True) for name, amount in shown.items()]


def _times(tally: Tally) -> Lines:
    times = {f"p{percent}": tally.leads.percentile(percent) for percent in (50, 99)}
    shown = {name: duration(took) for name, took in times.items() if took is not None}
    digits = max(map(len, shown.values()), default=0)
    return [Text(f"{name:<5}") + padded(took, digits, right=True) for name, took in shown.items()]


def _side_by_side(columns: list[Lines], width: int) -> Lines:
    columns = [column for column in columns if column]
    if width < SIDE_BY_SIDE:
        return [Text(" ") + line for column in columns for line in column]
    widths = [max(line.cell_len for line in column) for column in columns]
    rows = []
    for cells in zip_longest(*columns, fillvalue=Text("")):
        row = Text(" ")
        for cell, room in zip(cells, widths, strict=True):
            row += cell + Text(" " * (room - cell.cell_len + 5))
        row.rstrip()
        rows.append(row)
    return rows


def _why_not(tally: Tally, width: int) -> Iterator[Text]:
    for name, outcomes in (("why not", ("unsold", "error")), ("refused", ("refused",))):
        found = commonest(tally, outcomes)
        if found:
            said = "   ".join(f"{reason} ({leads:,})" for reason, leads in found)
            yield from hang(Text(f" {name:<9}  "), painted(said), "", width)
    for why, sales in tally.unpriced.most_common():
        said = f"{counted(sales, 'sale')} brought nothing: {why}"
        yield from hang(Text(" no price   ", style="bold red"), painted(said), "", width)


def _records(tally: Tally, width: int) -> Iterator[Text]:
    """What is worth knowing of the records: those an earlier run had ended, tests, those not readable."""
    said = [
        f"{counted(tally.how['known'], 'lead')} as an earlier run left them" * bool(tally.how["known"]),
        f"{counted(tally.how['resumed'], 'lead')} gone on with after an interruption"
        * bool(tally.how["resumed"]),
        f"{counted(tally.tests, 'test lead')}, which sells nothing and costs nothing" * bool(tally.tests),
    ]
    for each in filter(None, said):
        yield from hang(Text(" records    "), painted(each), "", width)
    for number, line, problem in tally.unread[:SHOWN_UNREAD]:
        where = (
            problem if problem.startswith("line ") else f"line {line}: {problem}"
        )  # some name it themselves
        head = Text(" not read   ", style="bold red")
        yield from hang(head, painted(f"record {number}, {where}"), "", width)
    more = len(tally.unread) - SHOWN_UNREAD
    if more > 0:
        yield Text(f" not read   and {more:,} more")


def _next(tally: Tally, journal: str, width: int) -> Lines:
    """Where all of it is kept, and the command that is worth giving now."""
    db = f"--db {journal}"
    if tally.outcomes["in_doubt"] or tally.outcomes["pending"]:
        command = f"leadflow doubt list {db}"
    elif tally.outcomes["held"]:
        command = f"leadflow work {db}"
    else:
        command = f"leadflow trace --last {db}"
    beside = command_line(" journal    ", f"{journal}    next:  {command}")
    if beside.cell_len <= width:
        return [beside]
    return [*hang(Text(" journal    "), painted(journal), "", width), command_line(" next       ", command)]
