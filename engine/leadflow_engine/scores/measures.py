"""How good a score is, on leads of which the outcome is known: its AUC, and whether its chances come true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

TENTHS: Final = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Leads of nearly the same score: how many, the mean of what was expected, the share that came true."""

    leads: int
    expected: float
    came_true: float


def auc(scores: Sequence[Decimal], good: Sequence[bool]) -> float | None:
    """How often a good lead has the higher score of two, ties as a half; None where all are good, or none."""
    positives = sum(good)
    negatives = len(good) - positives
    if not positives or not negatives:
        return None
    order = sorted(range(len(scores)), key=lambda place: scores[place])
    ranks = 0.0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        middle = (start + 1 + end) / 2
        ranks += middle * sum(good[place] for place in order[start:end])
        start = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def tenths(scores: Sequence[Decimal], good: Sequence[bool], parts: int = TENTHS) -> tuple[Group, ...]:
    """The leads in ``parts`` groups of the same size, the highest scores first; scores are 100 times a chance."""
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    found = []
    for number in range(parts):
        group = order[len(order) * number // parts : len(order) * (number + 1) // parts]
        if group:
            expected = float(sum(scores[place] for place in group)) / len(group) / 100
            found.append(Group(len(group), expected, sum(good[place] for place in group) / len(group)))
    return tuple(found)


def brier(scores: Sequence[Decimal], good: Sequence[bool]) -> float:
    """The mean square of how far each chance was from what came: 0 is certain and right."""
    return sum((float(score) / 100 - came) ** 2 for score, came in zip(scores, good, strict=True)) / len(good)
