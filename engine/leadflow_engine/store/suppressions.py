"""Suppression lists: what is on them, for whom, until when, and who changed them why.

Values are kept as digests only.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leadflow_engine.effects import Result, Suppressible
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.digests import Digests

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core

STOPS_SALES: Final = "do_not_sell"
"""The list that stops every sale by itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a value is on a list: for whom ("" for all), since when, and until when (ISO, None for ever)."""

    scope: str
    added_at: str
    expires_at: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a list: ``action`` is add or remove, ``entries`` how many it changed."""

    action: str
    scope: str
    entries: int
    at: str
    by: str
    because: str


def add(
    core: Core,
    name: str,
    values: Iterable[str],
    scope: str,
    expires: datetime.timedelta | None,
    by: str,
    why: str,
) -> int:
    """Put values on a list; one that is there already stays, from now on until its new end. Gives how many are new."""
    now = core.clock.now()
    end = iso(now + expires) if expires is not None else None
    new = 0
    for value in values:
        place = (name, core.digests.suppression(name, value), scope)
        core.connection.execute(
            "DELETE FROM suppression WHERE list = ? AND hash = ? AND scope = ? AND expires_at <= ?",
            (*place, iso(now)),
        )
        known = core.connection.execute(
            "SELECT 1 FROM suppression WHERE list = ? AND hash = ? AND scope = ?", place
        ).fetchone()
        new += known is None
        core.connection.execute(
            "INSERT INTO suppression VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at",
            (*place, iso(now), end),
        )
    _note(core, name, "add", scope, new, by, why)
    return new


def remove(core: Core, name: str, values: Iterable[str], scope: str, by: str, why: str) -> int:
    """Take values off a list. Gives how many were on it."""
    gone = sum(
        core.connection.execute(
            "DELETE FROM suppression WHERE list = ? AND hash = ? AND scope = ?",
            (name, core.digests.suppression(name, value), scope),
        ).rowcount
        for value in values
    )
    _note(core, name, "remove", scope, gone, by, why)
    return gone


def _note(core: Core, name: str, action: str, scope: str, entries: int, by: str, why: str) -> None:
    core.connection.execute(
        "INSERT INTO suppression_change (list, action, scope, entries, at, by, because) VALUES (?,?,?,?,?,?,?)",
        (name, action, scope, entries, iso(core.clock.now()), text(by), text(why)),
    )


def entries(
    connection: sqlite3.Connection, digests: Digests, name: str, value: str, at: datetime.datetime
) -> list[Entry]:
    """Where a value is on a list at this moment."""
    rows = connection.execute(
        "SELECT scope, added_at, expires_at FROM suppression WHERE list = ? AND hash = ? "
        "AND (expires_at IS NULL OR expires_at > ?) ORDER BY scope",
        (name, digests.suppression(name, value), iso(at)),
    )
    return [Entry(*row) for row in rows]


def count(connection: sqlite3.Connection, name: str, at: datetime.datetime) -> int:
    """How many entries a list has."""
    row = connection.execute(
        "SELECT count(*) FROM suppression WHERE list = ? AND (expires_at IS NULL OR expires_at > ?)",
        (name, iso(at)),
    ).fetchone()
    return int(row[0])


def changes(connection: sqlite3.Connection, name: str) -> list[Change]:
    """The changes of a list, the last first."""
    rows = connection.execute(
        "SELECT action, scope, entries, at, by, because FROM suppression_change WHERE list = ? ORDER BY id DESC",
        (name,),
    )
    return [Change(*row) for row in rows]


def found(
    connection: sqlite3.Connection, digests: Digests, asked: Suppressible, at: datetime.datetime
) -> Result:
    """What of a lead is on which list, and which buyers are not to be sold it; see ``effects.ReadSuppressed``."""
    lists: dict[str, list[str]] = {}
    buyers: dict[str, str] = {}
    for name, field, value in asked.values:
        for entry in entries(connection, digests, name, value, at):
            owner, _, whom = entry.scope.rpartition("/")
            if entry.scope in ("", f"{asked.flow}/source/{asked.source}"):
                lists.setdefault(name, []).append(field)
            elif owner == f"{asked.flow}/buyer":
                buyers.setdefault(whom, name)
    return {"lists": {name: sorted(set(fields)) for name, fields in lists.items()}, "buyers": buyers}


def stops(
    connection: sqlite3.Connection, digests: Digests, asked: Suppressible, buyer: str, at: datetime.datetime
) -> str:
    """The list that stops a sale to this buyer; "" where none does."""
    said = found(connection, digests, asked, at)
    return STOPS_SALES if STOPS_SALES in said["lists"] else str(said["buyers"].get(buyer, ""))
