"""Whether limits have room: calendar windows by their sums, rolling ones by what still counts, paced by the time."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_engine.effects import LimitClaim
from leadflow_engine.limits import Window, rolling, windows
from leadflow_engine.limits.pacing import allowed, allowed_from
from leadflow_engine.store import accounts
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.remembered import NEVER, Place, Remembered
from leadflow_engine.store.rows import Rows

MADE_REASON = re.compile(r"(cap|budget|throttle) [\d.,]+ per ")
"""A reason made from a limit, to which the time can be added; one from the flow stays as it was written."""

DAY = datetime.timedelta(days=1)

bound: Final = lru_cache(1024)(iso)
"""The start or the end of a window as a column holds it: leads come in the order of time, and meet the same ones."""


@dataclass(frozen=True, slots=True)
class Full:
    """A limit without room: why, and until when, where that is known."""

    claim: LimitClaim
    reason: str
    until: datetime.datetime | None


@dataclass(slots=True)
class Taken:
    """What claims that are judged together would take, before any of it is written."""

    amounts: dict[Place, int] = field(default_factory=dict)

    def add(self, place: Place, amount: int) -> int:
        """Take ``amount`` at a place. Gives what was taken there before."""
        before = self.amounts.get(place, 0)
        self.amounts[place] = before + amount
        return before


class Uses:
    """How much of limits is used or held at a moment in calendar windows: asked for many at once, each once, where it
    is not ``remembered``."""

    __slots__ = ("_at", "_connection", "_known", "_mark", "_remembered", "_rows", "_spans")

    def __init__(
        self,
        connection: sqlite3.Connection,
        at: datetime.datetime,
        remembered: Remembered | None = None,
        rows: Rows | None = None,
        mark: int = NEVER,
    ) -> None:
        self._mark = mark
        self._connection, self._at, self._remembered, self._rows = connection, at, remembered, rows
        self._known: dict[Place, int] = {}
        self._spans: dict[tuple[str, str, float], tuple[tuple[Window, str], ...]] = {}

    def spans(self, claim: LimitClaim) -> tuple[tuple[Window, str], ...]:
        """The calendar windows in which a claim counts, each with its start as a column holds it: most buyers' caps
        have the same."""
        key = (claim.period, claim.zone, claim.timeout)
        found = self._spans.get(key)
        if found is None:
            spans = windows(claim.period, claim.zone, self._at, claim.timeout)
            found = self._spans[key] = tuple((span, bound(span.start)) for span in spans)
        return found

    def learn(self, places: Iterable[Place]) -> None:
        """Ask for all of these in one statement: 3 us, and 0.8 for each, where one by one is 3 for each."""
        remembered = self._remembered
        if remembered is None:
            self._known.update(self._asked(list(places)))
            return
        uses, missing = remembered.uses, []
        for place in places:
            used = uses.get(place)
            if used is None:
                missing.append(place)
            else:
                self._known[place] = used
        if missing:
            found = self._asked(missing)
            remembered.learn(self._mark, found)
            self._known.update(found)

    def _asked(self, places: list[Place]) -> dict[Place, int]:
        found = dict.fromkeys(places, 0)
        for start in range(0, len(places), MOST_AT_ONCE):
            some = places[start : start + MOST_AT_ONCE]
            values = [value for place in some for value in place]
            for limit, by, begun, used in self._connection.execute(_uses(len(some)), values):
                found[limit, by, begun] = used
        return found

    def of(self, place: Place) -> int:
        """What is used at a place."""
        used = self._known.get(place)
        if used is None:
            used = self._known[place] = self._looked_up(place)
        return used

    def _looked_up(self, place: Place) -> int:
        """Who decides counts what this transaction has written, too; it is the only one who writes."""
        remembered, rows = self._remembered, self._rows
        more = rows.committing.get(place, 0) if rows is not None else 0
        if rows is not None and remembered is not None and (known := remembered.uses.get(place)) is not None:
            return known + more
        row = self._connection.execute(USE, place).fetchone()
        used: int = row[0] if row else 0
        if rows is not None and remembered is not None:
            remembered.keep(place, used - more)
        return used

    def plainly_fit(self, claims: Sequence[tuple[LimitClaim, Place]]) -> bool:
        """Is there room at each of these places, all of them different and known?"""
        return all(
            claim.maximum is not None and self._known[place] + claim.amount <= claim.maximum
            for claim, place in claims
        )


def plain_places(
    uses: Uses, digests: Digests, claims: Iterable[LimitClaim]
) -> list[tuple[LimitClaim, Place]] | None:
    """Where each of these claims counts; None where they take more than adding up: something rolls, is paced or paid
    beforehand, or two count at one place."""
    found = []
    for claim in claims:
        if claim.window != "calendar" or claim.pace is not None:
            return None
        if claim.maximum is None:
            continue
        by = digests.by(claim.limit, claim.by) if claim.by else ""
        found += [(claim, (claim.limit, by, start)) for _, start in uses.spans(claim)]
    different = len(found) < 2 or len({place for _, place in found}) == len(found)
    return found if different else None


USE: Final = 'SELECT held + counted FROM cap WHERE "limit" = ? AND "by" = ? AND window_start = ?'
MOST_AT_ONCE: Final = 64


@lru_cache(MOST_AT_ONCE)
def _uses(count: int) -> str:
    rows = ",".join(["(?,?,?)"] * count)
    return (
        f"WITH asked (l, b, w) AS (VALUES {rows}) SELECT l, b, w, held + counted FROM asked "
        'CROSS JOIN cap ON "limit" = l AND "by" = b AND window_start = w'
    )


def spans_of(claim: LimitClaim, at: datetime.datetime) -> tuple[Window, ...]:
    """The windows in which a claim of ``at`` counts; more than one where its answer may fall into the next."""
    if claim.window == "rolling":
        return (rolling(claim.period, claim.zone, at, claim.timeout),)
    return windows(claim.period, claim.zone, at, claim.timeout)


def first_full(
    connection: sqlite3.Connection,
    digests: Digests,
    claims: Iterable[LimitClaim],
    at: datetime.datetime,
    taken: Taken | None = None,
    uses: Uses | None = None,
) -> Full | None:
    """The first of these claims for which there is no room beside the others; None where all fit. ``uses`` is what was
    asked already."""
    taken = taken if taken is not None else Taken()
    uses = uses if uses is not None else Uses(connection, at)
    for claim in claims:
        if claim.window == "balance":
            short = accounts.short_of(connection, claim)
            if short:
                return Full(claim, short, accounts.look_again(at))
            continue
        by = digests.by(claim.limit, claim.by)
        for asked in (claim, *_paced_beside(claim)):
            if asked.window == "rolling":
                until = _rolling_full(connection, asked, by, at, taken)
            else:
                until = _calendar_full(uses, asked, by, at, taken)
            if until is not None:
                known = None if asked.period == "total" else until
                return Full(asked, _sentence(asked, at, known), known)
    return None


def _paced_beside(claim: LimitClaim) -> tuple[LimitClaim, ...]:
    """The look at a higher, paced cap of the same identity, when the claim itself is taken already."""
    if claim.pace is None:
        return ()
    number, reason = claim.pace
    return (replace(claim, amount=0, maximum=number, reason=reason, window="paced", pace=None),)


def _calendar_full(
    uses: Uses, claim: LimitClaim, by: str, at: datetime.datetime, taken: Taken
) -> datetime.datetime | None:
    full: datetime.datetime | None = None
    for number, (span, start) in enumerate(uses.spans(claim)):
        place = (claim.limit, by, start)
        before = taken.add(place, claim.amount)
        if claim.maximum is None:
            continue
        used = before + uses.of(place) + claim.amount
        if used > claim.maximum:
            full = span.end
        elif claim.window == "paced" and number == 0 and used > allowed(claim.maximum, span, at):
            full = allowed_from(claim.maximum, span, used)
    return full


def _rolling_full(
    connection: sqlite3.Connection, claim: LimitClaim, by: str, at: datetime.datetime, taken: Taken
) -> datetime.datetime | None:
    used = taken.add((claim.limit, by, ""), claim.amount) + claim.amount
    if claim.maximum is None:
        return None
    (span,) = spans_of(claim, at)
    lengths = _still_counted(connection, claim.limit, by, at, span)
    over = used + sum(amount for _, amount in lengths) - claim.maximum
    if over <= 0:
        return None
    for end, amount in lengths:
        over -= amount
        if over <= 0:
            return end
    return span.end


def _still_counted(
    connection: sqlite3.Connection, limit: str, by: str, at: datetime.datetime, span: Window
) -> list[tuple[datetime.datetime, int]]:
    """What counts at ``at``, and until when each of it does, first to end first."""
    since = at - (span.end - span.start) - 4 * DAY  # months differ by three days, clocks by hours
    rows = connection.execute(
        'SELECT window_end, held + counted FROM cap WHERE "limit" = ? AND "by" = ? AND window_start > ? '
        "AND window_end > ? AND held + counted > 0 ORDER BY window_end",
        (limit, by, iso(since), iso(at)),
    )
    return [(moment(end), amount) for end, amount in rows]


def used_now(
    connection: sqlite3.Connection, digests: Digests, claim: LimitClaim, at: datetime.datetime
) -> int:
    """How much of a limit is used or held in its window of ``at``."""
    by = digests.by(claim.limit, claim.by)
    span = spans_of(claim, at)[0]
    if claim.window == "rolling":
        return sum(amount for _, amount in _still_counted(connection, claim.limit, by, at, span))
    return Uses(connection, at).of((claim.limit, by, iso(span.start)))


def _sentence(claim: LimitClaim, at: datetime.datetime, until: datetime.datetime | None) -> str:
    if not MADE_REASON.match(claim.reason):
        return claim.reason
    if claim.window == "paced" and until is not None and until not in {w.end for w in spans_of(claim, at)}:
        return f"{claim.reason} is paced: the next from {clock_time(until, at, claim.zone)}"
    return f"{claim.reason} is full" + (f" until {clock_time(until, at, claim.zone)}" if until else "")


def clock_time(when: datetime.datetime, at: datetime.datetime, zone: str) -> str:
    """``when`` as a clock in the zone shows it, with the date where that is more than a day away."""
    local = when.astimezone(ZoneInfo(zone))
    seconds = ":%S" if local.second else ""
    return local.strftime(f"%H:%M{seconds}" if when - at <= DAY else f"%Y-%m-%d %H:%M{seconds}")
