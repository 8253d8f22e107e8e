"""Another price for a sale, agreed on later. Each is a fact ``adjusted/BUYER/NUMBER/K``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadflow_engine.effects import Fact
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event, book, of_lead
from leadflow_engine.store.later import is_under_way

KIND: Final = "adjusted"


def adjust(core: Core, lead: str, buyer: str, number: int, price: int, by: str, because: str) -> bool:
    """Charge ``price`` (millionths) for a sale instead of what was charged. False where that is its price already.
    Raises ``StoreError`` for what is no sale, and for a lead that is under way."""
    row = core.connection.execute(
        "SELECT state, price FROM delivery WHERE lead = ? AND buyer = ? AND number = ?", (lead, buyer, number)
    ).fetchone()
    if row is None or row[0] != "confirmed":
        state = row[0] if row else "no delivery"
        raise StoreError(f"{lead} {buyer}/{number} is {state}: only a sale has a price to be changed")
    if is_under_way(core.connection, lead):
        raise StoreError(f"lead {lead} is under way: `leadflow work --drain` first")
    if price < 0:
        raise StoreError("a price is not less than nothing")
    if row[1] == price:
        return False
    again = core.connection.execute(
        "SELECT count(*) FROM adjusted WHERE lead = ? AND buyer = ? AND number = ?", (lead, buyer, number)
    ).fetchone()[0]
    key = f"{KIND}/{buyer}/{number}/{again + 1}"
    at = core.clock.now()
    body: dict[str, Any] = {"before": row[1], "price": price, "by": by, "because": because}
    fact = append(core, lead, Fact(next_seq(core, lead), key, KIND, iso(at), body))
    project_adjusted(event(core, lead, at, fact), key, body)
    return True


def project_adjusted(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of an ``adjusted`` fact, live and in a rebuild."""
    _, buyer, number, again = key.split("/")
    event.connection.execute(
        'INSERT INTO adjusted (lead, buyer, number, again, at, before, price, "by", because) '
        "VALUES (?,?,?,?,?,?,?,?,?)",
        (
            event.lead,
            buyer,
            int(number),
            int(again),
            event.at,
            body["before"],
            body["price"],
            text(body["by"]),
            text(body["because"]),
        ),
    )
    event.connection.execute(
        "UPDATE delivery SET price = ? WHERE lead = ? AND buyer = ? AND number = ?",
        (body["price"], event.lead, buyer, int(number)),
    )
    if not of_lead(event)["test"]:
        book(event, "adjustment", key, buyer, body["price"] - body["before"])
