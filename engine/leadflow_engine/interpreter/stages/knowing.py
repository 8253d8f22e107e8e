"""What an order reads of its buyers and only a look-up can tell: asked before they are put in order, once a lead."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

from leadflow_dsl import model as m
from leadflow_dsl.terms import Term
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.conditions import Condition, decide
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.interpreter.asking import first_of, value
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.prices import price_of
from leadflow_engine.plan import PlannedBuyer

Conditions = tuple[Condition, ...]


def _prices(planned: PlannedBuyer) -> Conditions:
    return () if planned.buyer.offers else tuple(entry.when for entry in planned.prices)


READS: Mapping[str, Callable[[PlannedBuyer], Conditions]] = {
    "price": _prices,
    "expected_value": _prices,
    "priority": lambda planned: tuple(when for _, when in planned.priorities),
    "weight": lambda planned: tuple(when for _, when in planned.weights),
}
"""Of which conditions of a buyer the first that holds counts, by the word of ``order by`` that reads it."""


def is_known(journey: Journey, stage: m.Stage, name: str) -> bool:
    """Is all that the stage's order reads of this buyer decided?"""
    decided = all(_is_decided(journey, conditions) for conditions in _read_of(journey, stage, name))
    amount = _amount_read(journey, stage, name)
    return decided and (amount is None or not isinstance(evaluate(amount, journey.lead), Open))


def _is_decided(journey: Journey, conditions: Conditions) -> bool:
    for condition in conditions:
        held = decide(condition, journey.lead.truth)
        if isinstance(held, Open) or held:
            return held is True
    return True


def _read_of(journey: Journey, stage: m.Stage, name: str) -> Iterator[Conditions]:
    planned = journey.plan.buyers[name]
    return (READS[key.name](planned) for key in stage.order if key.name in READS)


def _amount_read(journey: Journey, stage: m.Stage, name: str) -> Term | None:
    """The amount of the buyer's price, where the order reads it; None where there is none."""
    if not any(READS.get(key.name) is _prices for key in stage.order):
        return None
    price = price_of(journey, journey.plan.buyers[name])
    return price.amount if price is not None else None


def learn_order(journey: Journey, stage: m.Stage, names: Iterable[str]) -> Generator[Any, Any, None]:
    """Ask what decides how these buyers, which are in, stand to each other."""
    whom = f"the order of {stage.id}"
    if not any(key.name in READS for key in stage.order):
        return
    for name in names:
        for conditions in _read_of(journey, stage, name):
            yield from first_of(journey, conditions, whom)
        amount = _amount_read(journey, stage, name)
        if amount is not None:
            yield from value(journey, amount, whom)
