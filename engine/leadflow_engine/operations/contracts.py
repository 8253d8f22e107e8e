"""What buyers have agreed on about money, by the flows that a journal's leads were last routed by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from leadflow_dsl import model as m
from leadflow_engine.operations.loading import plan_of_files
from leadflow_engine.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Contract:
    """A buyer's agreement. ``credit`` is None for one that does not pay beforehand, ``days`` (``terms net``) for one
    whose invoices have no due date. ``zone`` is an IANA name."""

    buyer: str
    title: str
    zone: str = "UTC"
    currency: str = "USD"
    credit: Decimal | None = None
    days: int | None = None


def contracts(store: SqliteStore) -> dict[str, Contract]:
    """The contracts of all buyers of a journal. Of a buyer that several flows have, the one that says how it pays."""
    found: dict[str, Contract] = {}
    for flow in _flows(store):
        for buyer in flow.buyers:
            contract = contract_of(flow, buyer)
            known = found.get(buyer.name)
            if known is None or (known.credit is None and known.days is None):
                found[buyer.name] = contract
    return found


def source_zones(store: SqliteStore) -> dict[str, str]:
    """The clock (IANA name) of each source of a journal: that of its flow."""
    return {source.name: flow.timezone for flow in _flows(store) for source in flow.sources}


def clock_of(store: SqliteStore, buyer: str) -> str:
    """The clock by which a buyer's word is read: its own, else that of the journal's flow."""
    known = contracts(store).get(buyer)
    return known.zone if known else next(iter(source_zones(store).values()), "UTC")


def contract_of(flow: m.Flow, buyer: m.Buyer) -> Contract:
    """What a flow says of how a buyer pays."""
    title = buyer.legal_name or buyer.title or buyer.name
    credit = buyer.balance.credit if buyer.balance else None
    days = buyer.terms.days if buyer.terms else None
    return Contract(buyer.name, title, buyer.timezone, flow.currency, credit, days)


def currency_of(known: dict[str, Contract]) -> str:
    """The currency of a journal: flows that share one share their accounts, too."""
    return next((contract.currency for contract in known.values()), "USD")


def _flows(store: SqliteStore) -> list[m.Flow]:
    rows = store.query("SELECT flow, name FROM plan ORDER BY added_at, rowid")
    newest = {flow: name for flow, name in rows}  # noqa: C416  the last of each flow stays
    return [
        plan_of_files(store.plan_files(name), store.plan_main(name)).flow
        for _, name in sorted(newest.items())
    ]
