"""What many leads came to, counted: the numbers of the closing table. Money is from the journal's ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from leadflow_engine.reports.amounts import COST, REVENUE, percentile

CHUNK = 500
"""Leads asked about at once: under the least limit of values that SQLite has."""
MILLION = Decimal(1_000_000)
UNFINISHED = "running"


class Journal(Protocol):
    """What can be asked by SQL."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a reading statement."""
        ...


@dataclass(slots=True)
class Tally:
    """The leads of one run. ``how`` counts new, resumed, known and unread records; ``outcomes`` leads by their word
    (test leads too), ``reasons`` by outcome and reason, ``unpriced`` sales that brought nothing as their buyer told no
    price that can be read, by what was wrong; ``ms`` are the durations of the leads routed here."""

    leads: list[str] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)
    unread: list[tuple[int, int, str]] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    unpriced: Counter[str] = field(default_factory=Counter)
    tests: int = 0
    revenue: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    look_ups: Decimal = Decimal(0)

    @property
    def margin(self) -> Decimal:
        """What is left, in the flow's currency."""
        return self.revenue - self.cost - self.look_ups

    @property
    def clean(self) -> bool:
        """Could every record be read, and did no lead end in an error?"""
        return not self.unread and not self.outcomes["error"]

    def add(self, how: str, lead: str, ms: float) -> None:
        """Note that a record ended."""
        self.how[how] += 1
        self.leads.append(lead)
        if how != "known":
            self.ms.append(ms)

    def add_unread(self, number: int, line: int, problem: str) -> None:
        """Note a record that could not be read."""
        self.how["unread"] += 1
        self.unread.append((number, line, problem))


UNPRICED = (
    "SELECT d.reason, count(*) FROM delivery d JOIN lead l ON l.id = d.lead WHERE d.state = 'confirmed' "
    "AND d.price = 0 AND instr(d.reason, 'price') AND NOT l.test AND d.lead IN ({}) GROUP BY d.reason"
)


def count_up(tally: Tally, journal: Journal) -> Tally:
    """Fill in outcomes, reasons and money from what the journal says now of the tally's leads. Gives the same tally."""
    leads = list(dict.fromkeys(tally.leads))
    for outcome, reason, test in _ask(
        journal, "SELECT outcome, reason, test FROM lead WHERE id IN ({})", leads
    ):
        tally.outcomes[outcome or UNFINISHED] += 1
        tally.reasons[outcome or UNFINISHED, reason] += 1
        tally.tests += test
    for why, number in _ask(journal, UNPRICED, leads):
        tally.unpriced[why] += number
    for kind, amount in _ask(
        journal, "SELECT kind, sum(amount) FROM ledger WHERE lead IN ({}) GROUP BY kind", leads
    ):
        _add_money(tally, kind, Decimal(amount) / MILLION)
    return tally


def _add_money(tally: Tally, kind: str, amount: Decimal) -> None:
    if kind in REVENUE:
        tally.revenue += amount
    elif kind in COST:
        tally.cost -= amount
    else:
        tally.look_ups -= amount


def _ask(journal: Journal, sql: str, leads: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(leads), CHUNK):
        chunk = leads[start : start + CHUNK]
        yield from journal.query(sql.format(",".join("?" * len(chunk))), chunk)


def commonest(tally: Tally, outcomes: Iterable[str], most: int = 3) -> list[tuple[str, int]]:
    """The commonest reasons of these outcomes with their counts, and ``other`` for the rest."""
    wanted = set(outcomes)
    found: Counter[str] = Counter()
    for (outcome, reason), leads in tally.reasons.items():
        if outcome in wanted:
            found[reason or "no reason given"] += leads
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ranked) <= most + 1:
        return ranked
    return [*ranked[:most], ("other", sum(leads for _, leads in ranked[most:]))]


def as_object(tally: Tally) -> dict[str, Any]:
    """The tally as JSON (``docs/commands.md``)."""
    times = {f"p{percent}": percentile(tally.ms, percent) for percent in (50, 99)} if tally.ms else {}
    ranked = sorted(tally.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "records": sum(tally.how.values()),
        "how": dict(tally.how),
        "outcomes": dict(tally.outcomes),
        "revenue": tally.revenue,
        "cost": tally.cost,
        "look_ups": tally.look_ups,
        "margin": tally.margin,
        "ms": times,
        "reasons": [{"outcome": o, "reason": r, "leads": n} for (o, r), n in ranked if o != "sold"],
        "unread": [{"record": n, "line": line, "problem": problem} for n, line, problem in tally.unread],
    }
