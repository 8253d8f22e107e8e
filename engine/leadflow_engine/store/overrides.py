"""Overrides: what operators and policies set beside the flow, for a time, with a name and a reason.

A person's word wins over a policy's; one that gives back the flow's own ends what policies had set before it."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from leadflow_engine.effects import LimitClaim
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.seal import Connection

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core


@dataclass(frozen=True, slots=True)
class Override:
    """One that is in force. ``kind`` is pause, cap, slow (a source's throttle) or weight; ``until`` ISO or None: until
    somebody says otherwise; ``policy`` the title of the policy that set it, "" for a person."""

    kind: str
    subject: str
    value: int | None
    said: str
    at: str
    until: str | None
    by: str
    because: str
    policy: str = ""

    @property
    def speaks(self) -> bool:
        """Does it set something? Else it gives back the flow's own."""
        return self.value is not None and (self.kind != "pause" or bool(self.value))


def put(
    core: Core,
    kind: str,
    subject: str,
    value: int | None,
    said: str,
    length: datetime.timedelta | None,
    by: str,
    because: str,
    policy: str = "",
) -> None:
    """Set an override from now on, for ``length`` (None: until somebody says otherwise)."""
    now = core.clock.now()
    core.connection.execute(
        "INSERT INTO override (kind, subject, value, said, at, until, by, because, policy) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            kind,
            subject,
            value,
            said,
            iso(now),
            iso(now + length) if length else None,
            text(by),
            text(because),
            policy,
        ),
    )


LAST: Final = """
WITH RECURSIVE
k(kind) AS (
  SELECT min(kind) FROM override
  UNION ALL SELECT (SELECT min(o.kind) FROM override o WHERE o.kind > k.kind) FROM k WHERE k.kind IS NOT NULL),
s(kind, subject) AS (
  SELECT kind, (SELECT min(o.subject) FROM override o WHERE o.kind = k.kind) FROM k WHERE kind IS NOT NULL
  UNION ALL SELECT kind, (SELECT min(o.subject) FROM override o WHERE o.kind = s.kind AND o.subject > s.subject)
  FROM s WHERE s.subject IS NOT NULL),
p(kind, subject, policy) AS (
  SELECT kind, subject, (SELECT min(o.policy) FROM override o WHERE o.kind = s.kind AND o.subject = s.subject)
  FROM s WHERE subject IS NOT NULL
  UNION ALL SELECT kind, subject, (SELECT min(o.policy) FROM override o
    WHERE o.kind = p.kind AND o.subject = p.subject AND o.policy > p.policy) FROM p WHERE p.policy IS NOT NULL)
SELECT o.kind, o.subject, o.value, o.said, o.at, o.until, o.by, o.because, o.policy
FROM p CROSS JOIN override o ON o.id = (
  SELECT l.id FROM override l WHERE l.kind = p.kind AND l.subject = p.subject AND l.policy = p.policy
  AND (l.until IS NULL OR l.until > ?) ORDER BY l.id DESC LIMIT 1)
ORDER BY o.kind DESC, o.subject, o.id
"""
"""Of each subject what each person or policy said last, found by a step of the index each: there are many rows of what
policies set and undid, and every offer asks."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found to be in force ``since`` a moment and before another (None: for good), while ``last`` is the last
    that was set."""

    last: tuple[object, ...]
    since: str
    before: str | None
    found: tuple[Override, ...]

    def holds(self, last: tuple[object, ...], now: str) -> bool:
        """Is it so still?"""
        return self.last == last and self.since <= now and (self.before is None or now < self.before)


_known: WeakKeyDictionary[sqlite3.Connection, _Known] = WeakKeyDictionary()
_NEWEST: Final = "SELECT * FROM override ORDER BY id DESC LIMIT 1"


def in_force(connection: sqlite3.Connection, at: datetime.datetime) -> list[Override]:
    """What counts at this moment, one of a kind and subject. Every offer asks, and things are set seldom: what was
    found is remembered until something is set, or ends by itself."""
    newest, now = connection.execute(_NEWEST).fetchone(), iso(at)
    if newest is None:
        return []
    known = _known.get(connection) if isinstance(connection, Connection) else None
    if known is None or not known.holds(newest, now):
        known = _found(connection, newest, now)
        if isinstance(connection, Connection):
            _known[connection] = known
    return list(known.found)


def _found(connection: sqlite3.Connection, newest: tuple[object, ...], now: str) -> _Known:
    ends = connection.execute("SELECT min(until) FROM override WHERE until > ?", (now,)).fetchone()[0]
    return _Known(newest, now, ends, tuple(_asked(connection, now)))


def _asked(connection: sqlite3.Connection, now: str) -> list[Override]:
    rows = connection.execute(LAST, (now,)).fetchall()
    together: dict[tuple[str, str], list[Override]] = {}
    for row in rows:
        together.setdefault(row[:2], []).append(Override(*row))
    return [one for group in together.values() if (one := _strongest(group)) is not None]


def _strongest(said: list[Override]) -> Override | None:
    """Of what was said of a subject, in its order, what counts: a person's word, else the last of the policies' (where
    they slow a source the slowest) that came after it."""
    own = next((number for number, one in enumerate(said) if not one.policy), None)
    if own is not None and said[own].speaks:
        return said[own]
    policies = [one for one in said[0 if own is None else own + 1 :] if one.speaks]
    if policies and policies[0].kind == "slow":
        return min(policies, key=lambda one: one.value or 0)
    return policies[-1] if policies else None


def set_by(connection: sqlite3.Connection, flow: str, policy: str) -> list[Override]:
    """What a policy of a flow has set and not undone, whether or not it counts."""
    rows = connection.execute(
        "SELECT kind, subject, value, said, at, until, by, because, policy FROM override o WHERE policy = ?1 "
        "AND substr(subject, 1, length(?2) + 1) = ?2 || '/' AND id = (SELECT max(id) FROM override l "
        "WHERE l.kind = o.kind AND l.subject = o.subject AND l.policy = o.policy) ORDER BY id",
        (policy, flow),
    )
    return [one for row in rows if (one := Override(*row)).speaks]


def weights(connection: sqlite3.Connection, flow: str, at: datetime.datetime) -> dict[str, int]:
    """The weights (millionths) that are set of a flow's buyers, by buyer."""
    place = f"{flow}/buyer/"
    return {
        one.subject.removeprefix(place): one.value or 0
        for one in in_force(connection, at)
        if one.kind == "weight" and one.subject.startswith(place)
    }


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
    """Claims with the numbers that are set: a cap's instead of its own; of a source that is slowed the lower one, also
    where the flow only counts."""
    numbers = {(one.kind, one.subject): one for one in in_force(connection, at)}
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


def sentence(override: Override) -> str:
    """Why a buyer is paused, and until when."""
    end = f" until {override.until[:16].replace('T', ' ')} UTC" if override.until else ""
    return f"paused by {override.by}{end}: {override.because}"
