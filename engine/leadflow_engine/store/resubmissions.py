"""Leads that are offered again: each once, as the next attempt, which is a lead of its own.

The row is a projection of whatever asked for it (an operator's word, a return). Due is one whose next attempt has not
begun: it begins with that lead's first commit, so a crash before begins it anew, and one after goes on with it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadflow_engine.effects import Fact
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event
from leadflow_engine.store.queries import content_of

KIND: Final = "resubmitted"
IS_FREE: Final = (
    "NOT EXISTS (SELECT 1 FROM delivery d WHERE d.lead = r.lead "
    "AND d.state IN ('confirmed', 'pending', 'in_doubt', 'intent'))"
)
"""Nobody has the lead of this resubmission, or may have it."""

BETWEEN: Final = "/attempt/"
"""Stands in an identity before the number of the attempt."""


@dataclass(frozen=True, slots=True)
class Resubmission:
    """A lead that is to be offered again. ``tried`` are the buyers that were or may have been sent it in this or an
    earlier attempt, with those that are to be left out beside; ``entered`` is whether its source's door let it in,
    ``paid`` whether its source has been paid for it; ``changed`` are corrected values by field (personal)."""

    lead: str
    next: str
    identity: str
    attempt: int
    because: str
    plan: str
    tried: tuple[str, ...]
    entered: bool
    paid: bool
    changed: Mapping[str, str]


def ask(event: Event, because: str, without: tuple[str, ...], plan: str = "", key: str = "") -> None:
    """Have the event's lead offered again, without these buyers and all that were sent it. Of a lead that is to be
    offered again already, and of one that somebody has, nothing changes. For projections: it reads nothing else.

    ``plan`` is the name of the plan on which, "" for the flow's newest; ``key`` the fact with corrected values."""
    # It loads plans, which a process that only writes a journal has no use for: 14 MB of 50.
    from leadflow_engine.intake.door import lead_id

    if _who_has_it(event.connection, event.lead):
        return
    flow, identity = event.connection.execute(
        "SELECT flow, identity FROM lead WHERE id = ?", (event.lead,)
    ).fetchone()
    before = event.connection.execute(
        "SELECT attempt FROM resubmission WHERE next = ?", (event.lead,)
    ).fetchone()
    attempt = (before[0] if before else 1) + 1
    name = f"{identity.partition(BETWEEN)[0] or event.lead}{BETWEEN}{attempt}"
    event.connection.execute(
        "INSERT INTO resubmission VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        (
            event.lead,
            lead_id(flow, name),
            text(name),
            attempt,
            text(because),
            json.dumps(list(without)),
            plan,
            key,
            event.at,
        ),
    )


def resubmit(
    core: Core,
    lead: str,
    because: str,
    by: str,
    without: Sequence[str] = (),
    plan: str = "",
    changed: Mapping[str, str] | None = None,
) -> str:
    """Add the fact ``resubmitted/1`` and what follows from it. Gives the id of the next attempt. Raises
    ``StoreError`` for a lead that is offered again already, is under way or waits, or whose values are gone."""
    _may_be(core.connection, lead)
    body: dict[str, Any] = {"because": because, "by": by, "without": list(without), "plan": plan}
    content = {"set": json.dumps(dict(changed))} if changed else None
    at = core.clock.now()
    key = f"{KIND}/1"
    fact = append(core, lead, Fact(next_seq(core, lead), key, KIND, iso(at), body, content))
    project_resubmitted(event(core, lead, at, fact), key, body)
    return _next(core.connection, lead)


def project_resubmitted(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of such a fact, live and in a rebuild."""
    ask(event, body["because"], tuple(body["without"]), body["plan"], key)


def _may_be(connection: sqlite3.Connection, lead: str) -> None:
    row = connection.execute("SELECT outcome, ended_at FROM lead WHERE id = ?", (lead,)).fetchone()
    if row is None:
        raise StoreError(f"there is no lead {lead} in this journal")
    if next_ := _next(connection, lead):
        raise StoreError(f"lead {lead} is offered again already, as {next_}: resubmit that one")
    if row[1] is None:
        said = f"waits ({row[0]})" if row[0] else "is under way"
        raise StoreError(f"lead {lead} {said}; only a lead that has ended can be offered again")
    if has := _who_has_it(connection, lead):
        raise StoreError(f"lead {lead} is not free: {has} has it or may have it")
    if not _has_content(connection, lead):
        raise StoreError(f"what came of lead {lead} is not kept any more: it cannot be offered again")


def _who_has_it(connection: sqlite3.Connection, lead: str) -> str:
    rows = connection.execute(
        "SELECT buyer FROM delivery WHERE lead = ? AND state IN ('confirmed', 'pending', 'in_doubt', 'intent') "
        "ORDER BY buyer",
        (lead,),
    )
    return ", ".join(row[0] for row in rows)


def _next(connection: sqlite3.Connection, lead: str) -> str:
    """The next attempt's lead; "" where there is none."""
    row = connection.execute("SELECT next FROM resubmission WHERE lead = ?", (lead,)).fetchone()
    return str(row[0]) if row else ""


def _has_content(connection: sqlite3.Connection, lead: str) -> bool:
    row = connection.execute(
        "SELECT content FROM fact WHERE lead = ? AND key = 'received'", (lead,)
    ).fetchone()
    return bool(row and row[0] is not None)


def due(connection: sqlite3.Connection) -> list[Resubmission]:
    """Leads whose next attempt has not begun, the first asked first. One that has not ended waits for its end, and one
    that somebody has by now is not offered."""
    rows = connection.execute(
        'SELECT r.lead, r.next, r.identity, r.attempt, r.because, r."without", r.plan, r."key" '
        "FROM resubmission r JOIN lead l ON l.id = r.lead "
        "WHERE l.ended_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lead n WHERE n.id = r.next) "
        f"AND {IS_FREE} "
        "ORDER BY r.at, r.lead"
    ).fetchall()
    return [_resubmission(connection, *row) for row in rows]


def _resubmission(
    connection: sqlite3.Connection,
    lead: str,
    next_: str,
    identity: str,
    attempt: int,
    because: str,
    without: str,
    plan: str,
    key: str,
) -> Resubmission:
    attempts = _chain(connection, lead)
    tried = {buyer for each in attempts for buyer in _sent_to(connection, each)}
    return Resubmission(
        lead,
        next_,
        identity,
        attempt,
        because,
        plan,
        tuple(sorted(tried | set(json.loads(without)) | _left_out(connection, attempts))),
        any(_entered(connection, each) for each in attempts),
        any(_paid(connection, each) for each in attempts),
        _changed(connection, lead, key),
    )


def first_of(connection: sqlite3.Connection, lead: str) -> str:
    """The lead's first attempt, which is the id that its source knows: the lead itself where it was offered once."""
    return _chain(connection, lead)[-1]


def _chain(connection: sqlite3.Connection, lead: str) -> list[str]:
    """This attempt and those before it, the last first."""
    found = [lead]
    while row := connection.execute("SELECT lead FROM resubmission WHERE next = ?", (found[-1],)).fetchone():
        found.append(row[0])
    return found


def _sent_to(connection: sqlite3.Connection, lead: str) -> list[str]:
    """Buyers that were, or may have been, sent a lead; what was certainly not sent is no try."""
    rows = connection.execute("SELECT DISTINCT buyer, state FROM delivery WHERE lead = ?", (lead,))
    return [buyer for buyer, state in rows if state != "not_sent"]


def _left_out(connection: sqlite3.Connection, attempts: Sequence[str]) -> set[str]:
    marks = ",".join("?" * len(attempts))
    rows = connection.execute(f'SELECT "without" FROM resubmission WHERE next IN ({marks})', list(attempts))
    return {buyer for (without,) in rows for buyer in json.loads(without)}


def _entered(connection: sqlite3.Connection, lead: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM fact WHERE lead = ? AND kind = 'accept' AND json_extract(body, '$.accepted')", (lead,)
    ).fetchone()
    return row is not None


def _paid(connection: sqlite3.Connection, lead: str) -> bool:
    """Is the source owed anything for this attempt, all that was taken back taken off?"""
    row = connection.execute(
        "SELECT coalesce(sum(amount), 0) FROM ledger WHERE lead = ? AND kind LIKE 'source%'", (lead,)
    ).fetchone()
    return bool(row[0])


def _changed(connection: sqlite3.Connection, lead: str, key: str) -> Mapping[str, str]:
    row = connection.execute("SELECT content FROM fact WHERE lead = ? AND key = ?", (lead, key)).fetchone()
    said: dict[str, str] = (
        json.loads(content_of(connection, lead, key, row[0])["set"]) if row and row[0] else {}
    )
    return said
