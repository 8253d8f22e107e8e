"""What another system sold before: dedupe keys, counts of windows that are still open, turns. Each line counts once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leadflow_engine.effects import KeyClaim, LimitClaim
from leadflow_engine.store import pools
from leadflow_engine.store.codec import iso, moment, text
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.room import spans_of

if TYPE_CHECKING:
    from leadflow_engine.store.core import Core

BEFORE_FACTS: Final = 100_000_000_000
"""Seconds that are taken from a time so that a turn of history comes before every fact (they are numbered from 1)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history: what names it (personal; kept as a digest), when it was (ISO), what it claims, and whose
    turn it was at which stages."""

    said: str
    at: str
    keys: tuple[KeyClaim, ...]
    limits: tuple[LimitClaim, ...]
    buyer: str = ""
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What is brought at once. ``kind`` is sold or accepted, ``digest`` the file's."""

    flow: str
    kind: str
    file: str
    digest: str
    by: str
    because: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """How many lines were new, how many of their keys and counts of open windows were kept."""

    new: int
    keys: int
    counts: int


def bring(core: Core, history: History) -> Brought:
    """Keep what is new of it; a line that was brought before changes nothing."""
    now = iso(core.clock.now())
    number = core.connection.execute(
        'INSERT INTO imported (flow, kind, file, digest, lines, at, "by", because) VALUES (?,?,?,?,0,?,?,?)',
        (
            history.flow,
            history.kind,
            text(history.file),
            history.digest,
            now,
            text(history.by),
            text(history.because),
        ),
    ).lastrowid
    new = keys = counts = 0
    for line in history.lines:
        hashed = core.digests.imported(f"{history.flow}\x1f{history.kind}\x1f{line.said}")
        added = core.connection.execute(
            "INSERT INTO imported_line VALUES (?,?) ON CONFLICT DO NOTHING", (hashed, number)
        )
        if not added.rowcount:
            continue
        new += 1
        keys += _keep_keys(core, number or 0, line)
        counts += _count(core, number or 0, line, now)
        _turn(core.connection, number or 0, history.flow, line)
    core.connection.execute("UPDATE imported SET lines = ? WHERE id = ?", (new, number))
    if not new:
        core.connection.execute("DELETE FROM imported WHERE id = ?", (number,))
    return Brought(new, keys, counts)


def _keep_keys(core: Core, number: int, line: Line) -> int:
    rows = [
        (key.scope, key.fields, core.digests.dedupe(key.fields, key.value), line.at, number)
        for key in line.keys
        if key.kept
    ]
    core.connection.executemany("INSERT INTO imported_key VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING", rows)
    return len(rows)


def _count(core: Core, number: int, line: Line, now: str) -> int:
    """Count in the windows that are still open; one that has passed keeps nobody out."""
    counted = 0
    for claim in pools.keep(core.connection, line.limits):
        span = spans_of(claim, moment(line.at))[0]
        if iso(span.end) <= now:
            continue
        place = (claim.limit, core.digests.by(claim.limit, claim.by), iso(span.start), iso(span.end))
        core.connection.execute(
            "INSERT INTO imported_count VALUES (?,?,?,?,?,?) "
            "ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            (number, *place, claim.amount),
        )
        _add(core.connection, place, claim.amount)
        counted += 1
    return counted


def _add(connection: sqlite3.Connection, place: tuple[str, str, str, str], amount: int) -> None:
    connection.execute(
        'INSERT INTO cap ("limit", "by", window_start, window_end, held, counted) VALUES (?,?,?,?,0,?) '
        "ON CONFLICT DO UPDATE SET counted = counted + excluded.counted",
        (*place, amount),
    )


def _turn(connection: sqlite3.Connection, number: int, flow: str, line: Line) -> None:
    last = int(moment(line.at).timestamp()) - BEFORE_FACTS
    for stage in line.stages:
        connection.execute(
            "INSERT INTO imported_turn VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
            (number, flow, stage, line.buyer, last),
        )
        connection.execute(
            "INSERT INTO turn (flow, stage, buyer, last) VALUES (?,?,?,?) "
            "ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
            (flow, stage, line.buyer, last),
        )


def seed(connection: sqlite3.Connection) -> None:
    """Fill emptied caps and turns with what was brought: how a rebuild begins."""
    connection.execute(
        'INSERT INTO cap ("limit", "by", window_start, window_end, held, counted) SELECT "limit", "by", window_start, '
        'max(window_end), 0, sum(amount) FROM imported_count GROUP BY "limit", "by", window_start'
    )
    connection.execute(
        "INSERT INTO turn (flow, stage, buyer, last) SELECT flow, stage, buyer, max(last) FROM imported_turn "
        "GROUP BY flow, stage, buyer"
    )


def undo(core: Core, digest: str, by: str, because: str) -> int:
    """Forget what a file brought, so that it, or a better one, can be brought again. Gives how many lines; the note
    that it was brought, and by whom it was undone, stays. Turns that buyers had since stay. Raises ``StoreError`` where
    the journal has nothing of the file."""
    connection = core.connection
    found = connection.execute(
        "SELECT id, lines FROM imported WHERE digest = ? AND undone_at IS NULL", (digest,)
    ).fetchall()
    if not found:
        raise StoreError(
            "nothing of this file is in the journal: it was never brought, undone, or changed since"
        )
    for number, _ in found:
        _forget(connection, number)
        connection.execute(
            "UPDATE imported SET undone_at = ?, undone_by = ?, undone_because = ? WHERE id = ?",
            (iso(core.clock.now()), text(by), text(because), number),
        )
    return sum(lines for _, lines in found)


def _forget(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(
        "UPDATE cap SET counted = counted - i.amount FROM imported_count i WHERE i.imported = ? AND "
        'i."limit" = cap."limit" AND i."by" = cap."by" AND i.window_start = cap.window_start',
        (number,),
    )
    connection.execute(
        "DELETE FROM cap WHERE held = 0 AND counted = 0 AND NOT EXISTS (SELECT 1 FROM reservation r WHERE "
        'r."limit" = cap."limit" AND r."by" = cap."by" AND r.window_start = cap.window_start)'
    )
    turns = connection.execute(
        "SELECT flow, stage, buyer FROM imported_turn WHERE imported = ?", (number,)
    ).fetchall()
    for table in ("imported_line", "imported_key", "imported_count", "imported_turn"):
        connection.execute(f"DELETE FROM {table} WHERE imported = ?", (number,))
    for place in turns:
        _turn_left(connection, place)


def _turn_left(connection: sqlite3.Connection, place: Sequence[str]) -> None:
    """A turn that only history told of goes back to what other history tells; one that a lead has made stays."""
    where = "flow = ? AND stage = ? AND buyer = ?"
    connection.execute(f"DELETE FROM turn WHERE {where} AND last < 0", tuple(place))
    connection.execute(
        "INSERT INTO turn (flow, stage, buyer, last) SELECT flow, stage, buyer, max(last) FROM imported_turn "
        f"WHERE {where} GROUP BY flow, stage, buyer ON CONFLICT DO NOTHING",
        tuple(place),
    )
