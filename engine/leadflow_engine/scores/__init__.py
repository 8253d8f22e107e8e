"""Scores from models: evaluated without any library, exactly and alike on every machine; and what training needs."""

from leadflow_engine.scores.evaluate import Evaluated, Part, evaluated
from leadflow_engine.scores.features import number_of, value_of

__all__ = ["Evaluated", "Part", "evaluated", "number_of", "value_of"]
