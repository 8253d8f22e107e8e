"""A model's score of one lead, with each feature's part in it.

Decimals of a fixed precision, whose ``exp`` is correctly rounded: a replay gives the same score on every machine, which
floats and each machine's own ``exp`` would not promise. Thresholds of trees are compared as the training library
compared them, after rounding to 32 bits.

A part of a logistic model is ``weight * (number - typical)``. Parts of trees are path contributions (Saabas): the
change of what is expected from a node to the one below it is the part of the feature that was asked. They are not
Shapley values, and cost one walk. Either way the base and the parts add up to the log odds, exactly.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from leadflow_dsl.model import Feature, Split, Trained

EXACTLY: Final = Context(prec=40, rounding=ROUND_HALF_EVEN)
PLACE: Final = Decimal("0.0001")
"""The place to which a score is rounded."""
FARTHEST: Final = Decimal(60)
"""Log odds beyond which a chance is 0 or 1 to every place that is kept."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a feature with this number added to the log odds."""

    feature: Feature
    number: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Evaluated:
    """``score`` is 100 times ``chance``, rounded; ``base`` and the parts sum to ``odds``, in log odds."""

    score: Decimal
    chance: Decimal
    odds: Decimal
    base: Decimal
    parts: tuple[Part, ...]


def evaluated(model: Trained, numbers: Sequence[Decimal]) -> Evaluated:
    """The score of these numbers, one for each of the model's features."""
    with localcontext(EXACTLY):
        base, amounts = (_linear if model.kind == "logistic" else _walked)(model, numbers)
        odds = base + sum(amounts, Decimal(0))
        chance = chance_of(odds)
        parts = tuple(map(Part, model.features, numbers, amounts))
        return Evaluated((100 * chance).quantize(PLACE), chance, odds, base, parts)


def chance_of(odds: Decimal) -> Decimal:
    """The chance of these log odds."""
    with localcontext(EXACTLY):
        near = max(-FARTHEST, min(FARTHEST, odds))
        return 1 / (1 + (-near).exp())


def _linear(model: Trained, numbers: Sequence[Decimal]) -> tuple[Decimal, list[Decimal]]:
    each = zip(model.features, model.weights, numbers, strict=True)
    return model.base, [weight * (number - feature.typical) for feature, weight, number in each]


def _walked(model: Trained, numbers: Sequence[Decimal]) -> tuple[Decimal, list[Decimal]]:
    amounts = [Decimal(0)] * len(numbers)
    short = [_short(number) for number in numbers]
    base = model.base
    for tree in model.trees:
        node = tree[0]
        base += node.value
        while isinstance(node, Split):
            below = tree[node.yes if short[node.feature] <= node.at_most else node.no]
            amounts[node.feature] += below.value - node.value
            node = below
    return base, amounts


def _short(number: Decimal) -> float:
    """A number as a 32-bit float; what is too large for one is infinite."""
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", float(number)))
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return float(rounded)
