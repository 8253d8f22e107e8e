"""Figures: what ``stats.NAME(WHOM, TIME)`` asks of the journal. All that a flow reads are asked once a segment."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from leadflow_dsl import terms as t

PREFIX = "stats."
KNOWN = frozenset({"attempts", "sold", "acceptance_rate"})
"""The figures that the journal tells, of a buyer."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a buyer over the last ``seconds``."""

    name: str
    buyer: str
    seconds: float

    @property
    def key(self) -> str:
        """Its name in the fact that answers it."""
        return f"{self.name}/{self.buyer}/{self.seconds:g}"


def figure_of(term: t.Call) -> Figure | None:
    """The figure that a term asks for; ``None`` where it asks for none that the journal can tell."""
    if not term.name.startswith(PREFIX):
        return None
    whom, over = term.args
    name = term.name.removeprefix(PREFIX)
    if name not in KNOWN or not isinstance(whom, t.Party) or whom.kind != "buyer":
        return None
    if not isinstance(over, t.Const) or not isinstance(over.value, datetime.timedelta):
        return None
    return Figure(name, whom.name, over.value.total_seconds())


def figures_in(value: object) -> Iterator[Figure]:
    """Every figure in a flow, or in a part of one."""
    if isinstance(value, t.Call) and (figure := figure_of(value)) is not None:
        yield figure
    if isinstance(value, tuple):
        for each in value:
            yield from figures_in(each)
    for name in getattr(value, "__dataclass_fields__", ()):
        yield from figures_in(getattr(value, name))


def told(name: str, attempts: int, answered: int, sold: int) -> str | None:
    """A figure's value as its fact keeps it, from what was counted; ``None`` where nothing was."""
    if name == "acceptance_rate":
        return str(Decimal(sold) / answered) if answered else None
    return str(attempts if name == "attempts" else sold)
