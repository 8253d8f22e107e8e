"""Accounts as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.text import Text

from leadflow_engine.operations.balances import BuyerBalance, SourceBalance
from leadflow_engine.reports.amounts import plain_amount
from leadflow_engine.reports.layout import Lines, safe, table
from leadflow_engine.store.accounts import said
from leadflow_engine.texts.counted import counted

BUYERS = ("buyer", "paid in", "charged", "held", "free", "")
SOURCES = ("source", "owed", "paid", "open")


def balance_lines(buyers: Sequence[BuyerBalance], sources: Sequence[SourceBalance]) -> Lines:
    """Buyers, then sources."""
    lines: Lines = []
    if buyers:
        lines += _table([BUYERS, *(_buyer(one) for one in buyers)])
    if buyers and sources:
        lines.append(Text(""))
    if sources:
        lines += _table([SOURCES, *(_source(one) for one in sources)])
    return lines or [Text("nobody has an account yet")]


def _table(rows: Sequence[Sequence[str]]) -> Lines:
    first, *rest = table(rows, frozenset({1, 2, 3, 4}))
    return [Text(first, style="bold"), *(Text(line) for line in rest)]


def _buyer(one: BuyerBalance) -> tuple[str, ...]:
    amounts = (plain_amount(each) for each in (one.paid, one.charged))
    held, free = ("-", "-") if one.free is None else (plain_amount(one.held), plain_amount(one.free))
    return (safe(one.contract.buyer), *amounts, held, free, _terms(one))


def _terms(one: BuyerBalance) -> str:
    """How a buyer pays, and what it has not paid."""
    contract, words = one.contract, []
    if contract.credit is not None:
        words.append("prepaid" + (f", credit {plain_amount(contract.credit)}" if contract.credit else ""))
    if contract.days is not None:
        words.append(f"net {contract.days}")
    if one.overdue is not None:
        days = counted(one.overdue.days, "day")
        words.append(f"invoice {one.overdue.number} overdue for {days}: {said(one.overdue.open)} open")
    return ", ".join(words)


def _source(one: SourceBalance) -> tuple[str, ...]:
    return (safe(one.source), *(plain_amount(each) for each in (one.owed, one.paid, one.open)))


def balance_object(
    buyers: Sequence[BuyerBalance], sources: Sequence[SourceBalance], currency: str
) -> dict[str, Any]:
    """The same as JSON. Amounts are numbers in ``currency``."""
    return {
        "currency": currency,
        "buyers": [_buyer_object(one) for one in buyers],
        "sources": [
            {"source": one.source, "owed": exact(one.owed), "paid": exact(one.paid), "open": exact(one.open)}
            for one in sources
        ],
    }


def _buyer_object(one: BuyerBalance) -> dict[str, Any]:
    late = one.overdue
    return {
        "buyer": one.contract.buyer,
        "paid": exact(one.paid),
        "charged": exact(one.charged),
        "held": exact(one.held),
        "free": exact(one.free),
        "credit": exact(one.contract.credit),
        "net_days": one.contract.days,
        "overdue": {"invoice": late.number, "open": exact(Decimal(late.open) / 1_000_000), "days": late.days}
        if late
        else None,
    }


def exact(amount: Decimal | None) -> Decimal | None:
    """An amount with two places, or as many more as it has."""
    if amount is None:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount.normalize()
