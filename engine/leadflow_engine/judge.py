"""Judging buyers: all buyers of a stage at once, from what is known of the lead at that moment.

Each buyer passes, is out for exactly one reason, or is open: a look-up that has not been asked would decide it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from leadflow_dsl.terms import Term
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.conditions import Truth, decide
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.lead import Lead
from leadflow_engine.limits.hours import closed_until
from leadflow_engine.plan import Item, Plan, PlannedBuyer

SEE_BESIDE = "F"
"""The digit of a buyer whose reason stands in a record of its own."""


@dataclass(frozen=True, slots=True)
class Out:
    """Why a buyer is out. ``item`` is the number of its first failing item from 1, 0 for one that only this
    stage has. ``until`` is when that ends (UTC), where the clock knows."""

    code: str
    reason: str
    item: int = 0
    until: datetime.datetime | None = None

    @property
    def digit(self) -> str:
        """One hex digit, or ``F`` where the reason does not fit one."""
        plain = 0 < self.item < 15 and self.until is None
        return f"{self.item:X}" if plain else SEE_BESIDE


@dataclass(slots=True)
class Judgement:
    """The buyers of a stage, each in exactly one of three places; ``open`` names what each one needs asked."""

    passed: list[str] = field(default_factory=list)
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)
    out: dict[str, Out] = field(default_factory=dict)


def judge(plan: Plan, lead: Lead, names: Iterable[str], where: Term | None = None) -> Judgement:
    """Judge these buyers for this lead at ``lead.now``."""
    judgement = Judgement()
    truth = lead.truth
    for name in names:
        verdict = judge_buyer(plan.buyers[name], lead, truth, where)
        if verdict is None:
            judgement.passed.append(name)
        elif isinstance(verdict, Open):
            judgement.open[name] = verdict.needs
        else:
            judgement.out[name] = verdict
    return judgement


def judge_buyer(
    planned: PlannedBuyer, lead: Lead, truth: Callable[[int], Truth], where: Term | None
) -> Out | Open | None:
    """The first failing item among those that are decided; else what is still open; else ``None``."""
    needs: tuple[str, ...] = ()
    for number, item in enumerate(planned.items, start=1):
        verdict = _judge_item(item, number, planned, lead, truth)
        if isinstance(verdict, Out):
            return verdict
        if verdict is not None:
            needs += tuple(name for name in verdict.needs if name not in needs)
    chosen = holds(where, lead) if where else True
    if not isinstance(chosen, Open) and not chosen:
        return Out("filtered", "not among those that `where` chooses")
    if isinstance(chosen, Open):
        needs += tuple(name for name in chosen.needs if name not in needs)
    needs += tuple(name for name in planned.buyer.needs if lead.wants(name) and name not in needs)
    return Open(needs) if needs else None


def _judge_item(
    item: Item, number: int, planned: PlannedBuyer, lead: Lead, truth: Callable[[int], Truth]
) -> Out | Open | None:
    if item.kind == "closed":
        return _closed(planned, number, lead.now())
    decided = decide(item.condition, truth)
    if isinstance(decided, Open):
        return decided
    out = decided is (item.kind == "reject")
    return Out(item.code, item.text, number) if out else None


def _closed(planned: PlannedBuyer, number: int, now: datetime.datetime) -> Out | None:
    buyer = planned.buyer
    until = closed_until(buyer.openings, planned.closed_on, buyer.timezone, now)
    if until is None:
        return None
    local = until.astimezone(ZoneInfo(buyer.timezone))
    return Out("closed", f"closed until {local:%a %H:%M}", number, until)
