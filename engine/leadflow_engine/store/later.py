"""What is said of a delivery after its Run: by an operator, a late answer, a policy."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leadflow_engine.effects import FROM_OUTSIDE, Fact
from leadflow_engine.settle import later_word
from leadflow_engine.store.codec import iso, micros, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.deliveries import move_delivery
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event

WORDS = ("sold", "declined")


@dataclass(frozen=True, slots=True)
class Later:
    """What a later word made of a delivery: its state now and, where the word contradicts what is settled,
    how."""

    state: str
    conflict: str = ""


def settle_delivery(
    core: Core,
    lead: str,
    buyer: str,
    number: int,
    word: str,
    by: str,
    because: str,
    price: Decimal | None = None,
    reference: str = "",
    conflict: str = "",
) -> Later:
    """Add the fact ``settled/BUYER/NUMBER/K`` and what follows from it. ``price`` is what the sale is worth where that
    is told with the word, ``reference`` the buyer's own of it (masked), ``conflict`` what contradicts what is settled
    beside the word. Raises ``StoreError`` for a delivery that is
    none, and for one whose lead is under way: its Run would not know of the word."""
    if word not in WORDS:
        raise StoreError(f"`{word}` settles nothing: say {' or '.join(WORDS)}")
    state = _state(core.connection, lead, buyer, number)
    if is_under_way(core.connection, lead):
        raise StoreError(
            f"lead {lead} is under way, as something interrupted its run; `leadflow work --drain` brings it to "
            f"where it ends or waits, then say of {buyer}/{number} what became of it"
        )
    found = later_word(state, word)
    conflict = conflict or ("" if found else f"{word} ({by}: {because}) after it was {state}")
    body: dict[str, Any] = {
        "word": word,
        "by": by,
        "because": because,
        "state": found or state,
        "conflict": conflict,
    }
    body |= {"agrees": True} if found == state else {}
    body |= {"price": str(price)} if price is not None else {}
    body |= {"reference": reference} if reference else {}
    at = core.clock.now()
    key = f"settled/{buyer}/{number}/{_next(core.connection, lead, buyer, number)}"
    fact = append(core, lead, Fact(next_seq(core, lead), key, "settled", iso(at), body))
    project_settled(event(core, lead, at, fact), key, body)
    return Later(found or state, conflict)


def project_settled(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of a ``settled`` fact, live and in a rebuild: the delivery, its lead, and the lead's
    work, which is due now."""
    _, buyer, number, _ = key.split("/")
    event.connection.execute(
        "UPDATE work SET due = ?1 WHERE lead = ?2 AND (due IS NULL OR due > ?1)", (event.at, event.lead)
    )
    if body["conflict"]:
        event.connection.execute(
            "UPDATE delivery SET conflict = ? WHERE lead = ? AND buyer = ? AND number = ?",
            (text(body["conflict"]), event.lead, buyer, int(number)),
        )
        return
    if body.get("agrees"):  # what is settled stands: a conflict about it is over
        event.connection.execute(
            "UPDATE delivery SET conflict = '' WHERE lead = ? AND buyer = ? AND number = ?",
            (event.lead, buyer, int(number)),
        )
        return
    _tell(event, buyer, int(number), body)
    move_delivery(event, buyer, int(number), body["state"])
    if body["state"] == "confirmed":
        _sold_after_all(event, buyer, int(number))


def _tell(event: Event, buyer: str, number: int, body: Mapping[str, Any]) -> None:
    """What the word says beside yes or no, before the delivery moves: a sale is booked at its price."""
    price = micros(Decimal(body["price"])) if "price" in body else None
    event.connection.execute(
        "UPDATE delivery SET price = coalesce(?1, price), answered_price = coalesce(?1, answered_price), "
        "reference = CASE WHEN ?2 = '' THEN reference ELSE ?2 END WHERE lead = ?3 AND buyer = ?4 AND number = ?5",
        (price, text(body.get("reference", "")), event.lead, buyer, number),
    )


def _sold_after_all(event: Event, buyer: str, number: int) -> None:
    """A lead that had ended without a sale is sold; one that still waits is for its next Run to end."""
    event.connection.execute(
        "UPDATE lead SET outcome = (SELECT d.outcome FROM delivery d WHERE d.lead = ?1 AND d.buyer = ?2 "
        "AND d.number = ?3), "
        "reason = ?4 WHERE id = ?1 AND outcome IN ('unsold', 'error', 'returned')",
        (event.lead, buyer, number, f"{buyer} had taken it, as was settled later"),
    )


def _state(connection: sqlite3.Connection, lead: str, buyer: str, number: int) -> str:
    row = connection.execute(
        "SELECT state FROM delivery WHERE lead = ? AND buyer = ? AND number = ?", (lead, buyer, number)
    ).fetchone()
    if row:
        return str(row[0])
    others = connection.execute(
        "SELECT buyer, number, state FROM delivery WHERE lead = ?", (lead,)
    ).fetchall()
    known = ", ".join(f"{each[0]}/{each[1]} ({each[2]})" for each in others) or "no delivery at all"
    raise StoreError(f"lead {lead} has no delivery {buyer}/{number}; it has {known}")


def is_under_way(connection: sqlite3.Connection, lead: str) -> bool:
    """Is the lead in the middle of a segment? What was said of it since the segment's end does not begin another."""
    outside = ",".join(f"'{kind}'" for kind in sorted(FROM_OUTSIDE - {"received"}))
    kind = connection.execute(
        f"SELECT kind FROM fact WHERE lead = ? AND kind NOT IN ({outside}) ORDER BY seq DESC LIMIT 1", (lead,)
    ).fetchone()
    return kind is not None and kind[0] not in {"suspend", "end"}


def _next(connection: sqlite3.Connection, lead: str, buyer: str, number: int) -> int:
    prefix = f"settled/{buyer}/{number}/"
    row = connection.execute(
        "SELECT count(*) FROM fact WHERE lead = ? AND substr(key, 1, ?) = ?", (lead, len(prefix), prefix)
    ).fetchone()
    return int(row[0]) + 1
