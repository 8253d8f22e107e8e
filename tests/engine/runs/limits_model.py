"""Caps, budgets, balances and dedupe in plain Python: every event so far, looked through anew for each question."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

PATIENCE = datetime.timedelta(seconds=5)
"""How long an answer may take: a sale may be counted so much later."""

LENGTHS = {"hour": datetime.timedelta(hours=1), "90m": datetime.timedelta(minutes=90)}


@dataclass(frozen=True)
class Limit:
    """A clause of a buyer; ``kind`` is cap, budget, dedupe or balance (``number``: its credit); ``by`` a field."""

    kind: str
    number: int
    period: str = ""
    window: str = ""
    counting: str = "sold"
    shared: bool = False
    by: str = ""
    across: bool = False

    def written(self) -> str:
        if self.kind == "budget":
            return f"budget {self.number}.00 per {self.period}"
        if self.kind == "balance":
            return f"balance prepaid credit {self.number}.00"
        counting = " counting attempts" if self.counting == "attempts" else ""
        across = " across all" if self.across else ""
        if self.kind == "dedupe":
            return f"dedupe on phone_1 within {self.number}h{counting}{across}"
        clauses = f"{self.window and ' ' + self.window}{self.by and ' by ' + self.by}{counting}"
        return f"cap {self.number} per {self.period}{clauses}{' shared pool' if self.shared else across}"


@dataclass(frozen=True)
class Event:
    """A post of a lead, whether it was a sale, and what was charged for it."""

    lead: int
    at: datetime.datetime
    buyer: str
    phone: str
    state: str
    sold: bool
    price: int = 0


@dataclass
class Model:
    """What was sent and paid so far. ``price`` is every buyer's, and the most that it may say in its answer."""

    zone: str
    price: int
    buyers: dict[str, list[Limit]]
    events: list[Event] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)

    def word(self, lead: int, buyer: str, at: datetime.datetime, phone: str, state: str) -> str:
        """Why the buyer may not have a lead: capped, balance, duplicate, or "" where it may. No lead is its own
        duplicate."""
        limits = self.buyers[buyer]
        caps = [each for each in limits if each.kind in ("cap", "budget")]
        if any(self._is_full(each, buyer, at, state) for each in caps):
            return "capped"
        if any(self._left(buyer) + each.number < self.price for each in limits if each.kind == "balance"):
            return "balance"
        dedupes = [each for each in limits if each.kind == "dedupe"]
        return "duplicate" if any(self._is_seen(each, lead, buyer, at, phone) for each in dedupes) else ""

    def _left(self, buyer: str) -> int:
        """What is left of what a buyer paid in; a price that was less than what was reserved took only that."""
        charged = sum(event.price for event in self.events if event.buyer == buyer and event.sold)
        return self.paid.get(buyer, 0) - charged

    def _counted(self, limit: Limit, buyer: str) -> list[Event]:
        whose = set(self.buyers) if limit.across else {buyer}
        if limit.shared:
            whose = {name for name, limits in self.buyers.items() if limit in limits}
        counts = [event for event in self.events if event.buyer in whose]
        return [event for event in counts if event.sold or limit.counting == "attempts"]

    def _is_full(self, limit: Limit, buyer: str, at: datetime.datetime, state: str) -> bool:
        events = [event for event in self._counted(limit, buyer) if not limit.by or event.state == state]
        if limit.window == "rolling":
            wait = PATIENCE if limit.counting == "sold" else datetime.timedelta(0)
            return sum(at < event.at + LENGTHS[limit.period] + wait for event in events) >= limit.number
        here = self._shown(at, limit.period)
        used = sum(self._shown(event.at, limit.period) == here for event in events)
        if limit.kind == "budget":
            return self._spent(events, here, limit.period) + self.price > limit.number
        return used + 1 > (self._paced(limit, at) if limit.window == "paced" else limit.number)

    def _spent(self, events: list[Event], here: str, period: str) -> int:
        return sum(event.price for event in events if self._shown(event.at, period) == here)

    def _shown(self, at: datetime.datetime, period: str) -> str:
        """What the clock on the wall shows of the window."""
        local = at.astimezone(ZoneInfo(self.zone))
        return local.strftime({"hour": "%Y-%m-%d %H", "day": "%Y-%m-%d", "month": "%Y-%m"}[period])

    def _paced(self, limit: Limit, at: datetime.datetime) -> int:
        """Whole days only: from midnight to midnight, as long as that day is."""
        zone = ZoneInfo(self.zone)
        day = at.astimezone(zone).date()
        start, end = (
            datetime.datetime.combine(each, datetime.time(0), zone).astimezone(datetime.UTC)
            for each in (day, day + datetime.timedelta(days=1))
        )
        passed = Fraction((at - start) // datetime.timedelta(microseconds=1))
        whole = Fraction((end - start) // datetime.timedelta(microseconds=1))
        return min(limit.number, floor(limit.number * passed / whole) + ceil(Fraction(limit.number, 20)))

    def _is_seen(self, limit: Limit, lead: int, buyer: str, at: datetime.datetime, phone: str) -> bool:
        since = at - datetime.timedelta(hours=limit.number)
        others = [event for event in self._counted(limit, buyer) if event.lead != lead]
        return any(event.phone == phone and event.at > since for event in others)
