"""Stages: each a generator in a file of its name. Add one here, and its word is known to routes.

A stage returns ``Sold``, ``Unsold`` or ``Waiting``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leadflow_engine.interpreter.journey import Work
from leadflow_engine.interpreter.stages.auction import auction
from leadflow_engine.interpreter.stages.multisell import multisell
from leadflow_engine.interpreter.stages.waterfall import waterfall

STAGES: Mapping[str, Callable[..., Work]] = {
    "waterfall": waterfall,
    "auction": auction,
    "multisell": multisell,
    "fallback": waterfall,  # the same turn by turn; what differs is the lead's outcome and when it may run
}

__all__ = ["STAGES"]
