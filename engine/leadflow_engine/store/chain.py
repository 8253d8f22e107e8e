"""The chain of hashes by which a lead's facts vouch for each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from leadflow_engine.store.digests import Digests

START = ""

FACT: Final = (
    "w.seq + f.key, json_extract(f.value, '$[0]'), json_extract(f.value, '$[1]'), json_extract(f.value, '$[2]'), "
    "json_extract(f.value, '$[3]'), json_extract(w.contents, '$[' || f.key || ']'), json_extract(f.value, '$[4]'), "
    "json_extract(f.value, '$[5]')"
)
"""A fact as the view of them shows it, of rows of ``written`` (w) in an order of theirs."""


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
    where = "" if lead is None else "WHERE w.lead = ?"
    rows = connection.execute(
        f"SELECT w.lead, {FACT}, w.last = w.seq + json_array_length(w.facts) - 1 "
        f"FROM written w JOIN json_each(w.facts) f {where} ORDER BY w.lead, w.last, f.key",
        () if lead is None else (lead,),
    )
    current, expected, previous, broken = "", 0, START, False
    keys: set[str] = set()
    for name, seq, key, kind, at, body, content, digest, found, whole in rows:
        if name != current:
            current, expected, previous, broken = name, 0, START, False
            keys.clear()
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
        elif not whole:
            problem = "others were written with it"
        elif key in keys:
            problem = "it was written before"
        keys.add(key)
        if problem:
            broken = True
            yield Break(name, seq, key, problem)
        expected, previous = seq + 1, found
