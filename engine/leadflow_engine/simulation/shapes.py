"""The flows of the simulation, each with what must hold of it, said again by hand: a second opinion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from leadflow_engine.operations.loading import load
from leadflow_engine.plan import Plan

FOLDER: Final = Path(__file__).parent / "shapes"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``most`` leads of these buyers in each ``window`` (hour or day, of the flow's zone)."""

    buyers: tuple[str, ...]
    most: int
    window: str = "day"


@dataclass(frozen=True, slots=True)
class Money:
    """What a buyer can spend in all: ``most``, at a fixed ``price`` or at what its answer says (None)."""

    buyer: str
    most: float
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """``together`` is how many may have a lead when all who have it are among ``sharing``; else one may. ``passes``
    are buyers whose doubt the flow passes over. ``deduped`` says that one phone is taken once. ``paid_in`` is what
    buyers paid before it began. ``hosts`` gives the buyer of a host."""

    name: str
    hosts: Mapping[str, str]
    zone: str
    sharing: frozenset[str] = frozenset()
    together: int = 1
    passes: frozenset[str] = frozenset()
    idempotent: frozenset[str] = frozenset()
    caps: tuple[Cap, ...] = ()
    money: tuple[Money, ...] = ()
    paid_in: Mapping[str, int] = field(default_factory=dict)
    deduped: bool = True

    @property
    def plan(self) -> Plan:
        """The plan of its flow, made once."""
        return _plan(self.name)


@cache
def _plan(name: str) -> Plan:
    return load(FOLDER / f"{name}.flow").plan


def _hosts(*names: str) -> Mapping[str, str]:
    return {f"{name.replace('_', '')}.example": name for name in names}


SHAPES: Final = (
    Shape(
        "waterfall",
        _hosts("few", "again", "waits", "desk"),
        "America/New_York",
        passes=frozenset({"few"}),
        idempotent=frozenset({"again"}),
        caps=(Cap(("few",), 7), Cap(("again",), 12)),
    ),
    Shape(
        "auction",
        _hosts("line", "high", "low", "fixed"),
        "America/Chicago",
        caps=(Cap(("high",), 9), Cap(("fixed",), 5)),
        deduped=False,
    ),
    Shape(
        "shared",
        _hosts("one", "two", "three", "four"),
        "America/Denver",
        sharing=frozenset({"one", "two", "three", "four"}),
        together=3,
        idempotent=frozenset({"three"}),
        caps=(Cap(("one", "two"), 30), Cap(("one",), 14)),
    ),
    Shape(
        "next",
        _hosts("quick", "sure"),
        "America/Los_Angeles",
        passes=frozenset({"quick"}),
        caps=(Cap(("quick",), 15), Cap(("sure",), 20)),
    ),
    Shape(
        "money",
        _hosts("prepaid", "budgeted", "says"),
        "America/Phoenix",
        money=(Money("prepaid", 150.0, 25.0), Money("budgeted", 200.0, 20.0), Money("says", 300.0)),
        paid_in={"prepaid": 100},
        deduped=False,
    ),
    Shape(
        "held",
        _hosts("day_shift", "alone", "both_a", "both_b"),
        "Pacific/Honolulu",
        sharing=frozenset({"both_a", "both_b"}),
        together=2,
        caps=(Cap(("day_shift",), 3, "hour"), Cap(("alone",), 6), Cap(("both_b",), 8)),
    ),
)
