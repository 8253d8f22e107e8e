"""Money, times and durations as people read them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

SIGNS: Final[Mapping[str, str]] = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
}
PLACES: Final = Decimal("0.01")

REVENUE: Final = ("sale", "adjustment", "return")
COST: Final = ("source", "source_return")
"""Kinds of entries of the ledger: what buyers pay, less what they are credited; what sources get, less what they give
back."""


def plain_amount(amount: Decimal) -> str:
    """An amount with at least two places, and as many more as it has: ``50.00``, ``0.004``."""
    if amount == amount.quantize(PLACES):
        return f"{amount:,.2f}"
    return f"{amount.normalize():,f}"


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency: ``$1,250.00``, ``-$3.50``, ``50.00 CHF``."""
    sign = SIGNS.get(currency)
    if sign is None:
        return f"{plain_amount(amount)} {currency}"
    return f"{'-' if amount < 0 else ''}{sign}{plain_amount(abs(amount))}"


def local(iso: str, zone: str) -> str:
    """A moment of the journal in a zone: ``2026-11-20 09:41:07 EST``."""
    return f"{moment(iso).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def moment(iso: str) -> datetime.datetime:
    """A moment as the journal writes it."""
    return datetime.datetime.fromisoformat(iso.replace("Z", "+00:00"))


def duration(ms: float) -> str:
    """Milliseconds in three digits or so: ``0.4 ms``, ``112 ms``, ``2.31 s``."""
    if ms < 10:
        return f"{ms:.1f} ms"
    return f"{ms:,.0f} ms" if ms < 10_000 else f"{ms / 1000:,.1f} s"


def share(part: int, whole: int) -> str:
    """A percentage with one place: ``62.4 %``."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
