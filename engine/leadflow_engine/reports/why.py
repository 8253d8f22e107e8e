"""What keeps leads from one buyer: the reasons by frequency, and what each criterion does by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.conditions import ALWAYS, decide
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Item, Plan
from leadflow_engine.reports.amounts import share
from leadflow_engine.reports.layout import Lines, hang, padded, painted, table
from leadflow_engine.reports.words import word
from leadflow_engine.texts.counted import counted


@dataclass(slots=True)
class Criterion:
    """One thing that can put a buyer out. ``through`` counts the leads that it alone would let through, ``only`` those
    that it alone keeps out, ``open`` those of which a look-up that was not asked would tell."""

    item: Item
    through: int = 0
    only: int = 0
    open: int = 0


@dataclass(slots=True)
class Why:
    """The count for one buyer over many leads. ``ends`` counts leads by the buyer's outcome and reason."""

    buyer: str
    criteria: list[Criterion]
    leads: int = 0
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, lead: Lead | None, summary: Mapping[str, Any]) -> None:
        """Count one lead: what became of the buyer, and which of its criteria hold."""
        self.leads += 1
        self.ends[_end(self.buyer, summary)] += 1
        if lead is None:
            return
        held = [_holds(each.item, lead) for each in self.criteria]
        failing = [each for each, holds in zip(self.criteria, held, strict=True) if holds is False]
        for each, holds in zip(self.criteria, held, strict=True):
            each.through += holds is True
            each.open += holds is None
        if len(failing) == 1:
            failing[0].only += 1


def why_of(plan: Plan, buyer: str) -> Why:
    """An empty count for a buyer. Raises ``KeyError`` for a buyer that the flow does not have."""
    items = [item for item in plan.buyers[buyer].items if item.condition != ALWAYS]
    return Why(buyer, [Criterion(item) for item in items])


def _holds(item: Item, lead: Lead) -> bool | None:
    decided = decide(item.condition, lead.truth)
    if isinstance(decided, Open):
        return None
    return decided is (item.kind == "accept")


def _end(buyer: str, summary: Mapping[str, Any]) -> tuple[str, str]:
    """The buyer's last word for a lead; where the lead never came to it, why."""
    rows = [row for row in summary["distribution"] if row["buyer"] == buyer]
    if rows:
        return str(rows[-1]["outcome"]), str(rows[-1]["reason"])
    if summary["sales"]:
        return "not_reached", f"sold before to {summary['sales'][0]['buyer']}"
    if summary["outcome"] == "refused":
        return "not_reached", f"refused: {summary['reason']}"
    return "not_reached", "its stage was not reached"


# ------------------------------------------------------------------ as a person reads it


def why_lines(why: Why, width: int) -> Lines:
    """First how many it got, then what kept the others from it, then what each criterion does by itself."""
    sold = sum(leads for (outcome, _), leads in why.ends.items() if outcome == "sold")
    lines = [painted(f"{why.buyer} gets {sold:,} of {counted(why.leads, 'lead')}", "bold"), Text("")]
    kept = [(end, leads) for end, leads in why.ends.items() if end[0] != "sold"]
    digits = max((len(f"{leads:,}") for _, leads in kept), default=1)
    for (outcome, reason), leads in sorted(kept, key=lambda pair: (-pair[1], pair[0])):
        head = (
            Text("  ")
            + padded(f"{leads:,}", digits, right=True)
            + padded(share(leads, why.leads), 9, right=True)
        )
        lines += hang(head + Text("  "), painted(_words(outcome, reason)), "", width)
    return [*lines, Text(""), *_by_itself(why, width)] if why.criteria else lines


def _words(outcome: str, reason: str) -> str:
    if outcome in {"filtered", "not_reached"} and reason:
        return reason
    return f"{word(outcome)}: {reason}" if reason else word(outcome)


def _by_itself(why: Why, width: int) -> Lines:
    """A row a criterion: how many it alone lets through, how many would come if it alone were dropped."""
    rows: list[Sequence[str]] = [("lets through", "only obstacle", "not known")]
    rows += [(f"{each.through:,}", f"{each.only:,}", f"{each.open:,}") for each in why.criteria]
    lines = table(rows, frozenset({0, 1, 2}))
    widest = max(map(len, lines))
    shown = [Text(f"  {lines[0]:<{widest}}  each criterion by itself", style="bold")]
    for line, each in zip(lines[1:], why.criteria, strict=True):
        shown += hang(Text(f"  {line:<{widest}}  "), painted(each.item.text), "", width)
    return shown


def why_object(why: Why) -> dict[str, Any]:
    """The same as JSON."""
    ranked = sorted(why.ends.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "buyer": why.buyer,
        "leads": why.leads,
        "ends": [
            {"outcome": outcome, "reason": reason, "leads": leads} for (outcome, reason), leads in ranked
        ],
        "criteria": [
            {
                "reason": each.item.text,
                "lets_through": each.through,
                "only_obstacle": each.only,
                "not_known": each.open,
            }
            for each in why.criteria
        ],
    }
