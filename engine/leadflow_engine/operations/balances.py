"""Who owes what: buyers' accounts with what is left of them, and what sources are owed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial

from leadflow_engine.operations.contracts import Contract
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.accounts import Account, Overdue, buyer_account, overdue, source_account
from leadflow_engine.store.payments import parties

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class BuyerBalance:
    """A buyer's account. ``free`` is what it can still buy for, None for one that does not pay beforehand."""

    contract: Contract
    paid: Decimal
    charged: Decimal
    held: Decimal
    free: Decimal | None
    overdue: Overdue | None


@dataclass(frozen=True, slots=True)
class SourceBalance:
    """What a source is ``owed`` for its leads, less what it gave back; what it was ``paid``; what is ``open``."""

    source: str
    owed: Decimal
    paid: Decimal

    @property
    def open(self) -> Decimal:
        """What is still to be paid out, in whole cents."""
        return (self.owed - self.paid).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def buyer_balances(
    store: SqliteStore, known: dict[str, Contract], now: datetime.datetime
) -> list[BuyerBalance]:
    """All buyers' accounts, by name."""
    names = store.ask(lambda connection: parties(connection, "buyer"))
    return [_buyer(store, known.get(name, Contract(name, name)), now) for name in names]


def _buyer(store: SqliteStore, contract: Contract, now: datetime.datetime) -> BuyerBalance:
    account: Account = store.ask(lambda connection: buyer_account(connection, contract.buyer))
    late = store.ask(lambda connection: overdue(connection, contract.buyer, now))
    paid, charged, held = (_whole(each) for each in (account.paid, account.charged, account.held))
    free = paid + contract.credit - charged - held if contract.credit is not None else None
    return BuyerBalance(contract, paid, charged, held, free, late)


def source_balances(store: SqliteStore) -> list[SourceBalance]:
    """What all sources are owed, by name."""
    names = store.ask(lambda connection: parties(connection, "source"))
    accounts = [(name, store.ask(partial(source_account, source=name))) for name in names]
    return [SourceBalance(name, _whole(each.charged), _whole(each.paid)) for name, each in accounts]


def _whole(amount: int) -> Decimal:
    return Decimal(amount) / MILLION
