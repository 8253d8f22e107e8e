"""Overrides: what operators and policies set beside the flow, for a time, with a name and a reason.

A person's word wins over a policy's; one that gives back the flow's own ends what policies had set before it."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leadflow_engine.store.codec import iso, text

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
policies set and undid."""


def effective(connection: sqlite3.Connection, now: str) -> list[Override]:
    """What counts at this moment (ISO), one of a kind and subject; ``beside.in_force`` remembers it."""
    rows = connection.execute(LAST, (now,)).fetchall()
    together: dict[tuple[str, str], list[Override]] = {}
    for row in rows:
        together.setdefault(row[:2], []).append(Override(*row))
    return [one for group in together.values() if (one := _strongest(group)) is not None]


def next_end(connection: sqlite3.Connection, now: str) -> str | None:
    """When the next one that was set for a time ends (ISO)."""
    end: str | None = connection.execute(
        "SELECT min(until) FROM override WHERE until > ?", (now,)
    ).fetchone()[0]
    return end


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


def sentence(override: Override) -> str:
    """Why a buyer is paused, and until when."""
    end = f" until {override.until[:16].replace('T', ' ')} UTC" if override.until else ""
    return f"paused by {override.by}{end}: {override.because}"
