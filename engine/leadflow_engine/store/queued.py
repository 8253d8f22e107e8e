"""What people do with leads that wait: have them tried now, or give them up. Each is a fact of the lead."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from leadflow_engine.effects import Fact
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event
from leadflow_engine.store.later import is_under_way

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core

LONGEST = datetime.timedelta(hours=6)
"""The longest pause before a lead that could not go on is tried again."""
FIRST = datetime.timedelta(minutes=1)


def retry(core: Core, lead: str, by: str) -> None:
    """Have all that a lead waits for tried now: buyers that hold it, postbacks, inquiries. Adds ``retried/K``."""
    core.connection.execute("DELETE FROM stuck WHERE lead = ?", (lead,))
    _say(core, lead, "retried", {"by": by})


def drop(core: Core, lead: str, by: str, because: str) -> None:
    """Give a held lead up: its next Run ends it. Adds ``dropped/K``. Raises ``StoreError`` for one that waits for
    nobody, is under way, or that a buyer may have."""
    row = core.connection.execute("SELECT why FROM work WHERE lead = ?", (lead,)).fetchone()
    if is_under_way(core.connection, lead):
        raise StoreError(
            f"lead {lead} is under way; `leadflow work --drain` brings it to where it ends or waits"
        )
    if row is None:
        raise StoreError(f"lead {lead} waits for nobody: there is nothing to drop")
    open_ = core.connection.execute(
        "SELECT buyer FROM delivery WHERE lead = ? AND state IN ('in_doubt', 'pending', 'intent') ORDER BY buyer",
        (lead,),
    ).fetchone()
    if open_ is not None:
        raise StoreError(
            f"{open_[0]} may have lead {lead}: say first what became of it, "
            f'`leadflow doubt settle {lead} {open_[0]} sold|declined --because "..."`'
        )
    _say(core, lead, "dropped", {"by": by, "because": because})


def _say(core: Core, lead: str, kind: str, body: dict[str, Any]) -> None:
    from leadflow_engine.store.core import (
        append,
        event,
        next_seq,
    )  # core projects, and so reads this module's table

    at = core.clock.now()
    count = core.connection.execute(
        "SELECT count(*) FROM fact WHERE lead = ? AND kind = ?", (lead, kind)
    ).fetchone()[0]
    key = f"{kind}/{count + 1}"
    number = append(core, lead, Fact(next_seq(core, lead), key, kind, iso(at), body))
    project = project_retried if kind == "retried" else project_dropped
    project(event(core, lead, at, number), key, body)


def project_retried(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """A lead that is held goes on now; its postbacks, those that were given up too, and its inquiries are due now."""
    said = (event.at, event.lead)
    event.connection.execute("UPDATE work SET due = min(due, ?1) WHERE lead = ?2 AND why = 'held'", said)
    event.connection.execute(
        "UPDATE postback SET due = min(coalesce(due, ?1), ?1), state = 'due' WHERE lead = ?2 AND state IN "
        "('due', 'failed')",
        said,
    )
    event.connection.execute(
        "UPDATE follow_up SET due = min(due, ?1) WHERE lead = ?2 AND kind <> 'end'", said
    )


def project_dropped(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """Its next Run, which ends it, is due now."""
    event.connection.execute("UPDATE work SET due = ? WHERE lead = ?", (event.at, event.lead))


# ------------------------------------------------------------------ leads that cannot go on


def stuck_now(connection: sqlite3.Connection, now: datetime.datetime) -> frozenset[str]:
    """Leads that could not go on, and are not to be tried yet."""
    rows = connection.execute("SELECT lead FROM stuck WHERE again > ?", (iso(now),))
    return frozenset(row[0] for row in rows)


def note_stuck(core: Core, lead: str, why: str) -> None:
    """A lead could not go on: it is tried again after a pause that doubles each time."""
    row = core.connection.execute("SELECT attempts FROM stuck WHERE lead = ?", (lead,)).fetchone()
    attempts = int(row[0]) if row else 0
    again = core.clock.now() + min(FIRST * 2 ** min(attempts, 20), LONGEST)
    core.connection.execute(
        "INSERT INTO stuck VALUES (?,?,?,?) ON CONFLICT (lead) DO UPDATE SET attempts = excluded.attempts, "
        "again = excluded.again, why = excluded.why",
        (lead, attempts + 1, iso(again), text(why)),
    )


def note_free(core: Core, lead: str) -> None:
    """A lead that was stuck has gone on."""
    core.connection.execute("DELETE FROM stuck WHERE lead = ?", (lead,))
