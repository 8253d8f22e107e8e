"""Invoices as a page, as CSV and as JSON."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.text import Text

from leadflow_engine.operations.contracts import Contract
from leadflow_engine.reports.amounts import money, plain_amount
from leadflow_engine.reports.balances import exact
from leadflow_engine.reports.layout import Lines, safe, table
from leadflow_engine.reports.spreadsheet import csv_text
from leadflow_engine.store.credits import CENT
from leadflow_engine.store.invoices import Invoice, Line
from leadflow_engine.store.payments import Settlement
from leadflow_engine.texts.counted import counted

WORDS: Final = {"sale": "lead", "return": "return", "adjustment": "adjustment"}
HEADS: Final = ("sold", "what", "lead", "reference", "amount")
COLUMNS: Final = (
    "invoice",
    "month",
    "due",
    "at",
    "what",
    "lead",
    "delivery",
    "reference",
    "amount",
    "currency",
)


def invoice_lines(invoice: Invoice, contract: Contract, settled: Settlement | None) -> Lines:
    """The invoice as a page."""
    head = Text(f"invoice {invoice.number or '(draft)'}", style="bold")
    lines: Lines = [head + Text(f"  {safe(contract.title)}  {invoice.month}")]
    lines += [Text(f"{name:<10}{value}") for name, value in _facts(invoice, contract)]
    rows = [HEADS, *(_row(line, invoice) for line in invoice.lines)]
    if invoice.rounding:
        rows.append(("", "rounding", "", "", plain_amount(_amount(invoice.rounding))))
    first, *rest = table(rows, frozenset({4}))
    lines += [Text(""), Text(first, style="bold"), *(Text(line) for line in rest), Text("")]
    lines.append(Text(f"{'total':<10}{money(amount_of(invoice), invoice.currency)}  ({_counted(invoice)})"))
    if settled is not None:
        lines.append(Text(f"{'open':<10}{_open(settled, invoice)}"))
    return lines


def _facts(invoice: Invoice, contract: Contract) -> Iterator[tuple[str, str]]:
    if invoice.number:
        yield "issued", _day(invoice.issued_at, invoice)
    if invoice.due_at is not None:
        terms = f" (net {contract.days})" if contract.days is not None else ""
        yield (
            "due",
            (_day(invoice.due_at, invoice) + terms)
            if invoice.number
            else f"{contract.days} days after it is issued",
        )


def _open(settled: Settlement, invoice: Invoice) -> str:
    if invoice.amount <= 0:
        return "nothing: it settles what is open, the oldest first"
    if settled.paid_at is None:
        open_ = Decimal(settled.open) / 1_000_000
        more = settled.open - invoice.amount
        why = ", as a credit on it settled an earlier invoice" if more >= CENT else ""
        return money(open_, invoice.currency) + why
    zone = ZoneInfo(invoice.zone)
    days = (settled.paid_at.astimezone(zone).date() - settled.issued_at.astimezone(zone).date()).days
    return f"nothing: paid {_day(settled.paid_at, invoice)}, after {counted(days, 'day')}"


def _row(line: Line, invoice: Invoice) -> tuple[str, ...]:
    at = f"{line.at.astimezone(ZoneInfo(invoice.zone)):%Y-%m-%d %H:%M}"
    return at, WORDS[line.kind], line.lead, safe(line.reference), plain_amount(_amount(line.amount))


def _counted(invoice: Invoice) -> str:
    found = Counter(WORDS[line.kind] for line in invoice.lines)
    return ", ".join(counted(number, word) for word, number in found.items())


def _day(at: datetime.datetime, invoice: Invoice) -> str:
    return f"{at.astimezone(ZoneInfo(invoice.zone)):%Y-%m-%d}"


def amount_of(invoice: Invoice) -> Decimal:
    """What an invoice comes to."""
    return _amount(invoice.amount)


def _amount(amount: int) -> Decimal:
    return exact(Decimal(amount) / 1_000_000) or Decimal("0.00")


def invoice_csv(invoices: Sequence[Invoice]) -> str:
    """A row a line, for spreadsheets."""
    rows: list[Sequence[object]] = [COLUMNS]
    for invoice in invoices:
        rows += [_cells(line, invoice) for line in invoice.lines]
        rows += [_rounding(invoice)] if invoice.rounding else []
    return csv_text(rows)


def _rounding(invoice: Invoice) -> tuple[object, ...]:
    """What the whole cents of an invoice differ from its lines."""
    empty = ("", "rounding", "", "", "", _amount(invoice.rounding), invoice.currency)
    return (invoice.number or "draft", invoice.month, _due(invoice), *empty)


def _due(invoice: Invoice) -> str:
    return _day(invoice.due_at, invoice) if invoice.due_at else ""


def _cells(line: Line, invoice: Invoice) -> tuple[object, ...]:
    return (
        invoice.number or "draft",
        invoice.month,
        _due(invoice),
        f"{line.at:%Y-%m-%dT%H:%M:%SZ}",
        WORDS[line.kind],
        line.lead,
        line.delivery,
        line.reference,
        _amount(line.amount),
        invoice.currency,
    )


def invoice_object(invoice: Invoice, contract: Contract, settled: Settlement | None) -> dict[str, Any]:
    """An invoice as JSON; ``number`` is null for a draft."""
    return {
        "number": invoice.number or None,
        "buyer": invoice.buyer,
        "title": contract.title,
        "month": invoice.month,
        "issued": _day(invoice.issued_at, invoice) if invoice.number else None,
        "due": _day(invoice.due_at, invoice) if invoice.due_at else None,
        "currency": invoice.currency,
        "amount": amount_of(invoice),
        "rounding": _amount(invoice.rounding),
        "open": _amount(settled.open) if settled else None,
        "paid": _day(settled.paid_at, invoice) if settled and settled.paid_at else None,
        "lines": [
            {
                "at": line.at,
                "what": WORDS[line.kind],
                "lead": line.lead,
                "delivery": line.delivery,
                "reference": line.reference or None,
                "amount": _amount(line.amount),
            }
            for line in invoice.lines
        ],
    }
