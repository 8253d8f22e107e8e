"""The order in which buyers are offered a lead."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import Effect, ReadTurns
from leadflow_engine.evaluation.conditions import decide
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.selling import fixed_price

LAST = Decimal("Infinity")

Key = Callable[[Journey, str, Mapping[str, int], Mapping[str, Decimal]], Decimal | None]


def _priority(
    journey: Journey, name: str, turns: Mapping[str, int], bids: Mapping[str, Decimal]
) -> Decimal | None:
    for number, when in journey.plan.buyers[name].priorities:
        if decide(when, journey.lead.truth) is True:
            return number
    return None


def _price(
    journey: Journey, name: str, turns: Mapping[str, int], bids: Mapping[str, Decimal]
) -> Decimal | None:
    fixed = fixed_price(journey, journey.plan.buyers[name])
    return fixed if fixed is not None else bids.get(name)


def _bid(
    journey: Journey, name: str, turns: Mapping[str, int], bids: Mapping[str, Decimal]
) -> Decimal | None:
    return bids.get(name)


def _turn(
    journey: Journey, name: str, turns: Mapping[str, int], bids: Mapping[str, Decimal]
) -> Decimal | None:
    return Decimal(turns.get(name, 0))


KEYS: Mapping[str, Key] = {"priority": _priority, "price": _price, "bid": _bid, "round_robin": _turn}
"""What each word of ``order by`` compares; any other word is a score."""


def ordered(
    journey: Journey, stage: m.Stage, names: Iterable[str], bids: Mapping[str, Decimal] | None = None
) -> Generator[Any, Any, list[str]]:
    """The names in the stage's order: by its keys in turn, blanks last, and where all tie as written."""
    names = list(names)
    if len(names) < 2 or not stage.order:
        return names
    turns: Mapping[str, int] = {}
    if any(key.name == "round_robin" for key in stage.order):
        reply = yield Effect(f"order/{stage.id}/{journey.segment}", ReadTurns(stage.id, tuple(names)))
        turns = reply["turns"]
    return sorted(names, key=lambda name: _sort_key(journey, stage.order, name, turns, bids or {}))


def _sort_key(
    journey: Journey,
    keys: tuple[m.OrderKey, ...],
    name: str,
    turns: Mapping[str, int],
    bids: Mapping[str, Decimal],
) -> tuple[Decimal, ...]:
    return tuple(_signed(key, _value(journey, key, name, turns, bids)) for key in keys)


def _value(
    journey: Journey, key: m.OrderKey, name: str, turns: Mapping[str, int], bids: Mapping[str, Decimal]
) -> Decimal | None:
    if key.name in KEYS:
        return KEYS[key.name](journey, name, turns, bids)
    return journey.lead.scores.get(key.name)


def _signed(key: m.OrderKey, value: Decimal | None) -> Decimal:
    if value is None:
        return LAST
    return -value if key.descending else value
