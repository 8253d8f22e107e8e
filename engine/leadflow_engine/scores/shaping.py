"""From what leads say to features: which words of a field are worth one, what a blank counts as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from leadflow_dsl.model import Feature
from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.scores.candidates import Candidate
from leadflow_engine.scores.features import number_of
from leadflow_engine.values import written

COMMON: Final = 0.03
"""The share of leads that a word must have, and leave, to be worth a feature."""
MOST_WORDS: Final = 8
"""Words of one field at most, the most common first."""
OFTEN_BLANK: Final = 0.05
"""From this share on, that a value is not there is a feature of its own."""


def features_of(candidates: Sequence[Candidate], rows: Sequence[Sequence[object]]) -> list[Feature]:
    """The features that these leads (a value for each candidate) make worth looking at, none the same for all."""
    found: list[Feature] = []
    for place, candidate in enumerate(candidates):
        column = [row[place] for row in rows]
        found += (one for one in _features(candidate, column) if _varies(one, column))
    return found


def _features(candidate: Candidate, column: Sequence[object]) -> Iterator[Feature]:
    name = candidate.field
    blank = sum(value is None for value in column) / max(1, len(column))
    if candidate.shape == "is":
        for word in _words(column):
            yield Feature(f"{name} is {word}", candidate.read, "is", word)
    else:
        yield Feature(_named(candidate), candidate.read, candidate.shape, "", _typical(candidate, column))
    if OFTEN_BLANK <= blank <= 1 - OFTEN_BLANK:
        yield Feature(f"{name} missing", candidate.read, "missing")


def _named(candidate: Candidate) -> str:
    told = candidate.shape in ("hour", "weekday")
    return f"{candidate.field} {candidate.shape}" if told else candidate.field


def _words(column: Sequence[object]) -> list[str]:
    texts = [str(written(value, "text")) for value in column if value is not None]
    spelling = {folded(text): text for text in reversed(texts)}
    counts = Counter(map(folded, texts))
    least = COMMON * len(column)
    common = [word for word, count in counts.most_common() if least <= count <= len(column) - least]
    return sorted((spelling[word] for word in common[:MOST_WORDS]), key=folded)


def _typical(candidate: Candidate, column: Sequence[object]) -> Decimal:
    """The middle of what is there; 0 where nothing is."""
    if candidate.shape == "true":
        return Decimal(0)
    blank = Feature("", candidate.read, candidate.shape, "", Decimal("NaN"))
    numbers = sorted(n for n in (number_of(blank, value) for value in column) if not n.is_nan())
    return numbers[len(numbers) // 2] if numbers else Decimal(0)


def _varies(feature: Feature, column: Sequence[object]) -> bool:
    return len({number_of(feature, value) for value in column}) > 1
