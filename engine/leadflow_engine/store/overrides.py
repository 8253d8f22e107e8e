"""Overrides: what operators set beside the flow, for a time, with a name and a reason."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leadflow_engine.effects import LimitClaim
from leadflow_engine.store.codec import iso, text

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core


@dataclass(frozen=True, slots=True)
class Override:
    """One that is in force. ``kind`` is pause or cap, ``until`` ISO or None: until somebody says otherwise."""

    kind: str
    subject: str
    value: int | None
    said: str
    at: str
    until: str | None
    by: str
    because: str


def put(
    core: Core,
    kind: str,
    subject: str,
    value: int | None,
    said: str,
    length: datetime.timedelta | None,
    by: str,
    because: str,
) -> None:
    """Set an override from now on, for ``length`` (None: until somebody says otherwise)."""
    now = core.clock.now()
    core.connection.execute(
        "INSERT INTO override (kind, subject, value, said, at, until, by, because) VALUES (?,?,?,?,?,?,?,?)",
        (
            kind,
            subject,
            value,
            said,
            iso(now),
            iso(now + length) if length else None,
            text(by),
            text(because),
        ),
    )


def in_force(connection: sqlite3.Connection, at: datetime.datetime) -> list[Override]:
    """What counts at this moment: of each subject the last that is in force, unless that gives back the flow's own."""
    rows = connection.execute(
        "SELECT kind, subject, value, said, at, until, by, because FROM override o WHERE id = (SELECT max(id) FROM "
        "override l WHERE l.kind = o.kind AND l.subject = o.subject AND (l.until IS NULL OR l.until > ?)) "
        "ORDER BY kind DESC, subject",
        (iso(at),),
    ).fetchall()
    found = [Override(*row) for row in rows]
    return [one for one in found if one.value is not None and (one.kind != "pause" or one.value)]


def paused(connection: sqlite3.Connection, lead: str, buyer: str, at: datetime.datetime) -> Override | None:
    """The pause of a buyer in the lead's flow, where one is in force."""
    pauses = {one.subject: one for one in in_force(connection, at) if one.kind == "pause"}
    if not pauses:
        return None
    row = connection.execute("SELECT flow FROM lead WHERE id = ?", (lead,)).fetchone()
    return pauses.get(f"{row[0]}/buyer/{buyer}") if row else None


def overridden(
    connection: sqlite3.Connection, claims: Iterable[LimitClaim], at: datetime.datetime
) -> list[LimitClaim]:
    """Claims with the numbers that operators have set."""
    numbers = {one.subject: one for one in in_force(connection, at) if one.kind == "cap"}
    return [_with_number(claim, numbers.get(claim.limit)) for claim in claims]


def _with_number(claim: LimitClaim, override: Override | None) -> LimitClaim:
    if override is None or claim.maximum is None:
        return claim
    return replace(claim, maximum=override.value, reason=f"{override.said} (set by {override.by})")


def sentence(override: Override) -> str:
    """Why a buyer is paused, and until when."""
    end = f" until {override.until[:16].replace('T', ' ')} UTC" if override.until else ""
    return f"paused by {override.by}{end}: {override.because}"
