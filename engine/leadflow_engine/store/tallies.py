"""What the hourly tallies tell: figures of buyers, sources and dimensions over a time.

A time is looked at by whole hours: the one in which it begins is counted, too."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_engine.effects import AskedFigure, LimitClaim
from leadflow_engine.figures import AMOUNTS, RATES
from leadflow_engine.limits import rolling
from leadflow_engine.store import beside, pools
from leadflow_engine.store.codec import iso
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.figures import HOUR
from leadflow_engine.store.payments import days_to_pay
from leadflow_engine.store.room import spans_of

WEEKS: Final = 4
"""How many weeks tell what is usual."""

AN_HOUR: Final = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a flow, by the calendar of ``zone``, at a moment."""

    connection: sqlite3.Connection
    digests: Digests
    flow: str
    zone: str
    now: datetime.datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole hours, and the last one of which only ``part`` (of one) has passed."""

    first: datetime.datetime
    last: datetime.datetime
    part: Decimal = Decimal(1)


def told(asker: Asker, asked: AskedFigure) -> str | None:
    """A figure's value as its fact keeps it; ``None`` where nothing was counted that it could be told from."""
    value = figure_value(asker, asked)
    return None if value is None else f"{value.normalize():f}"


def figure_value(asker: Asker, asked: AskedFigure) -> Decimal | None:
    """A figure's value now: a count, an amount in whole units, or a share."""
    figure = asked.figure
    if not asked.party:
        return None
    if figure.name == "cap_used":
        return _fullest(asker, asked.caps)
    if figure.name == "days_to_pay":
        back = datetime.timedelta(seconds=figure.seconds)
        return days_to_pay(asker.connection, asked.party, asker.now - back)
    now = _stretch(asker.now, figure.seconds)
    if not figure.usual:
        return _over(asker, asked, (now,))
    earlier = tuple(_weeks_ago(asker, now, weeks) for weeks in range(1, WEEKS + 1))
    since = _known_since(asker, asked)
    known = tuple(one for one in earlier if since and iso(one.first)[:HOUR] >= since)
    return _over(asker, asked, known) if known else None


def _over(asker: Asker, asked: AskedFigure, stretches: tuple[Stretch, ...]) -> Decimal | None:
    """A rate over all of these stretches together; of what is counted the mean of them."""
    name = asked.figure.name
    if name in RATES:
        part, whole = (sum(_sum(asker, asked, of, one) for one in stretches) for of in RATES[name])
        return Decimal(part) / whole if whole else None
    total = sum((_sum(asker, asked, name, one) for one in stretches), Decimal(0))
    return total / len(stretches) / (1_000_000 if name in AMOUNTS else 1)


def _sum(asker: Asker, asked: AskedFigure, figure: str, over: Stretch) -> Decimal:
    first, last = iso(over.first)[:HOUR], iso(over.last)[:HOUR]
    row = asker.connection.execute(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(CASE WHEN hour = ?6 THEN amount END), 0) FROM tally "
        "WHERE flow = ?1 AND kind = ?2 AND party = ?3 AND figure = ?4 AND hour BETWEEN ?5 AND ?6",
        (asker.flow, asked.figure.kind, asked.party, figure, first, last),
    ).fetchone()
    return Decimal(row[0]) - Decimal(row[1]) * (1 - over.part)


def _stretch(now: datetime.datetime, seconds: float) -> Stretch:
    return Stretch(now - datetime.timedelta(seconds=seconds), now)


def _weeks_ago(asker: Asker, now: Stretch, weeks: int) -> Stretch:
    """The same hours of an earlier week, as clocks show them; of the last no more than has passed of it now."""
    zone = ZoneInfo(asker.zone)

    def earlier(at: datetime.datetime) -> datetime.datetime:
        return (at.astimezone(zone) - datetime.timedelta(weeks=weeks)).astimezone(datetime.UTC)

    passed = asker.now - asker.now.replace(minute=0, second=0, microsecond=0)
    return Stretch(earlier(now.first), earlier(now.last), Decimal(passed / AN_HOUR))


def _known_since(asker: Asker, asked: AskedFigure) -> str | None:
    """The hour in which the first lead of a party was counted."""
    row = asker.connection.execute(
        "SELECT min(hour) FROM tally WHERE flow = ? AND kind = ? AND party = ? AND figure = 'leads'",
        (asker.flow, asked.figure.kind, asked.party),
    ).fetchone()
    return None if row[0] is None else str(row[0])


# ------------------------------------------------------------------ caps


def _fullest(asker: Asker, caps: tuple[LimitClaim, ...]) -> Decimal | None:
    """The used share of the fullest of these caps, with the numbers that operators have set."""
    here = beside.beside(asker.connection, asker.now)
    claims = beside.overridden(here, pools.in_their_zones(asker.connection, caps))
    return max((_used(asker, claim) for claim in claims), default=None)


def _used(asker: Asker, claim: LimitClaim) -> Decimal:
    """Of one that counts by a field, the value that has used most of it."""
    if claim.window == "rolling":
        start = rolling(claim.period, claim.zone, asker.now, 0.0).start
        length = rolling(claim.period, claim.zone, asker.now, 0.0).end - start
        query = "window_start > ? AND window_end > ?"
        bounds: tuple[str, ...] = (iso(asker.now - length), iso(asker.now))
    else:
        query, bounds = "window_start = ?", (iso(spans_of(claim, asker.now)[0].start),)
    row = asker.connection.execute(
        "SELECT max(used) FROM (SELECT sum(held + counted) AS used FROM cap "
        f'WHERE "limit" = ? AND {query} GROUP BY "by")',
        (claim.limit, *bounds),
    ).fetchone()
    used = Decimal(row[0] or 0)
    return used / claim.maximum if claim.maximum else Decimal(1)


# ------------------------------------------------------------------ all buyers at once

PARTIES: Final = (
    "WITH RECURSIVE known(party) AS (SELECT min(party) FROM tally WHERE flow = ?1 AND kind = ?2 UNION ALL "
    "SELECT (SELECT min(party) FROM tally WHERE flow = ?1 AND kind = ?2 AND party > known.party) FROM known "
    "WHERE known.party IS NOT NULL) "
)
"""Every party of a kind that anything was counted of, found by a step of the index each."""


def rates(connection: sqlite3.Connection, flow: str, since: datetime.datetime) -> dict[str, list[int]]:
    """Of how many offers each buyer of a flow that were answered it took how many, by buyer."""
    rows = connection.execute(
        PARTIES
        + "SELECT t.party, sum((t.figure = 'answered') * t.amount), sum((t.figure = 'sold') * t.amount) "
        "FROM known k CROSS JOIN tally t ON t.flow = ?1 AND t.kind = ?2 AND t.party = k.party "
        "AND t.figure IN ('answered', 'sold') AND t.hour >= ?3 GROUP BY t.party ORDER BY t.party",
        (flow, "buyer", iso(since)[:HOUR]),
    )
    return {buyer: [answered, sold] for buyer, answered, sold in rows if answered}


def counted_since(
    connection: sqlite3.Connection, since: datetime.datetime
) -> dict[tuple[str, str, str], dict[str, int]]:
    """All that was counted since the hour of ``since``: by flow, kind and party, each figure's sum."""
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for flow, kind, party, figure, amount in connection.execute(
        "SELECT flow, kind, party, figure, sum(amount) FROM tally WHERE hour >= ? GROUP BY 1, 2, 3, 4",
        (iso(since)[:HOUR],),
    ):
        counts.setdefault((flow, kind, party), {})[figure] = amount
    return counts
