"""Calls that came to the service: what came under an ``Idempotency-Key``, and which signed calls were taken."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import instance_digests

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core


@dataclass(frozen=True, slots=True)
class Note:
    """What is kept of a call with its lead, all or none: the name that it came under with what tells its body from any
    other and its number of leads, and keys of signed calls with until when they are remembered."""

    named: tuple[str, str, int] | None = None
    signed: tuple[tuple[str, datetime.datetime], ...] = ()

    def keep(self, core: Core) -> None:
        """Write it, in the transaction of the lead's first write."""
        if self.signed:
            note_signed(core, self.signed)
        if self.named is not None:
            note_named(core, *self.named)


def note_named(core: Core, name: str, body: str, leads: int) -> None:
    """Keep what came under this name; what came first stays. ``body`` tells one body from any other."""
    core.plain.execute(
        "INSERT INTO idempotency VALUES (?,?,?,?) ON CONFLICT (name) DO NOTHING",
        (name, core.digests.call(body), leads, iso(core.clock.now())),
    )


def is_same(connection: sqlite3.Connection, name: str, body: str, leads: int) -> bool:
    """Did this body come under this name, or nothing yet?"""
    row = connection.execute("SELECT digest, leads FROM idempotency WHERE name = ?", (name,)).fetchone()
    return row is None or tuple(row) == (instance_digests(connection).call(body), leads)


def note_signed(core: Core, calls: Iterable[tuple[str, datetime.datetime]]) -> None:
    """Remember signed calls until their signatures have ended; forget those that have."""
    core.plain.execute("DELETE FROM signed_call WHERE until < ?", (iso(core.clock.now()),))
    core.plain.executemany(
        "INSERT INTO signed_call VALUES (?,?) ON CONFLICT (key) DO NOTHING",
        [(key, iso(until)) for key, until in calls],
    )


def signed(connection: sqlite3.Connection) -> Mapping[str, datetime.datetime]:
    """All signed calls that are remembered, with until when."""
    return {key: moment(until) for key, until in connection.execute("SELECT key, until FROM signed_call")}
