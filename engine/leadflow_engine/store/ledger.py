"""The ledger: each entry adds an amount to one account and takes it from another, and nothing ever changes one.

The accounts' sums (table ``account``) are kept by the schema, so that a balance is one row to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leadflow_engine.store.figures import count_money

if TYPE_CHECKING:
    from leadflow_engine.store.event import Event

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Sides:
    """Where an entry of a kind stands: its party's account is ``of`` and the party's name; ``contra`` is the other."""

    of: str
    contra: str


KINDS: Final[Mapping[str, Sides]] = {
    "sale": Sides("buyer", "revenue"),
    "return": Sides("buyer", "returns"),
    "adjustment": Sides("buyer", "adjustments"),
    "source": Sides("source", "lead_cost"),
    "source_return": Sides("source", "lead_cost"),
    "look_up": Sides("look_up", "look_up_cost"),
}
"""Every kind of entry of a lead. Payments are a table of their own."""

OF_DELIVERIES: Final = frozenset({"sale", "return", "adjustment"})
"""Kinds that belong to one delivery, which the key names: ``intent/BUYER/N``, ``returned/BUYER/N/K``."""


def enter(event: Event, kind: str, key: str, party: str, amount: int, delivery: str = "") -> bool:
    """Add an entry. False where the lead has one of this kind and key already: it stays as it is."""
    entries = event.known().entries
    if (kind, key) in entries:
        return False
    entries[kind, key] = amount
    sides = KINDS[kind]
    account = f"{sides.of}/{party}"
    row = (event.lead, kind, key, party, amount, event.at, delivery, account, sides.contra)
    event.rows.add("ledger", row)
    count_money(event, kind, key, amount)
    return True


def delivery_of(kind: str, key: str) -> str:
    """The delivery (``BUYER/N``) whose money an entry is; "" where it is of none."""
    parts = key.split("/")
    return "/".join(parts[1:3]) if kind in OF_DELIVERIES and len(parts) > 2 else ""


def source_follows(event: Event, lead: Mapping[str, Any], kind: str, key: str, amount: int) -> None:
    """What a sale, a return or an adjustment means for what the lead's source is owed: a share follows each of them, a
    fixed cost is owed with the first sale."""
    if lead["cost_on"] != "sale":
        return
    if lead["cost_share"]:
        part = (abs(amount) * lead["cost_share"] + MILLION // 2) // MILLION * (1 if amount > 0 else -1)
        owed_as = "source_return" if kind == "return" else "source"
        enter(event, owed_as, f"source/{lead['source']}/{key}", lead["source"], -part)
    elif kind == "sale":
        _owe(event, lead, key)


def budgets_follow(event: Event, delivery: str, amount: int) -> None:
    """What counts of a sale in budgets is what is charged for it."""
    for row in event.known().reservations.get(f"intent/{delivery}", {}).values():
        if row.money and row.state == "counted":
            before = row.used
            row.amount += amount
            event.rows.claim(row, before)


def _owe(event: Event, lead: Mapping[str, Any], key: str) -> None:
    """A fixed cost is owed once, however many buyers take the lead; once more where it was given back and the lead is
    sold again."""
    owed, given_back = _entries(event, "source"), _entries(event, "source_return")
    if owed == given_back:
        place = f"source/{lead['source']}"
        enter(event, "source", f"{place}/{key}" if owed else place, lead["source"], -lead["cost"])


def give_back(event: Event, key: str, source: str, amount: int) -> None:
    """What a source gives back, never more than it is owed for the lead; another time it was sold and came back has an
    entry of its own."""
    amount = min(amount, _owed(event))
    before = _entries(event, "source_return")
    if amount > 0:
        enter(event, "source_return", f"{key}/{before + 1}" if before else key, source, amount)


def _owed(event: Event) -> int:
    """What the lead's source is owed for it now."""
    return -sum(event.known().of_kinds("source", "source_return"))


def _entries(event: Event, kind: str) -> int:
    return sum(1 for _ in event.known().of_kinds(kind))
