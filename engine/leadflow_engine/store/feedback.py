"""Feedback: what came of a lead later, as its buyer or anybody else tells it. Each is a fact ``feedback/K``."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadflow_engine.effects import Fact
from leadflow_engine.store.after_sale import remind
from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event
from leadflow_engine.store.figures import count
from leadflow_engine.store.later import is_under_way

KIND: Final = "feedback"
COUNTED: Final = frozenset({"converted", "fraud"})
"""What figures look at (``stats.conversion_rate``, ``stats.fraud_rate``): of a sale once."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a lead. ``buyer`` is "" where nobody said which, ``value`` is in millionths, ``at`` when it
    happened (ISO, None: nobody said), ``known_as`` the teller's own id of it. ``postbacks`` are the source's statements
    that tell of it."""

    lead: str
    event: str
    by: str
    buyer: str = ""
    value: int | None = None
    at: str | None = None
    known_as: str = ""
    postbacks: tuple[int, ...] = ()


def note(core: Core, told: Told) -> bool:
    """Keep what is told. False where it was told before: by its id, else by lead, buyer, event and time, and without a
    time by its value. Raises ``StoreError`` for a lead that is under way."""
    if is_under_way(core.connection, told.lead):
        raise StoreError(
            f"lead {told.lead} is under way: tell of it once `leadflow work --drain` has ended it"
        )
    if _is_known(core.connection, told):
        return False
    now = core.clock.now()
    body: dict[str, Any] = {
        "event": told.event,
        "buyer": told.buyer,
        "value": told.value,
        "at": told.at or iso(now),
        "dated": told.at is not None,
        "known_as": told.known_as,
        "by": told.by,
        "postbacks": list(told.postbacks),
    }
    count = core.connection.execute("SELECT count(*) FROM feedback WHERE lead = ?", (told.lead,)).fetchone()[
        0
    ]
    key = f"{KIND}/{count + 1}"
    fact = append(core, told.lead, Fact(next_seq(core, told.lead), key, KIND, iso(now), body))
    project_feedback(event(core, told.lead, now, fact), key, body)
    return True


def _is_known(connection: sqlite3.Connection, told: Told) -> bool:
    where: str = "known_as = ?"
    values: list[str | int | None] = [told.known_as]
    if not told.known_as and told.at is not None:
        where, values = "event = ? AND dated AND at = ?", [told.event, iso(moment(told.at))]
    elif not told.known_as:
        where, values = "event = ? AND NOT dated AND known_as = '' AND value IS ?", [told.event, told.value]
    row = connection.execute(
        f"SELECT 1 FROM feedback WHERE lead = ? AND buyer = ? AND {where}", [told.lead, told.buyer, *values]
    ).fetchone()
    return row is not None


def project_feedback(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of a ``feedback`` fact, live and in a rebuild."""
    _count(event, body["buyer"], body["event"])
    event.connection.execute(
        'INSERT INTO feedback (lead, number, buyer, event, value, at, noted_at, dated, known_as, "by") '
        "VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            event.lead,
            int(key.split("/")[1]),
            body["buyer"],
            body["event"],
            body["value"],
            iso(moment(body["at"])),
            event.at,
            body["dated"],
            text(body["known_as"]),
            text(body["by"]),
        ),
    )
    remind(event, key, body["postbacks"])


def _count(event: Event, buyer: str, told: str) -> None:
    known = event.connection.execute(
        "SELECT 1 FROM feedback WHERE lead = ? AND buyer = ? AND event = ?", (event.lead, buyer, told)
    ).fetchone()
    if told not in COUNTED or known:
        return
    row = event.connection.execute(
        "SELECT number FROM delivery WHERE lead = ? AND buyer = ? AND sold_at IS NOT NULL ORDER BY number",
        (event.lead, buyer),
    ).fetchone()
    count(event, buyer, told, number=row[0] if row else None)
