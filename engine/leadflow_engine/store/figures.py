"""Figures by the hour: what is counted of a lead is counted of the buyer, of its source and of its dimensions.

Whoever projects something that a figure is made of calls ``count``; test leads never count."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from leadflow_engine.store.lead_row import of_lead

if TYPE_CHECKING:
    from leadflow_engine.store.event import Event

HOUR = len("2026-11-20T15")
"""Characters of a time that name its hour."""

OWED = frozenset({"source", "source_return", "look_up"})
"""Kinds of money of a lead that are no buyer's."""

OF_A_DELIVERY = re.compile(r"(?:^|/)(intent|returned|adjusted)/([^/]+)/([0-9]+)")
"""What a key of the ledger is about, and the delivery that it names."""


def count(event: Event, buyer: str, figure: str, amount: int = 1, number: int | None = None) -> None:
    """Add to a figure of ``buyer`` ("" for none), of the lead's source and of its dimensions.

    ``figure`` is leads, accepted, attempts, answered, sold, sold_leads, returned, converted, fraud, requests, timeouts,
    revenue or margin (the last two in millionths). What follows a sale (a return, a conversion) names the delivery's
    ``number``: it counts in the hour of that sale, else in the hour of the event."""
    lead = of_lead(event)
    if not lead["flow"] or lead["test"] or not amount:
        return
    flow, counts = lead["flow"], event.rows.counts
    hour = (event.at if number is None else _sold_at(event, buyer, number))[:HOUR]
    if buyer:
        counts[flow, "buyer", buyer, figure, hour] += amount
    counts[flow, "source", lead["source"], figure, hour] += amount
    if lead["dimensions"] != "{}":
        for party in _dimensions(lead["dimensions"]):
            counts[flow, "dimension", party, figure, hour] += amount


def count_of_buyer(event: Event, buyer: str, figure: str, amount: int = 1) -> None:
    """Add to a figure of a buyer alone: what its source and its dimensions have counted before, or otherwise."""
    lead = of_lead(event)
    if lead["flow"] and not lead["test"] and amount:
        event.rows.counts[lead["flow"], "buyer", buyer, figure, event.at[:HOUR]] += amount


def count_money(event: Event, kind: str, key: str, amount: int) -> None:
    """Add what was booked of a lead (millionths, owed is negative) to the margin of its source and its dimensions, and
    what a buyer pays or is given back to the buyer's, in the hour of the sale; ``key`` is the ledger's. What a sale
    itself makes the source be owed is the buyer's where the sale is booked."""
    found = OF_A_DELIVERY.search(key)
    buyer, number = (found[2], int(found[3])) if found else ("", None)
    if kind in OWED:
        follows = found is not None and (kind == "source_return" or found[1] == "adjusted")
        count(event, buyer if follows else "", "margin", amount, number)
        return
    count(event, buyer, "margin", amount, number)
    count(event, buyer, "revenue", amount, number)


def costs(event: Event) -> int:
    """What the lead has cost so far, in millionths."""
    return -sum(event.known().of_kinds(*OWED))


def _sold_at(event: Event, buyer: str, number: int) -> str:
    known = event.rows.known.get(event.lead)
    if known is not None:
        delivery = known.deliveries.get((buyer, number))
        return (delivery.sold_at if delivery else None) or event.at
    row = event.connection.execute(
        "SELECT sold_at FROM delivery WHERE lead = ? AND buyer = ? AND number = ?",
        (event.lead, buyer, number),
    ).fetchone()
    return str(row[0]) if row and row[0] else event.at


@lru_cache(1024)
def _dimensions(text: str) -> tuple[str, ...]:
    """Those of a lead as parties. One lead asks twenty times, and many leads have the same."""
    return tuple(f"{name}={value}" for name, value in json.loads(text).items())
