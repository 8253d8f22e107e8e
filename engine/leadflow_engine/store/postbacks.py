"""Postbacks in the journal: due with the end of their lead, a return, a conversion; and a fact ``postback/NUMBER/K``
for each time that one was sent, ``postback/NUMBER/K/OCCASION`` where it tells of a fact. What was sent and not noted,
because a crash came between, is sent again: at least once."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadflow_engine.effects import Fact
from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.event import Event

KIND = "postback"


@dataclass(frozen=True, slots=True)
class Due:
    """A postback to send: the statement of the source by its ``number`` (from 1), ``attempts`` made so far, and the
    ``occasion``: the key of the fact that it tells of, "" for the lead's end."""

    lead: str
    number: int
    attempts: int
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending one. ``again`` is when it is sent once more, None where it is over; ``failure`` is "" where
    it was heard."""

    status: int | None
    failure: str
    ms: float
    again: datetime.datetime | None = None


def due(connection: sqlite3.Connection, now: datetime.datetime) -> list[Due]:
    """The postbacks that are due by now, the oldest first."""
    rows = connection.execute(
        "SELECT lead, number, attempts, occasion FROM postback WHERE due <= ? ORDER BY due, lead, number, occasion",
        (iso(now),),
    )
    return [Due(*row) for row in rows]


def note(core: Core, what: Due, sent: Sent) -> None:
    """Add the fact of one sending, and what follows from it."""
    body: dict[str, Any] = {
        "status": sent.status,
        "failure": sent.failure,
        "ms": sent.ms,
        "again": iso(sent.again) if sent.again else None,
    }
    at = core.clock.now()
    key = "/".join(filter(None, (KIND, str(what.number), str(what.attempts + 1), what.occasion)))
    fact = append(core, what.lead, Fact(next_seq(core, what.lead), key, KIND, iso(at), body))
    project_sent(event(core, what.lead, at, fact), key, body)


def project_sent(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of such a fact, live and in a rebuild."""
    _, number, attempt, *occasion = key.split("/", 3)
    state = "due" if body["again"] else "failed" if body["failure"] else "heard"
    event.connection.execute(
        "UPDATE postback SET due = ?, attempts = ?, state = ?, status = ?, failure = ? "
        "WHERE lead = ? AND number = ? AND occasion = ?",
        (
            iso(moment(body["again"])) if body["again"] else None,
            int(attempt),
            state,
            body["status"],
            text(body["failure"]),
            event.lead,
            int(number),
            "".join(occasion),
        ),
    )
