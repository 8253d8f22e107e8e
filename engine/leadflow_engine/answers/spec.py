"""What simulated buyers and services answer: the data that a file of answers becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

Scalar: TypeAlias = str | int | Decimal | bool | None


class LegKey(NamedTuple):
    """``side`` is buyer or service; ``leg`` is ping, post or inquire for a buyer, "" for a service."""

    side: str
    name: str
    leg: str

    def __str__(self) -> str:
        words = {"post": ", deliver", "ping": ", ping", "inquire": ", inquire"}  # as the file says it
        return f"{self.side} {self.name}{words.get(self.leg, '')}"


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on one value of a request. ``kind`` is in ``conditions.TESTS``."""

    path: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Range:
    """From ``low`` to ``high``, both included; in seconds for delays, in cents for bids."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``chance`` is its share from 0 to 1 where it is not certain; ``takes`` says that the buyer takes
    the lead with it, whatever it answers; ``cut`` is "", before, headers or body."""

    tests: tuple[Test, ...] = ()
    chance: float | None = None
    takes: bool = False
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = ""
    delay: Range | None = None
    hang: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True)
class CapRule:
    """At most ``maximum`` taken leads per ``period``: minute, hour, day (in UTC) or total."""

    maximum: int
    period: str


@dataclass(frozen=True, slots=True)
class Leg:
    """How one leg answers: the first of ``replies`` that fits, else what memory, cap and rate choose among
    ``named`` (accepted, rejected, duplicate, capped)."""

    key: LegKey
    url: str = ""
    latency: Range | None = None
    replies: tuple[Reply, ...] = ()
    accept: float = 1.0
    bid: Range | None = None
    remember: str = ""
    cap: CapRule | None = None
    idempotency: str = ""
    named: Mapping[str, tuple[Reply, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole file of answers."""

    seed: int
    legs: Mapping[LegKey, Leg]
    file: str = ""

    @property
    def buyers(self) -> int:
        """How many buyers have answers."""
        return len({key.name for key in self.legs if key.side == "buyer"})

    @property
    def services(self) -> int:
        """How many services have answers."""
        return len({key.name for key in self.legs if key.side == "service"})
