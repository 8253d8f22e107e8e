"""What a source may be told of its lead: by the Run that has just ended, else by the journal; both say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from leadflow_engine.effects import Fact
from leadflow_engine.intake.replies import SOLD, names_one_of
from leadflow_engine.plan import Plan
from leadflow_engine.records import Delivery, LeadRecord, Record
from leadflow_engine.runner import Ending
from leadflow_engine.store import SqliteStore, queries
from leadflow_engine.store.codec import micros, money, text

TOLD: Final = ("sales", "distribution", "deliveries")
"""What of a lead its source is told, and by which it is seen that no buyer's name is among it."""


def told_of(store: SqliteStore, lead: str) -> Mapping[str, Any] | None:
    """Of a lead what its source may be told, as the journal has it now; None for one that the journal does not have."""
    return store.ask(lambda connection: queries.lead_summary(connection, lead, TOLD))


def told_by(plan: Plan, store: SqliteStore, ending: Ending) -> Mapping[str, Any] | None:
    """``told_of`` a lead whose first segment has ended here, from what its Run said: reading it back was a tenth of
    what the event loop does for a lead. Only a reason in which a buyer may be named is looked up, as it takes what
    became of every buyer."""
    record, deliveries = _said_in(ending.records)
    if record is None or (ending.outcome not in SOLD and names_one_of(plan.buyers, ending.reason)):
        return told_of(store, ending.lead)
    return {
        "lead": {
            "id": ending.lead,
            "test": record.test,
            "cost": _as_kept(record.cost),
            "cost_on": record.cost_on,
            "cost_share": _as_kept(record.cost_share),
        },
        "outcome": ending.outcome,
        "reason": text(ending.reason),
        "sales": _sales(ending, deliveries),
    }


def _said_in(records: Iterable[Record]) -> tuple[LeadRecord | None, Iterable[Delivery]]:
    """What a Run said of its lead last, and of each delivery."""
    lead, last = None, dict[tuple[str, int], Delivery]()
    for each in records:
        if isinstance(each, Delivery):
            last[each.buyer, each.number] = each
        elif isinstance(each, LeadRecord):
            lead = each
    return lead, last.values()


def _as_kept(amount: Decimal) -> Decimal | None:
    """An amount as the journal gives it back."""
    return _money(micros(amount))


_money: Final = lru_cache(maxsize=1_024)(money)
"""Costs and prices are few: 0.2 us instead of 2."""


def _sales(ending: Ending, deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    """The deliveries that are sales, in the order of their intents."""
    sold = [each for each in deliveries if each.state == "confirmed"]
    if len(sold) > 1:
        sold.sort(key=lambda each: (_intent_of(ending.facts, each), each.buyer))
    return [
        {"buyer": each.buyer, "price": _as_kept(each.price), "reference": text(each.reference)}
        for each in sold
    ]


def _intent_of(facts: Sequence[Fact], delivery: Delivery) -> int:
    key = f"intent/{delivery.buyer}/{delivery.number}"
    return next((fact.seq for fact in facts if fact.key == key), -1)
