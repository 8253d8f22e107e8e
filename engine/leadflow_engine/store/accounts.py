"""Accounts: what buyers have left of what they paid in, and who has not paid what it was billed."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadflow_engine.effects import LimitClaim
from leadflow_engine.store.codec import iso, moment, money
from leadflow_engine.store.credits import Credit, credited_on, in_cents, late_credits
from leadflow_engine.texts.counted import counted

LOOK_AGAIN: Final = datetime.timedelta(minutes=15)
"""When a buyer that is held for its account is looked at again: nobody knows when it pays."""


def look_again(at: datetime.datetime) -> datetime.datetime:
    """When a buyer that lacks money is looked at again: about then, on a whole minute."""
    return (at + LOOK_AGAIN).replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Account:
    """A party's account in millionths. ``charged`` is what it owes for leads (of a source: is owed), ``paid`` what was
    paid in (of a source: out), ``held`` what is reserved for deliveries that are not settled."""

    charged: int
    paid: int
    held: int = 0


def buyer_account(connection: sqlite3.Connection, buyer: str) -> Account:
    """A buyer's account now."""
    balance, paid = _sums(connection, f"buyer/{buyer}")
    row = connection.execute(
        'SELECT coalesce(sum(held), 0) FROM cap WHERE "limit" = ?', (f"balance/{buyer}",)
    ).fetchone()
    return Account(balance - paid, -paid, int(row[0]))


def source_account(connection: sqlite3.Connection, source: str) -> Account:
    """A source's account now."""
    balance, paid = _sums(connection, f"source/{source}")
    return Account(paid - balance, paid)


def _sums(connection: sqlite3.Connection, name: str) -> tuple[int, int]:
    row = connection.execute("SELECT balance, paid FROM account WHERE name = ?", (name,)).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def short_of(connection: sqlite3.Connection, claim: LimitClaim) -> str:
    """Why a buyer's account does not cover this claim; "" where it does. ``claim.maximum`` is its credit."""
    account = buyer_account(connection, claim.limit.partition("/")[2])
    left = (claim.maximum or 0) + account.paid - account.charged - account.held
    if claim.amount <= left:
        return ""
    held = f"; {said(account.held)} is held" if account.held else ""
    if claim.amount == 1:  # the price is not known yet
        return f"has nothing left{held}"
    return f"has {said(left)} of {said(claim.amount)}{held}"


def said(amount: int) -> str:
    """Millionths in a sentence."""
    exact = money(amount)
    assert exact is not None
    return f"{exact:,f}"


# ------------------------------------------------------------------ overdue


@dataclass(frozen=True, slots=True)
class Overdue:
    """An invoice that should have been paid by now: its number, what is open of it, for how many days."""

    number: str
    open: int
    days: int


def overdue(connection: sqlite3.Connection, buyer: str, at: datetime.datetime) -> Overdue | None:
    """A buyer's oldest invoice that is overdue, in whole cents. What it paid and was credited settles the oldest
    first, a credit also before it stands on an invoice."""
    rows = connection.execute(
        "SELECT id, number, amount, due_at FROM invoice WHERE buyer = ? ORDER BY id", (buyer,)
    ).fetchall()
    credited = -sum(amount for _, _, amount, _ in rows if amount < 0)
    left = credited + (buyer_account(connection, buyer).paid if rows else 0)
    late = None
    for place, number, amount, due_at in rows:
        left -= max(0, amount)
        if left < 0 < amount and due_at is not None and due_at < iso(at):
            late = late_credits(connection, buyer) if late is None else late
            open_ = in_cents(min(amount + credited_on(late, place), -left - _further(late, rows, place)))
            if open_ > 0:
                return Overdue(number, open_, (at - moment(due_at)).days)
    return None


def _further(late: Sequence[Credit], rows: Sequence[tuple[int, str, int, str]], place: int) -> int:
    """What settles an invoice beyond payments and invoices that are credits: credits on none, and those that lessen an
    invoice which came after it."""
    later = sum(each.amount for each in late if not each.invoice or each.invoice > place)
    return later + sum(min(0, amount) for other, _, amount, _ in rows if other > place)


def overdue_sentence(found: Overdue) -> str:
    """Why a buyer gets no leads."""
    late = f"{counted(found.days, 'day')} overdue" if found.days else "overdue since today"
    return f"invoice {found.number} is {late}: {said(found.open)} is open"
