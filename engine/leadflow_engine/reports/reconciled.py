"""A buyer's statement held against the journal, as a table, JSON or CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from rich.text import Text

from leadflow_engine.operations.reconciling import KINDS, Compared, Line, settling
from leadflow_engine.reports.amounts import money, plain_amount
from leadflow_engine.reports.layout import Lines, command_line, hang, painted, safe, table
from leadflow_engine.reports.spreadsheet import csv_text
from leadflow_engine.texts.counted import counted

SHOWN: Final = 30
"""How many lines of a kind are told; a file has all of them (``--format csv``)."""
HEADS: Final = ("line", "lead", "reference", "sold", "ours", "theirs")


def reconciled_lines(compared: Compared, path: str, again: str, width: int) -> Lines:
    """The sums, then each kind of line that is not agreed on, then what can be done: ``again`` is the command that was
    given."""
    lines = [painted(_title(compared, path), "bold"), *_sums(compared), Text("")]
    for kind, title in KINDS.items():
        mine = [line for line in compared.lines if line.kind == kind]
        if mine and kind != "agreed":
            lines += [painted(title, "bold"), *_of_kind(mine, width)]
            unsure = _unsettled(compared, kind)
            lines += [*hang(Text("  "), painted(unsure), "", width)] if unsure else []
            lines += [Text("")]
    return [*lines, *_next(compared, again)]


def _unsettled(compared: Compared, kind: str) -> str:
    """Why nothing follows of a kind's absence from the statement."""
    why = {"absent": compared.unsure, "beyond": "the statement says nothing of these days"}.get(kind)
    return f"not settled by --settle, as {why}" if why else ""


def _title(compared: Compared, path: str) -> str:
    if compared.span is None:
        return f"{compared.buyer}: {path} against all that is ours (its rows have no dates){_sums_said(compared)}"
    start, end = compared.span.start, compared.span.end
    days = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    return f"{compared.buyer}: {path} against {days}{_sums_said(compared)}"


def _sums_said(compared: Compared) -> str:
    return f"; {counted(compared.sums, 'row')} of sums passed over" if compared.sums else ""


def _sums(compared: Compared) -> Lines:
    found = Counter(line.kind for line in compared.lines)
    rows: list[Sequence[str]] = [("", "leads", "ours", "theirs")]
    for kind, title in KINDS.items():
        if found[kind] or kind in {"agreed", "theirs", "ours", "price"}:
            mine = [line for line in compared.lines if line.kind == kind]
            rows.append(
                (
                    title,
                    f"{found[kind]:,}",
                    *(_sum(mine, side, compared.currency) for side in ("ours", "theirs")),
                )
            )
    return [Text(f" {line}") for line in table(rows, frozenset({1, 2, 3}))]


def _sum(lines: Sequence[Line], side: str, currency: str) -> str:
    amounts = [amount for line in lines if (amount := getattr(line, side)) is not None]
    return money(sum(amounts, Decimal(0)), currency) if amounts else "-"


def _of_kind(lines: Sequence[Line], width: int) -> Lines:
    first, *rows = table([HEADS, *(_row(line) for line in lines[:SHOWN])], frozenset({0, 4, 5}))
    shown: Lines = [Text(f"  {first}", style="dim")]
    for row, line in zip(rows, lines, strict=False):
        shown += hang(Text("  "), painted(row), "", width)
        shown += hang(Text("        "), painted(line.note, "dim"), "", width) if line.note else []
    if len(lines) > SHOWN:
        shown.append(Text(f"  and {len(lines) - SHOWN:,} more; --format csv has them all"))
    return shown


def _row(line: Line) -> tuple[str, ...]:
    amounts = (plain_amount(each) if each is not None else "-" for each in (line.ours, line.theirs))
    number = f"/{line.number}" if line.number > 1 else ""
    return (
        str(line.line or "-"),
        f"{line.lead or '-'}{number}",
        safe(line.reference or "-", 40),
        line.at[:10] or "-",
        *amounts,
    )


def _next(compared: Compared, again: str) -> Lines:
    kinds = {line.kind for line in compared.lines}
    steps = [f'{again} --settle --because "..."'] if settling(compared) else []
    steps += [f'{again} --adjust --because "..."'] if "price" in kinds else []
    return [command_line("next  ", step) for step in steps]


def reconciled_object(compared: Compared) -> dict[str, Any]:
    """The same as JSON; times in UTC, amounts as numbers."""
    span = compared.span
    return {
        "buyer": compared.buyer,
        "from": span.start if span else None,
        "to": span.end if span else None,
        "unsure": compared.unsure,
        "sums": compared.sums,
        "counts": dict(Counter(line.kind for line in compared.lines)),
        "lines": [
            {
                "kind": line.kind,
                "line": line.line or None,
                "lead": line.lead or None,
                "number": line.number,
                "reference": line.reference,
                "price": line.ours,
                "their_price": line.theirs,
                "at": line.at or None,
                "note": line.note,
            }
            for line in compared.lines
        ],
    }


def reconciled_csv(compared: Compared) -> str:
    """All lines as CSV."""
    head = ("kind", "line", "lead", "number", "reference", "at", "ours", "theirs", "note")
    rows = [
        (
            one.kind,
            one.line or "",
            one.lead,
            one.number,
            one.reference,
            one.at,
            one.ours,
            one.theirs,
            one.note,
        )
        for one in compared.lines
    ]
    return csv_text([head, *rows])
