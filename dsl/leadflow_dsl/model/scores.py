"""A score's model as its file gives it: features, and how numbers are made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from leadflow_dsl.terms import Read
from leadflow_dsl.unguarded import dataclass

Way: TypeAlias = Literal["number", "true", "is", "present", "missing", "hour", "weekday"]
"""How a value becomes a number: itself; 1 for true; 1 for being ``Feature.value``; 1 for being there; 1 for not being
there; the hour of the day, 0 to 23; the day of the week, 1 (Monday) to 7."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One number that a model looks at. ``typical`` is what a blank counts as, and in a logistic model what the
    feature's part is measured from."""

    name: str
    read: Read
    way: Way
    value: str = ""
    typical: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a tree ends. ``value`` is in log odds."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """Where a tree asks: at most ``at_most`` goes to the node ``yes``, else to ``no``, both further down. ``value`` is
    what is expected here, in log odds, before it is asked."""

    value: Decimal
    feature: int
    at_most: float
    yes: int
    no: int


@dataclass(frozen=True, slots=True)
class Trained:
    """A model. ``weights`` has one for each feature where the kind is logistic; ``trees`` are lists of nodes, the root
    first. ``base`` is the sum's beginning, in log odds."""

    version: str
    kind: Literal["logistic", "trees"]
    features: tuple[Feature, ...]
    base: Decimal
    weights: tuple[Decimal, ...] = ()
    trees: tuple[tuple[Leaf | Split, ...], ...] = ()
