"""Payments: what buyers paid in and sources were paid out, with who said so and why. Rows are only ever added."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from leadflow_engine.store.accounts import said
from leadflow_engine.store.codec import iso, micros, moment, text
from leadflow_engine.store.core import Core
from leadflow_engine.store.credits import Credit, credited_on, in_cents, late_credits
from leadflow_engine.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that changed hands. ``party`` is ``buyer/NAME`` or ``source/NAME``; ``amount`` is positive for what a buyer
    pays in or a source is paid out, negative for what goes back. ``reference`` is the bank's, or ""."""

    party: str
    amount: Decimal
    paid_at: datetime.datetime
    by: str
    because: str
    reference: str = ""


def pay(core: Core, payment: Payment) -> bool:
    """Keep a payment. False where one of this reference is kept already: two with the same reference are one. Raises
    ``StoreError`` where that one was of another amount, and for a moment that is still to come."""
    now = core.clock.now()
    if payment.paid_at > now:
        raise StoreError(f"{payment.paid_at:%Y-%m-%d} is still to come: a payment is noted once it is there")
    amount = micros(payment.amount) * (-1 if payment.party.startswith("buyer/") else 1)
    if payment.reference and _known(core.connection, payment, amount):
        return False
    core.connection.execute(
        'INSERT INTO payment (account, amount, paid_at, reference, at, "by", because) VALUES (?,?,?,?,?,?,?)',
        (
            payment.party,
            amount,
            iso(payment.paid_at),
            text(payment.reference),
            iso(now),
            text(payment.by),
            text(payment.because),
        ),
    )
    return True


def _known(connection: sqlite3.Connection, payment: Payment, amount: int) -> bool:
    row = connection.execute(
        "SELECT amount, paid_at FROM payment WHERE account = ? AND reference = ?",
        (payment.party, text(payment.reference)),
    ).fetchone()
    if row is not None and row[0] != amount:
        raise StoreError(
            f"{payment.party.partition('/')[2]} has a payment `{payment.reference}` of {said(abs(row[0]))} "
            f"from {row[1][:10]} already, and this one is of {said(abs(amount))}"
        )
    return row is not None


def parties(connection: sqlite3.Connection, kind: str) -> list[str]:
    """The names of all buyers (``buyer``) or sources (``source``) that the journal knows or that have an account."""
    prefix = f"{kind}/"
    known = {
        row[0][len(prefix) :]
        for row in connection.execute("SELECT name FROM account")
        if row[0].startswith(prefix)
    }
    planned = {
        "buyer": "SELECT DISTINCT buyer FROM plan_buyer",
        "source": "SELECT DISTINCT source FROM lead",
    }
    return sorted(known | {row[0] for row in connection.execute(planned[kind])})


# ------------------------------------------------------------------ how long buyers take


@dataclass(frozen=True, slots=True)
class Settlement:
    """An invoice and when what the buyer had paid by then covered it; None while it does not, and for one that is a
    credit. ``open`` is what is missing, in millionths."""

    number: str
    issued_at: datetime.datetime
    paid_at: datetime.datetime | None
    open: int


def settlements(connection: sqlite3.Connection, buyer: str) -> list[Settlement]:
    """All invoices of a buyer, oldest first, in whole cents. What it pays, and what it is credited, settles the oldest
    first; what it is paid back opens the newest again."""
    invoices = connection.execute(
        "SELECT id, number, amount, issued_at FROM invoice WHERE buyer = ? ORDER BY id", (buyer,)
    ).fetchall()
    late = late_credits(connection, buyer)
    charged = {place: amount + credited_on(late, place) for place, _, amount, _ in invoices}
    funds = _funds(connection, buyer, late)
    have, billed, found = sum(amount for _, amount in funds), 0, []
    for place, number, amount, issued_at in invoices:
        billed += charged[place]
        open_ = max(0, in_cents(min(charged[place], billed - have)))
        covered = amount > 0 and not open_
        paid_at = moment(max(issued_at, _covered_at(funds, billed))) if covered else None
        found.append(Settlement(number, moment(issued_at), paid_at, open_))
    return found


def _funds(connection: sqlite3.Connection, buyer: str, late: Sequence[Credit]) -> list[tuple[str, int]]:
    """What settles a buyer's invoices, with its time: payments (less, paid back) and credits."""
    rows = connection.execute("SELECT paid_at, -amount FROM payment WHERE account = 'buyer/' || ?", (buyer,))
    return sorted([*rows.fetchall(), *((each.at, each.amount) for each in late)])


def _covered_at(funds: Sequence[tuple[str, int]], billed: int) -> str:
    """Since when what came in covers so much; "" where it always did."""
    have, since = 0, ""
    for at, amount in funds:
        before, have = have, have + amount
        if in_cents(billed - before) > 0 >= in_cents(billed - have):
            since = at
    return since


def days_to_pay(connection: sqlite3.Connection, buyer: str, since: datetime.datetime) -> Decimal | None:
    """How many days a buyer took on average from an invoice to its whole payment, of those paid since then; None where
    there were none. What was paid beforehand took no days."""
    lengths = [
        Decimal((one.paid_at - one.issued_at) // datetime.timedelta(seconds=1)) / 86400
        for one in settlements(connection, buyer)
        if one.paid_at is not None and one.paid_at >= since
    ]
    return sum(lengths, Decimal(0)) / len(lengths) if lengths else None
