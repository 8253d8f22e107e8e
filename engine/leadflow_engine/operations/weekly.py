"""Weekly statements: what each buyer was charged and paid, what each source earned and was paid."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from leadflow_engine.operations.contracts import contracts, source_zones
from leadflow_engine.operations.paying import PaymentProblem
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.movements import Movements, movements
from leadflow_engine.store.payments import parties

WEEK = re.compile(r"(\d{4})-W(\d{2})")
SEVEN_DAYS = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Statement:
    """A party's account over a week (``2026-W47``). ``kind`` is buyer or source, ``zone`` is where its week begins."""

    kind: str
    name: str
    week: str
    zone: str
    movements: Movements


def week_meant(said: str, now: datetime.datetime, zone: str) -> str:
    """A week as people say it: ``2026-W47``, ``this``, or "" for the last that is over, on the clock of a zone."""
    if said not in ("", "this"):
        return said
    local = now.astimezone(ZoneInfo(zone)) - (SEVEN_DAYS if not said else datetime.timedelta(0))
    year, week, _ = local.isocalendar()
    return f"{year}-W{week:02}"


def bounds(week: str, zone: str) -> tuple[datetime.datetime, datetime.datetime]:
    """From when to when an ISO week is, in a zone. Raises ``PaymentProblem`` for what is no week."""
    found = WEEK.fullmatch(week)
    try:
        monday = datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        monday = None
    if monday is None:
        raise PaymentProblem(f"`{week}` is not a week: write it as 2026-W47")
    start, end = (
        datetime.datetime.combine(day, datetime.time(0), ZoneInfo(zone))
        for day in (monday, monday + SEVEN_DAYS)
    )
    return start.astimezone(datetime.UTC), end.astimezone(datetime.UTC)


def statements(store: SqliteStore, said: str, now: datetime.datetime, name: str = "") -> list[Statement]:
    """Those of all buyers and sources with something to tell, or of one, over a week as ``week_meant`` takes it. Raises
    ``PaymentProblem``."""
    sources = source_zones(store)
    zones = {
        "buyer": {name: each.zone for name, each in contracts(store).items()},
        "source": sources,
    }
    of_flow = next(iter(sources.values()), "UTC")
    week = week_meant(said, now, of_flow)
    whom = [
        (kind, each, zones[kind].get(each, of_flow))
        for kind in ("buyer", "source")
        for each in store.ask(partial(parties, kind=kind))
        if name in ("", each)
    ]
    if name and not whom:
        raise PaymentProblem(f"this journal has no buyer and no source `{name}`")
    found = [_of(store, kind, each, week, zone) for kind, each, zone in whom]
    return [one for one in found if name or one.movements.before or one.movements.entries]


def _of(store: SqliteStore, kind: str, name: str, week: str, zone: str) -> Statement:
    start, end = bounds(week, zone)
    moved = store.ask(lambda connection: movements(connection, f"{kind}/{name}", start, end))
    return Statement(kind, name, week, zone, moved)
