"""What a workload is to the runner: figures of a turn, goals that they are held against, medians over turns."""

from __future__ import annotations

import statistics
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import machine


class Missing(Exception):
    """A peer is not installed. Its text says what to do."""


class Differs(Exception):
    """Results are not equal, so that times mean nothing. Its text says what differs."""


@dataclass(slots=True)
class Turn:
    """What one turn of a workload measured: figures by name, and what has to be told beside (peers that are missing).
    Results were compared before; a workload whose results differ raises ``Differs``."""

    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


Once: TypeAlias = Callable[[bool], Turn]
"""One turn; True for the quick one, of seconds."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of a workload and what it should be: at most ``limit``, or at least where ``least``."""

    what: str
    figure: str
    limit: float
    unit: str = ""
    least: bool = False

    def met(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value >= self.limit if self.least else value <= self.limit

    @property
    def said(self) -> str:
        """The goal in words."""
        return f"at {'least' if self.least else 'most'} {number(self.limit)}{_unit(self.unit)}"


@dataclass(frozen=True, slots=True)
class Workload:
    """Something that is measured: ``times`` turns, of which medians count. ``also`` names figures that are told beside
    goals, and what each is. Without ``in_quick`` it is left out where it has to be quick and nobody named it."""

    name: str
    once: Once
    goals: tuple[Goal, ...]
    times: int = 3
    also: Mapping[str, str] = field(default_factory=dict)
    in_quick: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all turns: the median, the least, the most."""

    median: float
    low: float
    high: float

    def said(self, unit: str) -> str:
        """For people: the median, and the rest where it differs."""
        rest = "" if self.low == self.high else f" ({number(self.low)} to {number(self.high)})"
        return f"{number(self.median)}{_unit(unit)}{rest}"


@dataclass(slots=True)
class Told:
    """What came of a workload. ``refused``: why its rows do not count, "" where they do. ``others``: the share of the
    machine that others used meanwhile, 0 to 1."""

    workload: Workload
    figures: dict[str, Spread] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refused: str = ""
    others: float = 0.0
    seconds: float = 0.0


def spreads(turns: list[Turn]) -> dict[str, Spread]:
    """Each figure over all turns that have it."""
    names = dict.fromkeys(name for turn in turns for name in turn.figures)
    found = {name: [turn.figures[name] for turn in turns if name in turn.figures] for name in names}
    return {
        name: Spread(statistics.median(values), min(values), max(values)) for name, values in found.items()
    }


def measure(workload: Workload, quick: bool) -> Told:
    """All turns of a workload, and what others used of the machine before each."""
    told, turns, others = Told(workload), list[Turn](), list[float]()
    began = time.perf_counter()
    try:
        for _ in range(1 if quick else workload.times):
            others.append(machine.others_use())
            turns.append(workload.once(quick))
    except Differs as problem:
        told.refused = f"results differ: {problem}"
    except Exception as problem:
        traceback.print_exc()
        told.refused = f"failed with {type(problem).__name__}"
    told.figures = {} if told.refused else spreads(turns)
    told.notes = list(dict.fromkeys(note for turn in turns for note in turn.notes))
    told.others, told.seconds = max(others, default=0.0), time.perf_counter() - began
    return told


def rows(told: Told) -> list[dict[str, Any]]:
    """A row a goal: what was measured and whether it is met (None: not measured)."""
    found = []
    for goal in told.workload.goals:
        spread = told.figures.get(goal.figure)
        why = told.refused or next(iter(told.notes), "not measured")
        found.append(
            {
                "what": goal.what,
                "goal": goal.said,
                "measured": spread.said(goal.unit) if spread else why,
                "met": goal.met(spread.median) if spread else None,
                "others": told.others,
            }
        )
    return found


def number(value: float) -> str:
    """A number with three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _unit(unit: str) -> str:
    return unit if unit in ("", "×") else f" {unit}"
