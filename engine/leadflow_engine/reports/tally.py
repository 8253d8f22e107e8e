"""What many leads came to, counted: the numbers of the closing table. Money is from the journal's ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from leadflow_engine.reports.amounts import COST, REVENUE
from leadflow_engine.store.run_leads import RunLeads

MILLION = Decimal(1_000_000)
UNFINISHED = "running"
MOST_REASONS = 10_000
OTHER = "other"
"""What is counted together once there are ``MOST_REASONS`` others: buyers may say another one for every lead."""


class Journal(Protocol):
    """What can be asked by SQL."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a reading statement."""
        ...


@dataclass(slots=True)
class Tally:
    """The leads of one run. ``how`` counts new, resumed, known and unread records; ``outcomes`` leads by their word
    (test leads too), ``reasons`` by outcome and reason, ``unpriced`` sales that brought nothing as their buyer told no
    price that can be read, by what was wrong."""

    leads: RunLeads = field(default_factory=RunLeads)
    how: Counter[str] = field(default_factory=Counter)
    unread: list[tuple[int, int, str]] = field(default_factory=list)
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
        self.leads.add(lead, None if how == "known" else ms)

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
    for leads in tally.leads.some():
        _count_some(tally, journal, leads)
    return tally


def _count_some(tally: Tally, journal: Journal, leads: Sequence[str]) -> None:
    for outcome, reason, test in _ask(
        journal, "SELECT outcome, reason, test FROM lead WHERE id IN ({})", leads
    ):
        known = outcome or UNFINISHED
        tally.outcomes[known] += 1
        few = len(tally.reasons) < MOST_REASONS or (known, reason) in tally.reasons
        tally.reasons[known, reason if few else OTHER] += 1
        tally.tests += test
    for why, number in _ask(journal, UNPRICED, leads):
        tally.unpriced[why] += number
    for kind, amount in _ask(
        journal, "SELECT kind, sum(amount) FROM ledger WHERE lead IN ({}) GROUP BY kind", leads
    ):
        _add_money(tally, kind, Decimal(amount) / MILLION)


def _add_money(tally: Tally, kind: str, amount: Decimal) -> None:
    if kind in REVENUE:
        tally.revenue += amount
    elif kind in COST:
        tally.cost -= amount
    else:
        tally.look_ups -= amount


def _ask(journal: Journal, sql: str, leads: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    yield from journal.query(sql.format(",".join("?" * len(leads))), leads)


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
    times = {f"p{percent}": tally.leads.percentile(percent) for percent in (50, 99)}
    ranked = sorted(tally.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "records": sum(tally.how.values()),
        "how": dict(tally.how),
        "outcomes": dict(tally.outcomes),
        "revenue": tally.revenue,
        "cost": tally.cost,
        "look_ups": tally.look_ups,
        "margin": tally.margin,
        "ms": {name: took for name, took in times.items() if took is not None},
        "reasons": [{"outcome": o, "reason": r, "leads": n} for (o, r), n in ranked if o != "sold"],
        "unread": [{"record": n, "line": line, "problem": problem} for n, line, problem in tally.unread],
    }
