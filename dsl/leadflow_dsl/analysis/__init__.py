"""What conditions can come to, as sets of values: nothing is run, and no lead is needed."""

from leadflow_dsl.analysis.facts import NOTHING_KNOWN, Facts, State, World
from leadflow_dsl.analysis.truth import Want, alternatives, narrowed, possible

__all__ = ["NOTHING_KNOWN", "Facts", "State", "Want", "World", "alternatives", "narrowed", "possible"]
