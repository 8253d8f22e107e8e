"""Prices, caps, hours and durations in the few words that fit into a cell."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.terms import Const, Term
from leadflow_engine.reports.amounts import money

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS: Final = (
    ("d", datetime.timedelta(days=1)),
    ("h", datetime.timedelta(hours=1)),
    ("m", datetime.timedelta(minutes=1)),
    ("s", datetime.timedelta(seconds=1)),
)
_COMMENT: Final = re.compile(r'("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*")|#[^\n]*')


class Phrases:
    """Short texts of one flow: it knows the flow's money and how its conditions were written."""

    def __init__(self, flow: m.Flow) -> None:
        self._texts = dict(flow.sources_text)
        self._currency = flow.currency
        self._timezone = flow.timezone

    def written(self, term: Term) -> str:
        """A term as the flow's author wrote it, on one line and without comments."""
        return self.at(term.span)

    def at(self, span: Span) -> str:
        """What stands in the flow's files at a place, on one line and without comments."""
        text = self._texts.get(span.file, "")[span.start : span.end]
        return " ".join(_COMMENT.sub(lambda found: found[1] or "", text).split())

    def money(self, amount: Decimal) -> str:
        """An amount in the flow's currency."""
        return money(amount, self._currency)

    def amount(self, term: Term | None) -> str:
        """A price, a cost or a reserve: money where it is a number, otherwise as it was written."""
        if isinstance(term, Const) and isinstance(term.value, Decimal) and term.type.name != "percent":
            return self.money(term.value)
        return self.written(term) if term is not None else ""

    def prices(self, buyer: m.Buyer) -> Iterator[str]:
        """One line a price, in the order in which they are tried; offers on one line."""
        for price in buyer.prices:
            yield self._price(price) + self.when(price.when)
        if buyer.offers:
            yield "offered " + ", ".join(self.money(offer) for offer in buyer.offers)

    def cost(self, cost: m.Cost) -> str:
        """``$18.00 if sold when quality > 50``, ``70% of revenue``."""
        if cost.share is not None:
            what = f"{(cost.share * 100).normalize():f}% of revenue"
        else:
            what = self.amount(cost.value)
        owed = " if accepted" if cost.owed == "accept" else " if sold"
        return what + owed + self.when(cost.when)

    def _price(self, price: m.Price) -> str:
        if price.kind == "bid":
            return "its bid"
        if price.kind == "response":
            limit = f", up to {self.money(price.limit)}" if price.limit is not None else ""
            return f"from its answer{limit}"
        plus = f" + cost of {price.plus_cost_of}" if price.plus_cost_of else ""
        return self.amount(price.amount) + plus

    def when(self, condition: Term | None) -> str:
        """`` when CONDITION``, or nothing."""
        return f" when {self.written(condition)}" if condition is not None else ""

    def cap(self, cap: m.Cap) -> str:
        """``500 / day by state``."""
        words = [
            f"{cap.maximum:,} / {cap.period}",
            "rolling" if cap.rolling else "",
            "paced" if cap.paced else "",
            f"by {self.written(cap.by)}" if cap.by is not None else "",
            f"of {cap.counting.replace('_', ' ')}" if cap.counting not in {"", "sold"} else "",
            f"across {cap.across}" if cap.across else "",
            f"shared {cap.shared}" if cap.shared else "",
        ]
        return " ".join(word for word in words if word) + self.when(cap.when)

    def hours(self, buyer: m.Buyer) -> Iterator[str]:
        """``mon-fri 08:00-20:00``, the zone where it is not the flow's, the days on which it is closed."""
        yield from (opening(each) for each in buyer.openings)
        if buyer.openings and buyer.timezone != self._timezone:
            yield buyer.timezone.rpartition("/")[2].replace("_", " ") + " time"
        if buyer.closed_on:
            yield "closed " + ", ".join(map(str, buyer.closed_on))


def opening(each: m.Opening) -> str:
    """``mon-fri 08:00-20:00``."""
    span = f"{each.start:%H:%M}-{each.end:%H:%M}"
    return span if len(set(each.days)) == len(DAYS) else f"{days(each.days)} {span}"


def days(numbers: Iterable[int]) -> str:
    """``mon-wed, sat``."""
    runs: list[list[int]] = []
    for day in sorted(set(numbers)):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def duration(length: datetime.timedelta) -> str:
    """A duration in the largest unit that gives a whole number: ``90m``, ``750ms``."""
    for unit, size in UNITS:
        if length and not length % size:
            return f"{length // size}{unit}"
    return f"{length // datetime.timedelta(milliseconds=1)}ms"
