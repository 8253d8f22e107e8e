"""Invoices: what a buyer is billed, line by line as the ledger has it. What was issued never changes."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.core import Core
from leadflow_engine.store.credits import in_cents

ENTRIES = (
    "SELECT l.lead, l.kind, l.key, l.delivery, l.at, l.amount, coalesce(d.reference, '') FROM ledger l "
    "LEFT JOIN delivery d ON d.lead = l.lead AND d.buyer || '/' || d.number = l.delivery "
    "WHERE l.account = ? AND l.at < ? AND NOT EXISTS (SELECT 1 FROM invoice_line i WHERE i.lead = l.lead "
    "AND i.kind = l.kind AND i.cause = l.key) ORDER BY l.at, l.lead, l.key"
)
LINES = (
    "SELECT i.lead, i.kind, i.cause, i.delivery, i.at, i.amount, coalesce(d.reference, '') FROM invoice_line i "
    "LEFT JOIN delivery d ON d.lead = i.lead AND d.buyer || '/' || d.number = i.delivery "
    "WHERE i.invoice = ? ORDER BY i.position"
)
INVOICES = "SELECT number, buyer, month, currency, amount, issued_at, due_at, zone FROM invoice "


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger on an invoice: a sale, or a credit (negative). ``amount`` in millionths; ``reference`` is
    the buyer's own name of the lead."""

    lead: str
    kind: str
    cause: str
    delivery: str
    at: datetime.datetime
    amount: int
    reference: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a buyer is billed for a month (``2026-11``, in its ``zone``). ``number`` is "" for a draft; ``due_at`` is
    None where the buyer has no terms."""

    number: str
    buyer: str
    month: str
    currency: str
    amount: int
    issued_at: datetime.datetime
    due_at: datetime.datetime | None
    zone: str
    lines: tuple[Line, ...] = field(default=())

    @property
    def rounding(self) -> int:
        """What the whole cents of the invoice differ from its lines: less than a cent, and made good on the next."""
        return self.amount - sum(line.amount for line in self.lines)


def unbilled(connection: sqlite3.Connection, buyer: str, until: datetime.datetime) -> tuple[Line, ...]:
    """What is to be billed to a buyer: its entries from before ``until`` that stand on no invoice."""
    return _lines(connection.execute(ENTRIES, (f"buyer/{buyer}", iso(until))))


def total_of(connection: sqlite3.Connection, buyer: str, lines: Sequence[Line]) -> int:
    """What an invoice of these lines comes to, in whole cents: half to even, with what earlier ones rounded away."""
    rest = connection.execute(
        "SELECT coalesce((SELECT sum(i.amount) FROM invoice_line i JOIN invoice n ON n.number = i.invoice "
        "WHERE n.buyer = ?1), 0) - coalesce((SELECT sum(amount) FROM invoice WHERE buyer = ?1), 0)",
        (buyer,),
    ).fetchone()[0]
    return in_cents(int(rest) + sum(line.amount for line in lines))


def issue(core: Core, draft: Invoice, until: datetime.datetime, by: str) -> str:
    """Issue an invoice over what is to be billed by now. Gives its number; "" where there is nothing to bill."""
    lines = unbilled(core.connection, draft.buyer, until)
    if not lines:
        return ""
    year = draft.issued_at.astimezone(ZoneInfo(draft.zone)).strftime("%Y")
    row = core.connection.execute(
        "SELECT count(*) FROM invoice WHERE number LIKE ?", (f"{year}-%",)
    ).fetchone()
    number = f"{year}-{row[0] + 1:04}"
    core.connection.execute(
        "INSERT INTO invoice (number, buyer, month, currency, amount, issued_at, due_at, zone, by) "
        "VALUES (?,?,?,?,?,?,?,?,?)",
        (
            number,
            draft.buyer,
            draft.month,
            draft.currency,
            total_of(core.connection, draft.buyer, lines),
            iso(draft.issued_at),
            iso(draft.due_at) if draft.due_at else None,
            draft.zone,
            text(by),
        ),
    )
    core.connection.executemany(
        "INSERT INTO invoice_line VALUES (?,?,?,?,?,?,?,?)",
        [
            (number, place, line.lead, line.kind, line.cause, line.delivery, iso(line.at), line.amount)
            for place, line in enumerate(lines, start=1)
        ],
    )
    return number


def issued(connection: sqlite3.Connection, buyer: str, month: str = "") -> list[Invoice]:
    """A buyer's invoices with their lines, oldest first; those of one month, or all."""
    rows = connection.execute(
        INVOICES + "WHERE buyer = ?1 AND (?2 = '' OR month = ?2) ORDER BY id", (buyer, month)
    ).fetchall()
    return [_invoice(connection, row) for row in rows]


def _invoice(connection: sqlite3.Connection, row: tuple[str, ...]) -> Invoice:
    number, buyer, month, currency, amount, issued_at, due_at, zone = row
    lines = _lines(connection.execute(LINES, (number,)))
    due = moment(due_at) if due_at else None
    return Invoice(number, buyer, month, currency, int(amount), moment(issued_at), due, zone, lines)


def _lines(rows: sqlite3.Cursor) -> tuple[Line, ...]:
    return tuple(
        Line(lead, kind, cause, delivery, moment(at), amount, reference)
        for lead, kind, cause, delivery, at, amount, reference in rows
    )
