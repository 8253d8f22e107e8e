"""Billing a month: from when to when it is, what it comes to, when it is due; and the order that issues the invoice."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from leadflow_engine.effects import Json
from leadflow_engine.operations.contracts import Contract
from leadflow_engine.operations.paying import PaymentProblem
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.invoices import Invoice, issue, issued, total_of, unbilled

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
END_OF_DAY = datetime.time(23, 59, 59)


def month_meant(said: str, now: datetime.datetime, zone: str) -> str:
    """A month as people say it: ``2026-11``, ``this``, or "" for the last that is over, on the clock of a zone."""
    if said not in ("", "this"):
        return said
    local = now.astimezone(ZoneInfo(zone))
    return f"{local if said else local.replace(day=1) - datetime.timedelta(days=1):%Y-%m}"


def end_of(month: str, zone: str) -> datetime.datetime:
    """When a month is over. Raises ``PaymentProblem`` for what is no month."""
    found = MONTH.fullmatch(month)
    if found is None:
        raise PaymentProblem(f"`{month}` is not a month: write it as 2026-11")
    year, number = int(found[1]), int(found[2])
    first = datetime.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return first.astimezone(datetime.UTC)


def draft(store: SqliteStore, contract: Contract, month: str, now: datetime.datetime) -> Invoice:
    """What would be billed now for a month: all that is on no invoice yet. Raises ``PaymentProblem``."""
    until = min(end_of(month, contract.zone), now)
    lines = store.ask(lambda connection: unbilled(connection, contract.buyer, until))
    amount = store.ask(lambda connection: total_of(connection, contract.buyer, lines))
    return replace(empty(contract, month, now), amount=amount, lines=lines)


def empty(contract: Contract, month: str, now: datetime.datetime) -> Invoice:
    """An invoice without lines and number, of which the due date is known."""
    return Invoice("", contract.buyer, month, contract.currency, 0, now, due(contract, now), contract.zone)


def due(contract: Contract, now: datetime.datetime) -> datetime.datetime | None:
    """When an invoice of now is due: with the end of that day, on the buyer's clock."""
    if contract.days is None:
        return None
    zone = ZoneInfo(contract.zone)
    day = now.astimezone(zone).date() + datetime.timedelta(days=contract.days)
    return datetime.datetime.combine(day, END_OF_DAY, zone)


def of_month(store: SqliteStore, buyer: str, month: str) -> list[Invoice]:
    """The invoices that were issued to a buyer for a month."""
    return store.ask(lambda connection: issued(connection, buyer, month))


def said(invoice: Invoice, until: datetime.datetime, by: str) -> dict[str, Json]:
    """The order that issues this draft."""
    return {
        "buyer": invoice.buyer,
        "month": invoice.month,
        "currency": invoice.currency,
        "issued_at": invoice.issued_at.isoformat(),
        "due_at": invoice.due_at.isoformat() if invoice.due_at else None,
        "zone": invoice.zone,
        "until": until.isoformat(),
        "by": by,
    }


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``invoice``: the number it got; "" where nothing was left to bill."""
    at = datetime.datetime.fromisoformat
    wanted = Invoice(
        "",
        said["buyer"],
        said["month"],
        said["currency"],
        0,
        at(said["issued_at"]),
        at(said["due_at"]) if said["due_at"] else None,
        said["zone"],
    )
    until = at(said["until"])
    return {"number": store.transact(lambda core: issue(core, wanted, until, said["by"]))}
