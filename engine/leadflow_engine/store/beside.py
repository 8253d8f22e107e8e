"""What stands beside leads and is asked of every one: overrides that are in force, and whether there is any list, any
invoice, any imported history.

All of it changes seldom. It is read once and remembered until the journal's own count of such changes has moved,
whichever process changed something, or until an override ends by itself."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from leadflow_engine.effects import LimitClaim
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.overrides import Override, effective, next_end
from leadflow_engine.store.seal import Connection

CHANGED: Final = "SELECT changed FROM beside"
_THERE: Final = (
    "SELECT EXISTS (SELECT 1 FROM suppression), EXISTS (SELECT 1 FROM imported_key), "
    "(SELECT group_concat(buyer, '/') FROM (SELECT DISTINCT buyer FROM invoice))"
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is from ``since`` until ``before`` (None: for good), while the journal counts ``changed`` changes.
    ``pauses`` are by subject, ``paused`` the names of their buyers, ``numbers`` by kind and subject; ``billed`` are
    buyers that have an invoice."""

    changed: int
    since: datetime.datetime
    before: datetime.datetime | None
    overrides: tuple[Override, ...]
    pauses: Mapping[str, Override]
    paused: frozenset[str]
    numbers: Mapping[tuple[str, str], Override]
    suppressed: bool
    imported: bool
    billed: frozenset[str]

    def holds(self, changed: int, at: datetime.datetime) -> bool:
        """Is it so still?"""
        return self.changed == changed and self.since <= at and (self.before is None or at < self.before)


def beside(connection: sqlite3.Connection, at: datetime.datetime, changed: int | None = None) -> Beside:
    """What there is at this moment. ``changed`` is the journal's count, where it was asked already."""
    count: int = connection.execute(CHANGED).fetchone()[0] if changed is None else changed
    own = connection if isinstance(connection, Connection) else None
    known = own.beside if own is not None else None
    if isinstance(known, Beside) and known.holds(count, at):
        return known
    found = _read(connection, count, at)
    if own is not None:
        own.beside = found
    return found


def forget(connection: sqlite3.Connection) -> None:
    """Remember nothing: a transaction was rolled back, and its changes may be counted again for others."""
    if isinstance(connection, Connection):
        connection.beside = None


def _read(connection: sqlite3.Connection, changed: int, at: datetime.datetime) -> Beside:
    now = iso(at)
    found = tuple(effective(connection, now))
    end = next_end(connection, now)
    suppressed, imported, billed = connection.execute(_THERE).fetchone()
    return Beside(
        changed,
        at,
        moment(end) if end is not None else None,
        found,
        {one.subject: one for one in found if one.kind == "pause"},
        frozenset(one.subject.rpartition("/")[2] for one in found if one.kind == "pause"),
        {(one.kind, one.subject): one for one in found if one.kind in ("cap", "slow")},
        bool(suppressed),
        bool(imported),
        frozenset(billed.split("/")) if billed else frozenset(),
    )


# ------------------------------------------------------------------ overrides


def in_force(connection: sqlite3.Connection, at: datetime.datetime) -> list[Override]:
    """The overrides that count at this moment, one of a kind and subject."""
    return list(beside(connection, at).overrides)


def weights(connection: sqlite3.Connection, flow: str, at: datetime.datetime) -> dict[str, int]:
    """The weights (millionths) that are set of a flow's buyers, by buyer."""
    place = f"{flow}/buyer/"
    return {
        one.subject.removeprefix(place): one.value or 0
        for one in beside(connection, at).overrides
        if one.kind == "weight" and one.subject.startswith(place)
    }


def paused(connection: sqlite3.Connection, here: Beside, lead: str, buyer: str) -> Override | None:
    """The pause of a buyer in the lead's flow, where one is in force."""
    if buyer not in here.paused:
        return None
    row = connection.execute("SELECT flow FROM lead WHERE id = ?", (lead,)).fetchone()
    return here.pauses.get(f"{row[0]}/buyer/{buyer}") if row else None


def overridden(here: Beside, claims: Iterable[LimitClaim]) -> list[LimitClaim]:
    """Claims with the numbers that are set: a cap's instead of its own; of a source that is slowed the lower one, also
    where the flow only counts."""
    numbers = here.numbers
    return [_slowed(_with_number(claim, numbers), numbers) for claim in claims] if numbers else list(claims)


Numbers = Mapping[tuple[str, str], Override]


def _with_number(claim: LimitClaim, numbers: Numbers) -> LimitClaim:
    override = numbers.get(("cap", claim.limit))
    if override is None or claim.maximum is None:
        return claim
    return _by(claim, override)


def _slowed(claim: LimitClaim, numbers: Numbers) -> LimitClaim:
    override = numbers.get(("slow", claim.limit))
    if override is None or override.value is None:
        return claim
    return claim if claim.maximum is not None and claim.maximum <= override.value else _by(claim, override)


def _by(claim: LimitClaim, override: Override) -> LimitClaim:
    return replace(claim, maximum=override.value, reason=f"{override.said} (set by {override.by})")
