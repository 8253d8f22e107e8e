"""What came of one part of a scenario."""

from __future__ import annotations

from dataclasses import dataclass

from leadflow_engine.scenarios.calls import Call
from leadflow_engine.scenarios.compare import Difference
from leadflow_engine.scenarios.observed import Seen
from leadflow_engine.scenarios.spec import Part


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one part of a scenario. ``missing`` are calls for which no answer was given, each with why;
    ``trouble`` says what could not be done at all."""

    part: Part
    seen: Seen
    found: dict[str, object]
    differences: tuple[Difference, ...]
    missing: tuple[tuple[Call, str], ...]
    trouble: str = ""

    @property
    def passed(self) -> bool:
        """Did all of it come out as was said?"""
        return not (self.differences or self.missing or self.trouble)
