"""The one calendar of what several flows count together (``shared NAME``, ``across all``), whatever their zones.

It is the zone of the flow that claimed first, for as long as there is the journal. It stands in ``meta``, so that a
rebuild counts in the same windows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from leadflow_engine.effects import LimitClaim

TOGETHER: Final = ("shared/", "all/")
"""What the identities begin with that no single flow owns."""

NAME: Final = "zone of "
"""Under which ``meta`` holds each, with the identity behind it."""


def in_their_zones(connection: sqlite3.Connection, claims: Iterable[LimitClaim]) -> list[LimitClaim]:
    """The claims, those that flows make together in the zone in which they are counted."""
    return [
        _in(claim, zone_of(connection, claim.limit)) if claim.limit.startswith(TOGETHER) else claim
        for claim in claims
    ]


def zone_of(connection: sqlite3.Connection, limit: str) -> str:
    """The zone in which this is counted; "" where nobody claimed it yet."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (NAME + limit,)).fetchone()
    return str(row[0]) if row else ""


def keep(connection: sqlite3.Connection, claims: Iterable[LimitClaim]) -> list[LimitClaim]:
    """``in_their_zones``; from now on those that were never claimed before are counted in the zone of these."""
    claims = list(claims)
    together = [(NAME + each.limit, each.zone) for each in claims if each.limit.startswith(TOGETHER)]
    if not together:
        return claims
    connection.executemany("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", together)
    return in_their_zones(connection, claims)


def _in(claim: LimitClaim, zone: str) -> LimitClaim:
    return replace(claim, zone=zone) if zone and zone != claim.zone else claim
