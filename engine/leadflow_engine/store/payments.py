"""Payments: what buyers paid in and sources were paid out, with who said so and why. Rows are only ever added."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.store.accounts import buyer_account, said, source_account
from leadflow_engine.store.codec import iso, micros, moment, text
from leadflow_engine.store.core import Core
from leadflow_engine.store.credits import Credit, credited_on, in_cents, late_credits
from leadflow_engine.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that changed hands. ``party`` is ``buyer/NAME`` or ``source/NAME``; ``amount`` is positive for what a buyer
    pays in or a source is paid out, negative for what goes back. ``reference`` is the bank's, or ""; ``dated``: it was
    said when it was paid, so that another of this reference must be of that day."""

    party: str
    amount: Decimal
    paid_at: datetime.datetime
    by: str
    because: str
    reference: str = ""
    dated: bool = False


COLUMNS: Final = 'account, amount, paid_at, reference, at, "by", because'
INSERT: Final = f"INSERT INTO payment ({COLUMNS}) VALUES (?,?,?,?,?,?,?)"


def pay(core: Core, payment: Payment) -> bool:
    """Keep a payment. False where one of this reference is kept already: two with the same reference are one. Raises
    ``StoreError`` where that one was of another amount, the other way or of another day, and for a moment that is still
    to come. References are the same in whatever case and with whatever blanks."""
    now = core.clock.now()
    if payment.paid_at > now:
        raise StoreError(f"{payment.paid_at:%Y-%m-%d} is still to come: a payment is noted once it is there")
    amount = micros(payment.amount) * (-1 if payment.party.startswith("buyer/") else 1)
    if payment.reference.strip() and _known(core.connection, payment, amount):
        return False
    core.connection.execute(
        INSERT,
        (
            payment.party,
            amount,
            iso(payment.paid_at),
            text(" ".join(payment.reference.split())),
            iso(now),
            text(payment.by),
            text(payment.because),
        ),
    )
    return True


def all_rows(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Every payment that is kept, as rows for ``copy``."""
    return connection.execute(f"SELECT {COLUMNS} FROM payment ORDER BY id").fetchall()


def copy(core: Core, rows: Iterable[tuple[Any, ...]]) -> None:
    """Keep another journal's payments as they are: they were weighed there."""
    core.connection.executemany(INSERT, rows)


def _known(connection: sqlite3.Connection, payment: Payment, amount: int) -> bool:
    rows = connection.execute(
        "SELECT reference, amount, paid_at FROM payment WHERE account = ? AND reference <> ''",
        (payment.party,),
    )
    row = next((row for row in rows if _folded(row[0]) == _folded(payment.reference)), None)
    if row is None:
        return False
    is_buyer = payment.party.startswith("buyer/")
    apart = abs(moment(row[2]) - payment.paid_at) >= datetime.timedelta(days=1)
    if row[1] != amount or (payment.dated and apart):
        day = f" from {payment.paid_at:%Y-%m-%d}" if payment.dated else ""
        raise StoreError(
            f"{payment.party.partition('/')[2]} has a payment `{row[0]}` of {_way(row[1], is_buyer)} from "
            f"{row[2][:10]} already, and this one is of {_way(amount, is_buyer)}{day}"
        )
    return True


def _folded(reference: str) -> str:
    return " ".join(text(reference).split()).casefold()


def _way(amount: int, is_buyer: bool) -> str:
    """An amount with its way where it is not the usual one."""
    back = amount > 0 if is_buyer else amount < 0
    return said(abs(amount)) + (" that went back" if back else "")


def unusual(connection: sqlite3.Connection, payment: Payment) -> str:
    """What is odd about a party's account after this payment; "" where nothing is."""
    kind, _, name = payment.party.partition("/")
    account = (buyer_account if kind == "buyer" else source_account)(connection, name)
    if payment.amount < 0 and account.paid < 0:
        before = account.paid - micros(payment.amount)
        whom = f"{name} has paid in" if kind == "buyer" else f"{name} was paid"
        return f"{whom} {said(before)} in all, and {said(micros(-payment.amount))} cannot go back"
    if kind == "source" and payment.amount > 0 and account.paid > in_cents(account.charged):
        open_ = in_cents(account.charged) - (account.paid - micros(payment.amount))
        return f"{name} is owed {said(max(open_, 0))}, and this is {said(micros(payment.amount))}"
    return ""


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
