"""Predicates whose truth is not settled by what came: it changes while a lead runs, or waits for a look-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from leadflow_dsl.terms import Term, reads

if TYPE_CHECKING:
    from leadflow_engine.plan import Plan

VOLATILE: Final = frozenset({"buyer", "lead", "step", "ping", "now"})
"""Kinds of reads that may change while a lead runs, so that no truth that depends on them is kept."""


def volatile_from(plan: Plan, first: int) -> frozenset[int]:
    """Of a plan's predicates from this number on those whose truth may change while a lead runs."""
    return frozenset(
        number for number, term in _from(plan, first) if any(read.kind in VOLATILE for read in reads(term))
    )


def may_open_from(plan: Plan, first: int) -> frozenset[int]:
    """Those that a look-up on demand may leave open: they read what it says, or a field computed of that."""
    if not any(step.on_demand for step in plan.lookups.values()):
        return frozenset()
    return frozenset(number for number, term in _from(plan, first) if _may_open(plan, term, ()))


def _from(plan: Plan, first: int) -> Iterator[tuple[int, Term]]:
    return enumerate(plan.predicates[first:], start=first)


def _may_open(plan: Plan, term: Term, within: tuple[str, ...]) -> bool:
    for read in reads(term):
        if read.kind == "result":
            step = plan.lookups.get(read.name)
            if step is not None and step.on_demand:
                return True
        elif read.kind == "field" and read.name in plan.fields and read.name not in within:
            computed = plan.fields[read.name].computed
            if computed is not None and _may_open(plan, computed, (*within, read.name)):
                return True
    return False
