"""Answers to read effects, from what is committed: limits, turns, kept answers."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leadflow_engine.effects import (
    BuyerLimits,
    Effect,
    ReadCache,
    ReadCallback,
    ReadFigures,
    ReadLimits,
    ReadPromised,
    ReadRates,
    ReadSuppressed,
    ReadTurns,
    Result,
)
from leadflow_engine.limits import Down, down
from leadflow_engine.ports import Clock
from leadflow_engine.store import suppressions, tallies
from leadflow_engine.store.beside import beside, weights
from leadflow_engine.store.callbacks import token_of
from leadflow_engine.store.claims import Asking, Refusal, each_refused, paused_now
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.queries import UNSETTLED, content_of
from leadflow_engine.store.remembered import NEVER, Remembered
from leadflow_engine.store.room import clock_time, used_now

LOOK_BACK = datetime.timedelta(hours=1)
"""How far back failures are looked at, beyond what a buyer's own rule needs."""


@dataclass(slots=True)
class Reader:
    """A connection to read from. ``trials`` remembers which lead may try a buyer that was down, and how long
    nobody else may; ``remembered`` is kept by who writes the journal in this process."""

    connection: sqlite3.Connection
    digests: Digests
    clock: Clock
    trials: dict[str, tuple[str, datetime.datetime]] = field(default_factory=dict)
    remembered: Remembered | None = None

    def alone(self, alone: bool) -> None:
        """Is this process the only one that writes the journal?"""
        if self.remembered is not None:
            self.remembered.alone, self.remembered.state = alone, None


def read(reader: Reader, lead: str, effect: Effect) -> Result:
    """The result of a read effect. Raises ``StoreError`` for an effect that the journal cannot answer."""
    answer = READS.get(type(effect.data))
    if answer is None:
        raise StoreError(f"{effect.key}: {effect.kind} effects of this kind are not answered by the journal")
    return answer(reader, lead, effect.data)


# ------------------------------------------------------------------ limits


def _limits(reader: Reader, lead: str, data: ReadLimits) -> Result:
    at = reader.clock.now()
    remembered = reader.remembered
    mark = remembered.mark(reader.connection) if remembered is not None else NEVER
    changed, failed_at = _state(reader, mark)
    here = beside(reader.connection, at, changed)
    asking = Asking(reader.connection, reader.digests, lead, at, here, remembered, mark=mark)
    refused: dict[str, Refusal] = {}
    if here.pauses or here.billed:
        _begin(reader.connection)
        refused |= _found((each.buyer, paused_now(asking, each.buyer)) for each in data.buyers)
    failures = _failures(reader.connection, data.buyers, at, failed_at)
    if failures:
        left = [each for each in data.buyers if each.buyer not in refused and each.buyer in failures]
        refused |= _found(
            (each.buyer, _is_down(reader, lead, each, failures[each.buyer], at)) for each in left
        )
    left = [each for each in data.buyers if each.buyer not in refused]
    if not (here.billed and _is_test(reader.connection, lead)):  # a test lead claims nothing
        refused |= each_refused(asking, left)
        reader.digests.forget()
    return {"out": {each.buyer: _said(refused[each.buyer]) for each in data.buyers if each.buyer in refused}}


def _begin(connection: sqlite3.Connection) -> None:
    """What is asked from here on is asked of one moment."""
    if not connection.in_transaction:
        connection.execute("BEGIN")


def _state(reader: Reader, mark: int) -> tuple[int, str]:
    remembered = reader.remembered
    known = remembered.state if remembered is not None and remembered.alone else None
    if known is not None:
        return known
    state: tuple[int, str] = reader.connection.execute(STATE).fetchone()
    if remembered is not None:
        remembered.learn(mark, {}, state)
    return state


STATE: Final = "SELECT changed, failed_at FROM beside"
"""What tells whether anything is to be asked of what stands beside leads, or of failures: both are seldom."""


def _found(said: Iterable[tuple[str, Refusal | None]]) -> dict[str, Refusal]:
    return {buyer: refusal for buyer, refusal in said if refusal is not None}


def _said(refusal: Refusal) -> Result:
    until = iso(refusal.until) if refusal.until else None
    return {"code": refusal.code, "reason": refusal.reason, "until": until}


def _is_test(connection: sqlite3.Connection, lead: str) -> bool:
    row = connection.execute("SELECT test FROM lead WHERE id = ?", (lead,)).fetchone()
    return bool(row and row[0])


def _failures(
    connection: sqlite3.Connection,
    buyers: Sequence[BuyerLimits],
    at: datetime.datetime,
    failed_at: str,
) -> Mapping[str, Sequence[datetime.datetime]]:
    """When each buyer failed lately, oldest first. One question for all of them, where any did (the last at
    ``failed_at``, "" for never): failures are few."""
    if not buyers or not failed_at:
        return {}
    since = iso(at - LOOK_BACK - max(each.down_after.within + each.down_after.length for each in buyers))
    if failed_at < since:
        return {}
    _begin(connection)
    found: dict[str, list[datetime.datetime]] = defaultdict(list)
    rows = connection.execute(
        "SELECT buyer, answered_at AS at FROM delivery WHERE failed AND answered_at >= ?1 "
        "UNION ALL SELECT name, at FROM ping WHERE failed AND at >= ?1 ORDER BY 2",
        (since,),
    )
    for buyer, when in rows:
        found[buyer].append(moment(when))
    return found


def _is_down(
    reader: Reader,
    lead: str,
    buyer: BuyerLimits,
    failures: Sequence[datetime.datetime],
    at: datetime.datetime,
) -> Refusal | None:
    if len(failures) < buyer.down_after.failures:
        return None
    found = down(failures, _answered(reader.connection, buyer.buyer), buyer.down_after)
    if found is None:
        reader.trials.pop(buyer.buyer, None)
        return None
    if at >= found.until and _may_try(reader, lead, buyer, found, at):
        return None
    until = max(found.until, at)
    zone = next((claim.zone for claim in buyer.limits), "UTC")
    said = f"down after {found.failures} failures until {clock_time(found.until, at, zone)}"
    if at >= found.until:
        said = f"down after {found.failures} failures; one lead is trying it"
    return Refusal("paused", said, until)


def _may_try(reader: Reader, lead: str, buyer: BuyerLimits, found: Down, at: datetime.datetime) -> bool:
    """One lead at a time tries a buyer that was down. Its chance lasts a quarter of the pause: it may end
    before it gets there."""
    held = reader.trials.get(buyer.buyer)
    if held is not None and held[0] != lead and held[1] > at:
        return False
    busy = reader.connection.execute(
        f"SELECT 1 FROM delivery WHERE buyer = ? AND intent_at >= ? AND state = 'intent' AND {UNSETTLED} "
        "AND lead <> ? LIMIT 1",
        (buyer.buyer, iso(max(found.until, at - buyer.down_after.length)), lead),
    ).fetchone()
    if busy:
        return False
    reader.trials[buyer.buyer] = (lead, at + buyer.down_after.length / 4)
    return True


def _answered(
    connection: sqlite3.Connection, buyer: str
) -> Callable[[datetime.datetime, datetime.datetime], bool]:
    def answered(start: datetime.datetime, end: datetime.datetime) -> bool:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM delivery WHERE buyer = ?1 AND NOT failed AND answered_at >= ?2 "
            "AND answered_at < ?3) "
            "OR EXISTS (SELECT 1 FROM ping WHERE name = ?1 AND NOT failed AND at >= ?2 AND at < ?3)",
            (buyer, iso(start), iso(end)),
        ).fetchone()
        return bool(row[0])

    return answered


def _promised(reader: Reader, lead: str, data: ReadPromised) -> Result:
    at = reader.clock.now()
    short = [
        buyer
        for buyer, promise in data.promises
        if used_now(reader.connection, reader.digests, promise, at) < (promise.maximum or 0)
    ]
    return {"short": short}


def _suppressed(reader: Reader, lead: str, data: ReadSuppressed) -> Result:
    if not beside(reader.connection, reader.clock.now()).suppressed:
        return {"lists": {}, "buyers": {}}
    return suppressions.found(reader.connection, reader.digests, data.asked, reader.clock.now())


# ------------------------------------------------------------------ turns and kept answers


def _turns(reader: Reader, lead: str, data: ReadTurns) -> Result:
    rows = reader.connection.execute(
        "SELECT buyer, last FROM turn WHERE flow = (SELECT flow FROM lead WHERE id = ?) AND stage = ?",
        (lead, data.stage),
    )
    asked = set(data.buyers)
    turns: dict[str, Any] = {"turns": {buyer: last for buyer, last in rows if buyer in asked}}
    return turns | (_weighted(reader, lead, data) if data.weighted else {})


def _weighted(reader: Reader, lead: str, data: ReadTurns) -> dict[str, Any]:
    """How far each is behind, and the weights that are set beside the flow, where any are."""
    flow = reader.connection.execute("SELECT flow FROM lead WHERE id = ?", (lead,)).fetchone()
    found = weights(reader.connection, flow[0], reader.clock.now()) if flow else {}
    mine = {buyer: weight for buyer, weight in found.items() if buyer in data.buyers}
    return {"shares": _shares(reader, lead, data)} | ({"weights": mine} if mine else {})


def _shares(reader: Reader, lead: str, data: ReadTurns) -> dict[str, int]:
    rows = reader.connection.execute(
        "SELECT buyer, behind FROM share WHERE flow = (SELECT flow FROM lead WHERE id = ?) AND stage = ?",
        (lead, data.stage),
    )
    asked = set(data.buyers)
    return {buyer: behind for buyer, behind in rows if buyer in asked and behind}


def _rates(reader: Reader, lead: str, data: ReadRates) -> Result:
    row = reader.connection.execute("SELECT flow FROM lead WHERE id = ?", (lead,)).fetchone()
    since = reader.clock.now() - datetime.timedelta(seconds=data.seconds)
    return {"rates": tallies.rates(reader.connection, row[0], since) if row else {}}


def _figures(reader: Reader, lead: str, data: ReadFigures) -> Result:
    asker = tallies.Asker(reader.connection, reader.digests, data.flow, data.zone, reader.clock.now())
    return {"figures": {asked.figure.key: tallies.told(asker, asked) for asked in data.figures}}


def _cache(reader: Reader, lead: str, data: ReadCache) -> Result:
    since = reader.clock.now() - datetime.timedelta(seconds=data.within)
    row = reader.connection.execute(
        "SELECT f.body, f.content, f.digest, f.lead, f.key FROM look_up u "
        "JOIN fact f ON f.lead = u.lead AND f.key = u.key WHERE u.name = ? AND u.hash = ? AND u.at > ?",
        (data.name, reader.digests.cache(data.name, data.value), iso(since)),
    ).fetchone()
    if row is None or (row[1] is None and row[2]):
        return {"answer": None}  # never asked, too old, or removed since
    return {"answer": whole(json.loads(row[0]), content_of(reader.connection, row[3], row[4], row[1]))}


def whole(body: Mapping[str, Any], content: Mapping[str, Any] | None) -> Result:
    """A result as it was fed: what may be kept for ever, and what is personal."""
    return {**body, **content} if content else dict(body)


def _callback(reader: Reader, lead: str, data: ReadCallback) -> Result:
    return {"token": token_of(reader.digests, lead, data.buyer, data.number)}


READS: Final[Mapping[type, Callable[[Reader, str, Any], Result]]] = {
    ReadLimits: _limits,
    ReadPromised: _promised,
    ReadSuppressed: _suppressed,
    ReadTurns: _turns,
    ReadRates: _rates,
    ReadFigures: _figures,
    ReadCallback: _callback,
    ReadCache: _cache,
}
