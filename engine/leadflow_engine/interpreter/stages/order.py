"""The order in which buyers are offered a lead."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import Effect, ReadTurns
from leadflow_engine.evaluation.conditions import decide
from leadflow_engine.interpreter.figures import days_to_pay
from leadflow_engine.interpreter.holding import is_first
from leadflow_engine.interpreter.journey import ONE, Journey
from leadflow_engine.interpreter.prices import fixed_price
from leadflow_engine.interpreter.stages.knowing import learn_order
from leadflow_engine.interpreter.stages.promises import preferred
from leadflow_engine.interpreter.stages.rates import EXPECTED_OVER, Rate, chance, rates

LAST = Decimal("Infinity")


@dataclass(slots=True)
class _Known:
    """What the keys of an order read: turns, how far each is behind its share, bids, rates by their time, and how many
    days each took to pay by name and time."""

    turns: Mapping[str, int] = field(default_factory=dict)
    behind: Mapping[str, int] = field(default_factory=dict)
    bids: Mapping[str, Decimal] = field(default_factory=dict)
    rates: dict[float, Mapping[str, Rate]] = field(default_factory=dict)
    days: dict[tuple[str, float], Decimal | None] = field(default_factory=dict)


Key = Callable[[Journey, m.OrderKey, str, _Known], Decimal | None]


def _priority(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    for number, when in journey.plan.buyers[name].priorities:
        if decide(when, journey.lead.truth) is True:
            return number
    return None


def _price(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    fixed = fixed_price(journey, journey.plan.buyers[name])
    return fixed if fixed is not None else known.bids.get(name)


def _turn(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    return Decimal(known.turns.get(name, 0))


def _weight(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    return Decimal(known.behind[name]) if name in known.behind else None


def _accepts(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    rate = known.rates[_looks_back(key)].get(name)
    return rate.share if rate is not None else None


def _expected(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    price = known.bids.get(name)
    price = price if price is not None else _price(journey, key, name, known)
    return None if price is None else price * chance(known.rates[EXPECTED_OVER].get(name))


def _pays(journey: Journey, key: m.OrderKey, name: str, known: _Known) -> Decimal | None:
    return known.days.get((name, _looks_back(key)))


def _looks_back(key: m.OrderKey) -> float:
    return key.window.total_seconds() if key.window is not None else EXPECTED_OVER


KEYS: Mapping[str, Key] = {
    "priority": _priority,
    "price": _price,
    "round_robin": _turn,
    "weight": _weight,
    "acceptance_rate": _accepts,
    "expected_value": _expected,
    "days_to_pay": _pays,
}
"""What each word of ``order by`` compares beside the bid; any other word is a score."""


def ordered(
    journey: Journey, stage: m.Stage, names: Iterable[str], bids: Mapping[str, Decimal] | None = None
) -> Generator[Any, Any, list[str]]:
    """The names in the stage's order: by its keys in turn, blanks last; where all tie as written, which is told."""
    line = yield from _by_keys(journey, stage, list(names), bids)
    return (yield from preferred(journey, stage, line))


def _by_keys(
    journey: Journey, stage: m.Stage, names: list[str], bids: Mapping[str, Decimal] | None
) -> Generator[Any, Any, list[str]]:
    if not names or not stage.order:
        return names
    if len(names) > 1:
        free = [name for name in names if not is_first(journey, name)] if journey.held else names
        yield from learn_order(journey, stage, free)
    known = yield from _learn(journey, stage, names, bids or {})
    columns = [_column(journey, key, names, known) for key in stage.order]
    keys = dict(zip(names, zip(*columns, strict=True), strict=True))
    line = sorted(names, key=keys.__getitem__)
    for first, second in pairwise(line):
        if keys[first] == keys[second]:
            journey.notes[stage.id, second] = f"ties with {first}, which is written before"
    return line


def _learn(
    journey: Journey, stage: m.Stage, names: list[str], bids: Mapping[str, Decimal]
) -> Generator[Any, Any, _Known]:
    """Ask the journal what the order reads; nothing where there is nobody to put in order."""
    known = _Known(bids=bids)
    words = {key.name for key in stage.order}
    if "weight" in words or ("round_robin" in words and len(names) > 1):
        turns = yield from _turns(journey, stage, names, "weight" in words)
        known.turns = turns["turns"]
        known.behind = _shares(journey, stage, names, turns.get("shares", {}))
    for key in stage.order:
        if key.name in {"acceptance_rate", "expected_value"} and len(names) > 1:
            known.rates[_looks_back(key)] = yield from rates(journey, _looks_back(key))
    for key in stage.order:
        if key.name == "days_to_pay" and len(names) > 1:
            known.days |= yield from days_to_pay(journey, stage, names, _looks_back(key))
    for key in stage.order:
        known.rates.setdefault(_looks_back(key), {})
    return known


def _turns(
    journey: Journey, stage: m.Stage, names: list[str], weighted: bool
) -> Generator[Any, Any, Mapping[str, Any]]:
    """The turns at a stage, asked once a segment."""
    if stage.id not in journey.turns:
        effect = Effect(f"order/{stage.id}/{journey.segment}", ReadTurns(stage.id, tuple(names), weighted))
        journey.turns[stage.id] = yield effect
    return journey.turns[stage.id]


def _shares(journey: Journey, stage: m.Stage, names: list[str], behind: Mapping[str, int]) -> dict[str, int]:
    """How far each is behind its share of first offers, with what this one adds to it; those without weight left out.

    Each of those qualified gains its share of every first offer, and the one that is offered gives one whole."""
    weights = {name: weight for name in names if (weight := _weight_of(journey, stage, name)) > 0}
    total = sum(weights.values(), Decimal(0))
    gained = {name: int(ONE * weight / total) for name, weight in weights.items()}
    journey.shares[stage.id] = gained
    return {name: behind.get(name, 0) + share for name, share in gained.items()}


def _weight_of(journey: Journey, stage: m.Stage, name: str) -> Decimal:
    """A buyer's weight: what is set beside the flow, else the first of its own that holds."""
    beside = journey.turns[stage.id].get("weights", {})
    if name in beside:
        return Decimal(beside[name]) / ONE
    for number, when in journey.plan.buyers[name].weights:
        if decide(when, journey.lead.truth) is True:
            return number
    return Decimal(0)


def _column(journey: Journey, key: m.OrderKey, names: list[str], known: _Known) -> list[Decimal]:
    """What one key compares of each of these, the first to come the least."""
    if key.name == "bid":
        values = [known.bids.get(name) for name in names]
    elif key.name in KEYS:
        values = [KEYS[key.name](journey, key, name, known) for name in names]
    else:
        values = [journey.lead.scores.get(key.name)] * len(names)
    if key.descending:
        return [LAST if value is None else -value for value in values]
    return [LAST if value is None else value for value in values]
