"""Figures as tables: every rate with what it is a share of, so that one of three is not taken for one of thousands."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from leadflow_engine.operations.stats import SHARES, Stats, by_name
from leadflow_engine.reports.amounts import money, share
from leadflow_engine.reports.layout import safe, table

MILLION: Final = 1_000_000

Cell = Callable[[Stats, str], str]


def _count(name: str) -> Cell:
    return lambda stats, currency: f"{stats.count(name):,}"


def _rate(name: str) -> Cell:
    def cell(stats: Stats, currency: str) -> str:
        rate = stats.rate(name)
        return f"{share(rate.part, rate.whole)} of {rate.whole:,}" if rate.whole else "-"

    return cell


def _amount(name: str) -> Cell:
    return lambda stats, currency: money(Decimal(stats.count(name)) / MILLION, currency)


def _days(stats: Stats, currency: str) -> str:
    return "-" if stats.days_to_pay is None else f"{stats.days_to_pay:.1f}"


OF_BUYERS: Final[Mapping[str, Cell]] = {
    "leads": _count("leads"),
    "attempts": _count("attempts"),
    "accepted": _rate("acceptance_rate"),
    "returned": _rate("return_rate"),
    "timed out": _rate("timeout_rate"),
    "revenue": _amount("revenue"),
    "margin": _amount("margin"),
}
OF_SOURCES: Final[Mapping[str, Cell]] = {
    "leads": _count("leads"),
    "let in": _rate("accepted_rate"),
    "sold": _rate("sold_rate"),
    "sales": _count("sold"),
    "returned": _rate("return_rate"),
    "revenue": _amount("revenue"),
    "margin": _amount("margin"),
}
COLUMNS: Final = {"buyer": OF_BUYERS, "source": OF_SOURCES, "dimension": OF_SOURCES}
"""What stands in a row of each kind."""

ONE_BUYER: Final[Mapping[str, tuple[Cell, str]]] = {
    "leads": (_count("leads"), "offered to it, each once"),
    "attempts": (_count("attempts"), "deliveries that were begun"),
    "sold": (_count("sold"), "taken, those that came back included"),
    "acceptance_rate": (_rate("acceptance_rate"), "taken, of those that it answered"),
    "return_rate": (_rate("return_rate"), "given back, of those that it took in this time"),
    "conversion_rate": (_rate("conversion_rate"), "converted, of those that it took in this time"),
    "fraud_rate": (_rate("fraud_rate"), "called fraud, of those that it answered"),
    "timeout_rate": (_rate("timeout_rate"), "without an answer in time, of its pings and posts"),
    "revenue": (_amount("revenue"), "what it pays for them"),
    "margin": (_amount("margin"), "less what they cost, where it was the first to take them"),
    "days_to_pay": (_days, "from an invoice to its payment"),
}
ONE_SOURCE: Final[Mapping[str, tuple[Cell, str]]] = {
    "leads": (_count("leads"), "that came"),
    "accepted": (_rate("accepted_rate"), "let in at the door"),
    "sold leads": (_rate("sold_rate"), "taken by anybody"),
    "attempts": (_count("attempts"), "deliveries that were begun with them"),
    "sold": (_count("sold"), "sales: a lead that two take is two"),
    "acceptance_rate": (_rate("acceptance_rate"), "taken, of those that buyers answered"),
    "return_rate": (_rate("return_rate"), "given back, of the sales in this time"),
    "conversion_rate": (_rate("conversion_rate"), "converted, of the sales in this time"),
    "fraud_rate": (_rate("fraud_rate"), "called fraud, of those that buyers answered"),
    "timeout_rate": (_rate("timeout_rate"), "without an answer in time, of pings and posts"),
    "revenue": (_amount("revenue"), "what buyers pay for them"),
    "margin": (_amount("margin"), "less what they cost"),
}
ALONE: Final = {"buyer": ONE_BUYER, "source": ONE_SOURCE, "dimension": ONE_SOURCE}
"""What is told of one alone, with what each is."""


def figure_lines(
    found: Sequence[Stats], now: datetime.datetime, last: str, currency: str, alone: bool
) -> list[str]:
    """A table for the buyers and one for the sources of each flow; of one alone every figure with what it is."""
    lines = [f"the last {last}, by whole hours, as of {now:%Y-%m-%d %H:%M} UTC; test leads are not counted"]
    for (flow, kind), group in groupby(found, key=lambda one: (one.flow, one.kind)):
        for block in _blocks(flow, kind, list(group), currency, alone):
            lines += ["", *block]
    return lines if found else [*lines, "", "nothing was counted"]


def _blocks(flow: str, kind: str, group: list[Stats], currency: str, alone: bool) -> Iterator[list[str]]:
    if not alone:
        yield table(_rows(flow, kind, group, currency), right=frozenset(range(1, len(COLUMNS[kind]) + 1)))
        return
    for one in group:
        rows = [[name, cell(one, currency), said] for name, (cell, said) in ALONE[kind].items()]
        yield [f"{kind} {safe(one.party)} of {flow}", *table(rows, right=frozenset({1}))]


def _rows(flow: str, kind: str, group: list[Stats], currency: str) -> list[list[str]]:
    columns = COLUMNS[kind]
    head = by_name(group[0]) if kind == "dimension" else kind
    names = [one.party.partition("=")[2] if kind == "dimension" else one.party for one in group]
    return [
        [f"{head} of {flow}", *columns],
        *(
            [safe(name, 40), *(cell(one, currency) for cell in columns.values())]
            for name, one in zip(names, group, strict=True)
        ),
    ]


# ------------------------------------------------------------------ JSON


def figures_object(
    found: Sequence[Stats], now: datetime.datetime, since: datetime.datetime, currency: str
) -> dict[str, Any]:
    """The same as data: rates from 0 to 1 with what they are of, amounts as text."""
    return {
        "as_of": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "since": f"{since:%Y-%m-%dT%H}:00:00Z",
        "currency": currency,
        "figures": [_object(one) for one in found],
    }


def _object(stats: Stats) -> dict[str, Any]:
    counts = (
        "leads",
        "accepted",
        "attempts",
        "answered",
        "sold",
        "sold_leads",
        "returned",
        "converted",
        "fraud",
    )
    rates = [name for name in SHARES if stats.kind != "buyer" or name not in ("accepted_rate", "sold_rate")]
    days = {} if stats.kind != "buyer" else {"days_to_pay": _number(stats.days_to_pay)}
    return {
        "flow": stats.flow,
        "kind": stats.kind,
        "name": stats.party,
        **{name: stats.count(name) for name in counts if stats.kind != "buyer" or name not in BESIDE},
        **{name: {"value": _number(stats.rate(name).value), "of": stats.rate(name).whole} for name in rates},
        **{name: f"{Decimal(stats.count(name)) / MILLION:.2f}" for name in ("revenue", "margin")},
        **days,
    }


BESIDE: Final = frozenset({"accepted", "sold_leads"})
"""Counts that no buyer has."""


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 4))
