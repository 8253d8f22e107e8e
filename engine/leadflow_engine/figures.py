"""Figures: what ``stats.NAME(WHOM, TIME)`` asks of the journal. All that a flow reads are asked once a segment."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from leadflow_dsl import terms as t

PREFIX: Final = "stats."
USUAL: Final = "usual"
"""The operator of ``50% of usual``: a share, and the figure that it is a share of."""

RATES: Final[Mapping[str, tuple[str, str]]] = {
    "acceptance_rate": ("sold", "answered"),
    "return_rate": ("returned", "sold"),
    "conversion_rate": ("converted", "sold"),
    "fraud_rate": ("fraud", "answered"),
    "timeout_rate": ("timeouts", "requests"),
}
"""Each rate's numerator and what it is a share of."""

AMOUNTS: Final = frozenset({"margin", "revenue"})
"""Figures that are money: kept in millionths."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a buyer, a source or a dimension over the last ``seconds``; of ``cap_used`` over the cap's
    ``period``, as the flow writes it. ``usual``: what it was at the same hour of the last four weeks."""

    name: str
    kind: str
    party: str
    seconds: float = 0.0
    period: str = ""
    usual: bool = False

    @property
    def key(self) -> str:
        """Its name in the fact that answers it."""
        party = self.party if self.kind == "buyer" else f"{self.kind} {self.party}"
        usual = "/usual" if self.usual else ""
        return f"{self.name}/{party}/{self.period or f'{self.seconds:g}'}{usual}"

    @property
    def said(self) -> str:
        """It as the flow writes it: ``stats.acceptance_rate(sunpath, 30d)``."""
        return f"{PREFIX}{self.name}({self.party}, {self.period or words(self.seconds)})"


def figure_of(term: t.Call, usual: bool = False) -> Figure | None:
    """The figure that a term asks for; ``None`` where it asks for none."""
    if not term.name.startswith(PREFIX):
        return None
    whom, over = term.args
    if not isinstance(whom, t.Party | t.Read) or not isinstance(over, t.Const):
        return None
    kind = whom.kind if isinstance(whom, t.Party) else "dimension"
    name = term.name.removeprefix(PREFIX)
    if isinstance(over.value, datetime.timedelta):
        return Figure(name, kind, whom.name, over.value.total_seconds(), usual=usual)
    return Figure(name, kind, whom.name, period=str(over.value), usual=usual)


def figures_in(value: object) -> Iterator[Figure]:
    """Every figure in a flow, or in a part of one."""
    if isinstance(value, t.Call) and (figure := figure_of(value)) is not None:
        yield figure
    if isinstance(value, t.Op) and value.name == USUAL and (usual := usual_of(value)) is not None:
        yield usual
    if isinstance(value, tuple):
        for each in value:
            yield from figures_in(each)
    for name in getattr(value, "__dataclass_fields__", ()):
        yield from figures_in(getattr(value, name))


def usual_of(term: t.Op) -> Figure | None:
    """What ``50% of usual`` compares with, before the share is taken."""
    figure = term.args[1] if len(term.args) > 1 else None
    return figure_of(figure, usual=True) if isinstance(figure, t.Call) else None


def words(seconds: float) -> str:
    """A time as flows write it: ``30d``, ``12h``, ``90s``."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return f"{seconds:g}s"


def as_text(name: str, value: Decimal) -> str:
    """A figure's value as people write it: ``62%``, ``4``, ``12.50``."""
    if name in RATES or name == "cap_used":
        return f"{(value * 100).quantize(Decimal('0.1')).normalize():f}%"
    return (
        f"{value:.2f}" if name in ("margin", "revenue") else f"{value.quantize(Decimal('0.1')).normalize():f}"
    )
