"""Weekly statements as a table, as CSV and as JSON. A buyer's amounts are what it owes, a source's what it is owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.text import Text

from leadflow_engine.operations.weekly import Statement
from leadflow_engine.reports.amounts import plain_amount
from leadflow_engine.reports.balances import exact
from leadflow_engine.reports.layout import Lines, safe, table
from leadflow_engine.reports.spreadsheet import csv_text
from leadflow_engine.texts.counted import counted

COLUMNS: Final = ("party", "name", "week", "at", "what", "lead", "delivery", "reference", "amount", "balance")
HEADS: Final = ("", "name", "before", "charged", "paid", "balance", "")
WORDS: Final = {
    "sale": "lead",
    "return": "return",
    "adjustment": "adjustment",
    "source": "lead",
    "source_return": "given back",
    "payment": "payment",
}


SOLD: Final = ("sale", "source")
BACK: Final = ("return", "source_return")


def _sign(statement: Statement) -> int:
    return 1 if statement.kind == "buyer" else -1


def _amount(statement: Statement, amount: int) -> Decimal:
    return exact(Decimal(_sign(statement) * amount) / 1_000_000) or Decimal("0.00")


def rows_of(statement: Statement) -> Iterator[tuple[object, ...]]:
    """What was open before, each entry with what is open after it, and what is open at the end."""
    zone, balance = ZoneInfo(statement.zone), statement.movements.before
    place = (statement.kind, statement.name, statement.week)
    yield (*place, "", "before", "", "", "", "", _amount(statement, balance))
    for one in statement.movements.entries:
        balance += one.amount
        at = f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        said = (at, WORDS[one.kind], one.lead, one.delivery, one.reference)
        yield (*place, *said, _amount(statement, one.amount), _amount(statement, balance))
    yield (*place, "", "after", "", "", "", "", _amount(statement, balance))


def statement_csv(found: Sequence[Statement]) -> str:
    """All statements in one table, for spreadsheets."""
    return csv_text([COLUMNS, *(row for one in found for row in rows_of(one))])


def statement_lines(found: Sequence[Statement]) -> Lines:
    """A line a party."""
    rows = [HEADS, *(_summed(one) for one in found)]
    first, *rest = table(rows, frozenset({2, 3, 4, 5}))
    return [Text(first, style="bold"), *(Text(line) for line in rest)]


def _summed(one: Statement) -> tuple[str, ...]:
    entries = one.movements.entries
    charged = sum(each.amount for each in entries if each.kind != "payment")
    paid = -sum(each.amount for each in entries if each.kind == "payment")
    amounts = (one.movements.before, charged, paid, one.movements.before + charged - paid)
    return (one.kind, safe(one.name), *(plain_amount(_amount(one, each)) for each in amounts), _counted(one))


def _counted(one: Statement) -> str:
    """The leads that were charged (of a source: earned), and those that came back: ``3 leads, 1 return``."""
    kinds = {
        kind: {each.lead for each in one.movements.entries if each.kind in kind} for kind in (SOLD, BACK)
    }
    returns = [counted(len(kinds[BACK]), "return")] if kinds[BACK] else []
    return ", ".join([counted(len(kinds[SOLD]), "lead"), *returns])


def statement_object(one: Statement) -> dict[str, Any]:
    """A statement as JSON."""
    names = ("at", "what", "lead", "delivery", "reference", "amount", "balance")
    rows = [dict(zip(names, row[3:], strict=True)) for row in rows_of(one)]
    return {
        "party": one.kind,
        "name": one.name,
        "week": one.week,
        "before": rows[0]["balance"],
        "after": rows[-1]["balance"],
        "entries": rows[1:-1],
    }
