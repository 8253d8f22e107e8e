"""The chain of hashes by which a lead's facts vouch for each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from leadflow_engine.store.digests import Digests

START = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the first fact of ``lead`` that is not what was written, and how that
    shows."""

    lead: str
    seq: int
    key: str
    problem: str


def link(previous: str, lead: str, seq: int, key: str, kind: str, at: str, body: str, digest: str) -> str:
    """A fact's hash. Lengths stand before the texts, so that no two different facts give the same
    material."""
    number = str(seq)
    return sha256(  # spelled out: a loop over the parts takes twice as long, eleven times a lead
        f"{len(previous)}:{previous}{len(lead)}:{lead}{len(number)}:{number}{len(key)}:{key}{len(kind)}:{kind}"
        f"{len(at)}:{at}{len(body)}:{body}{len(digest)}:{digest}".encode()
    ).hexdigest()


def verify(
    connection: sqlite3.Connection,
    digests: Digests,
    lead: str | None = None,
    passed: Callable[[], None] = lambda: None,
) -> Iterator[Break]:
    """Every lead's first break, or those of one lead; nothing where all is as it was written. Removed
    contents are no break. ``passed`` is called as each lead's facts begin."""
    where = "" if lead is None else "WHERE lead = ?"
    rows = connection.execute(
        f"SELECT lead, seq, key, kind, at, body, content, digest, hash FROM fact {where} ORDER BY lead, seq",
        () if lead is None else (lead,),
    )
    current, expected, previous, broken = "", 0, START, False
    for name, seq, key, kind, at, body, content, digest, found in rows:
        if name != current:
            current, expected, previous, broken = name, 0, START, False
            passed()
        if broken:
            continue
        problem = ""
        if seq != expected:
            problem = f"fact {expected} is missing"
        elif content is not None and digests.content(content) != digest:
            problem = "its content is not what was written"
        elif link(previous, name, seq, key, kind, at, body, digest) != found:
            problem = "it is not what was written"
        if problem:
            broken = True
            yield Break(name, seq, key, problem)
        expected, previous = seq + 1, found
