"""Another price for a sale, which its buyer tells by calling: taken within the limits of any price, else a conflict."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from leadflow_engine.plan import PlannedBuyer
from leadflow_engine.store import later
from leadflow_engine.store.accounts import buyer_account, said
from leadflow_engine.store.adjusting import adjust
from leadflow_engine.store.codec import micros
from leadflow_engine.store.core import Core

TIMES: Final = 10
"""So many times the price of the sale is taken for a slip, where the flow says no `up to`."""


def told_again(
    core: Core, planned: PlannedBuyer, place: tuple[str, str, int], price: Decimal, by: str, because: str
) -> str:
    """Charge ``price`` for the sale at this place (lead, buyer, number) from now on.

    Where it is more than `up to`, or than is free of what the buyer paid beforehand, the sale stays as it is and has a
    conflict: the sentence is given, "" else."""
    why = _too_much(core, planned, place, micros(price))
    if why:
        later.settle_delivery(core, *place, "sold", by, because, conflict=f"{why}; the price stays")
    else:
        adjust(core, *place, micros(price), by, because)
    return why


def _too_much(core: Core, planned: PlannedBuyer, place: tuple[str, str, int], price: int) -> str:
    row = core.connection.execute(
        "SELECT d.price, l.test FROM delivery d JOIN lead l ON l.id = d.lead "
        "WHERE d.lead = ? AND d.buyer = ? AND d.number = ?",
        place,
    ).fetchone()
    now, test = int(row[0]), bool(row[1])
    limits = [entry.price.limit for entry in planned.prices if entry.price.limit is not None]
    most = micros(max(limits)) if limits else now * TIMES
    if price > max(most, now):
        return f"the call says {said(price)}, over the limit {said(max(most, now))}"
    if test or planned.buyer.balance is None or price <= now:
        return ""
    account = buyer_account(core.connection, place[1])
    left = micros(planned.buyer.balance.credit) + account.paid - account.charged - account.held
    if price - now > left:
        return (
            f"the call says {said(price)}, {said(price - now)} more, and {said(left)} of the balance is free"
        )
    return ""
