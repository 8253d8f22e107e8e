"""What the tallies tell over a time, of everybody or of one: counts with what each rate is a share of."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from leadflow_engine.figures import RATES
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.payments import days_to_pay
from leadflow_engine.store.tallies import counted_since

SHARES: Final[Mapping[str, tuple[str, str]]] = {
    **RATES,
    "accepted_rate": ("accepted", "leads"),
    "sold_rate": ("sold_leads", "leads"),
}
"""Each rate's numerator and what it is a share of; the last two are told of sources and dimensions only."""

KINDS: Final = ("buyer", "source", "dimension")


class StatsProblem(Exception):
    """Whom nothing is known of, in a sentence."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``part`` of ``whole``."""

    part: int
    whole: int

    @property
    def value(self) -> Decimal | None:
        """From 0 to 1; None of nothing."""
        return Decimal(self.part) / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Stats:
    """What was counted of a buyer, a source, or a value of a dimension (``campaign=fall``). Money is in millionths;
    ``days_to_pay`` of a buyer whose invoices were paid in the time."""

    flow: str
    kind: str
    party: str
    counts: Mapping[str, int]
    days_to_pay: Decimal | None = None

    def count(self, name: str) -> int:
        """A count, or an amount in millionths."""
        return self.counts.get(name, 0)

    def rate(self, name: str) -> Rate:
        """A rate with what it is made of."""
        part, whole = SHARES[name]
        return Rate(self.count(part), self.count(whole))


def collect(
    store: SqliteStore, now: datetime.datetime, length: datetime.timedelta, whom: str = "", by: str = ""
) -> list[Stats]:
    """Of every buyer and source, of ``whom`` alone, or of each value of the dimension ``by``. By whole hours: the one
    in which the time begins is counted, too. Raises ``StatsProblem`` where nothing was counted of them."""
    found = _counted(store, now - length)
    chosen = [one for one in found if _is_meant(one, whom, by)]
    if not chosen and (whom or by):
        known = sorted(
            {by_name(one) if by else one.party for one in found if (one.kind == "dimension") == bool(by)}
        )
        raise StatsProblem(
            f"nothing was counted of `{whom or by}` in this time; there are {', '.join(known) or 'none'}"
        )
    return chosen


def by_name(stats: Stats) -> str:
    """The name of a dimension."""
    return stats.party.partition("=")[0]


def _is_meant(stats: Stats, whom: str, by: str) -> bool:
    if stats.kind == "dimension":
        return bool(by) and by_name(stats) == by
    return not by and whom in ("", stats.party)


def _counted(store: SqliteStore, since: datetime.datetime) -> list[Stats]:
    counts = store.ask(lambda connection: counted_since(connection, since))
    places = sorted(counts, key=lambda place: (place[0], KINDS.index(place[1]), place[2]))
    return [
        Stats(*place, counts[place], _days(store, place[2], since) if place[1] == "buyer" else None)
        for place in places
    ]


def _days(store: SqliteStore, buyer: str, since: datetime.datetime) -> Decimal | None:
    return store.ask(lambda connection: days_to_pay(connection, buyer, since))
