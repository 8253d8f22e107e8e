"""Credits of what was billed before: each settles invoices from the moment on at which it was given, whether or not it
stands on an invoice by now."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CENT: Final = 10_000
"""A cent in millionths."""

LATE = (
    "SELECT l.at, -l.amount, coalesce(n.id, 0) FROM ledger l "
    "LEFT JOIN invoice_line i ON i.lead = l.lead AND i.kind = l.kind AND i.cause = l.key "
    "LEFT JOIN invoice n ON n.number = i.invoice "
    "WHERE l.account = 'buyer/' || ?1 AND l.amount < 0 AND EXISTS ("
    "SELECT 1 FROM invoice_line s JOIN invoice b ON b.number = s.invoice WHERE s.lead = l.lead AND s.kind = 'sale' "
    "AND s.delivery = l.delivery AND (n.id IS NULL OR b.id < n.id)) ORDER BY l.at"
)


@dataclass(frozen=True, slots=True)
class Credit:
    """What a buyer is credited for a sale that an earlier invoice has: when (ISO), how much (millionths), and the id of
    the invoice on which the credit stands, 0 where it stands on none yet."""

    at: str
    amount: int
    invoice: int


def late_credits(connection: sqlite3.Connection, buyer: str) -> list[Credit]:
    """A buyer's credits of that kind, the oldest first."""
    return [Credit(*row) for row in connection.execute(LATE, (buyer,))]


def credited_on(late: Sequence[Credit], invoice: int) -> int:
    """What of an invoice is credit that settles others: what it charges is so much more than it comes to."""
    return sum(each.amount for each in late if each.invoice == invoice)


def in_cents(amount: int) -> int:
    """Millionths in whole cents, half to even: nobody can pay less than a cent."""
    cents, rest = divmod(amount, CENT)
    more = rest * 2 > CENT or (rest * 2 == CENT and cents % 2 == 1)
    return (cents + more) * CENT
