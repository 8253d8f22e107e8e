"""Payments as people say them: whose they are, how much, when; and the order that keeps one in the journal."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import partial
from zoneinfo import ZoneInfo

from leadflow_dsl import model as m
from leadflow_engine.effects import Json
from leadflow_engine.store import SqliteStore, StoreError, payments
from leadflow_engine.store.accounts import buyer_account
from leadflow_engine.store.core import Core
from leadflow_engine.store.payments import Payment, parties, pay, unusual

MOST = Decimal(1_000_000_000)
"""More than this is a slip of the keyboard."""


class PaymentProblem(Exception):
    """What is not known, or not clear, in a sentence."""


def amount_of(text: str) -> Decimal:
    """An amount of money as people write it on a command line. Raises ``PaymentProblem``."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise PaymentProblem(f"`{text}` is not an amount: write it as 1250.00")
    if amount != amount.quantize(Decimal("0.01")):
        raise PaymentProblem(f"`{text}` has more than two places")
    if amount > MOST:
        raise PaymentProblem(f"`{text}` is more than {MOST:,}: is it right?")
    return amount


def moment_of(text: str, zone: str) -> datetime.datetime:
    """A day (its beginning, in this zone) or a moment, ISO 8601. Raises ``PaymentProblem``."""
    try:
        said = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise PaymentProblem(
            f"`{text}` is not a day: write it as 2026-11-20, or 2026-11-20T15:00:00Z"
        ) from None
    return said if said.tzinfo is not None else said.replace(tzinfo=ZoneInfo(zone))


def party_of(store: SqliteStore, kind: str, name: str) -> str:
    """The account of a buyer or a source that the journal knows. Raises ``PaymentProblem``."""
    known = store.ask(lambda connection: parties(connection, kind))
    if name in known:
        return f"{kind}/{name}"
    near = get_close_matches(name, known, 1)
    way = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known) or 'none'}"
    raise PaymentProblem(f"no flow of this journal has a {kind} `{name}`; {way}")


def said(payment: Payment, force: bool = False) -> dict[str, Json]:
    """A payment as an order; ``force`` notes it however odd it is."""
    return {
        "party": payment.party,
        "amount": str(payment.amount),
        "paid_at": payment.paid_at.isoformat(),
        "by": payment.by,
        "because": payment.because,
        "reference": payment.reference,
        "dated": payment.dated,
        "force": force,
    }


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``payment``: whether it is new. Raises ``StoreError``, also for one that cannot be meant: more that
    goes back than came, more for a source than it is owed."""
    payment = Payment(
        said["party"],
        Decimal(said["amount"]),
        datetime.datetime.fromisoformat(said["paid_at"]),
        said["by"],
        said["because"],
        said["reference"],
        bool(said.get("dated")),
    )
    return {"new": store.transact(lambda core: _noted(core, payment, bool(said.get("force"))))}


def _noted(core: Core, payment: Payment, force: bool) -> bool:
    new = pay(core, payment)
    odd = unusual(core.connection, payment) if new and not force else ""
    if odd:
        raise StoreError(f"{odd}; --force notes it all the same")
    return new


def take_as_paid(
    store: SqliteStore, flow: m.Flow, now: datetime.datetime, left: Mapping[str, Decimal]
) -> list[str]:
    """Where nobody knows what buyers have paid: each that pays beforehand has so much ``left``, or enough. Gives those
    that are taken to have enough."""
    prepaid = [buyer.name for buyer in flow.buyers if buyer.balance is not None]
    for name in prepaid:
        account = store.ask(partial(buyer_account, buyer=name))
        charged = Decimal(account.charged - account.paid).scaleb(-6)
        amount = charged + left.get(name, MOST)
        payment = Payment(f"buyer/{name}", amount, now, "leadflow", "taken as paid")
        store.transact(partial(pay, payment=payment))
    return [name for name in prepaid if name not in left]


def copy_payments(of: SqliteStore, to: SqliteStore) -> None:
    """What buyers and sources paid and were paid in one journal, in another: for a dry run that follows the first."""
    to.transact(partial(payments.copy, rows=of.ask(payments.all_rows)))
