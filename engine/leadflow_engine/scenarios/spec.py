"""What a file of scenarios says, as data."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from leadflow_engine.answers.document import Document, Path
from leadflow_engine.scenarios.sited import Sited

NO_TIME: Final = datetime.timedelta(0)
NOON: Final = "2026-01-15T12:00"
"""The clock of a scenario that says none, in the flow's zone: a Thursday, so that offices are open."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """A lead as its source sends it; ``test`` says that it is a test lead."""

    payload: Mapping[str, Any]
    source: str = ""
    test: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a scenario: a lead arrives (``times`` so many of them), something is done (``word``, one of
    ``acting.WORDS``, with what is ``said`` of it), or time passes alone.

    ``after`` passes before: counted from when the last lead came where a lead arrives, from now otherwise; ``wait``
    passes afterwards, and what falls due in it is done. ``settle`` says of buyers in doubt what became of it: sold or
    declined. ``about`` is which lead is meant, by the order in which they came (from 1; 0: the last). ``path`` is where
    the part stands in the file.
    """

    path: Path
    lead: Arriving | None
    clock: str = ""
    after: datetime.timedelta = NO_TIME
    settle: Mapping[str, str] = field(default_factory=dict)
    wait: datetime.timedelta = NO_TIME
    answers: Sited | None = None
    expect: Sited | None = None
    word: str = ""
    said: Any = None
    about: int = 0
    times: int = 1

    def leads(self) -> tuple[Arriving, ...]:
        """The leads that come. ``{n}`` in the texts of one of several is which, so that none is a duplicate."""
        if self.lead is None or self.times == 1:
            return (self.lead,) if self.lead else ()
        payload = self.lead.payload
        return tuple(
            replace(self.lead, payload=_numbered(payload, f"{number:03}"))
            for number in range(1, self.times + 1)
        )


def _numbered(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", number)
    if isinstance(value, Mapping):
        return {key: _numbered(item, number) for key, item in value.items()}
    return [_numbered(item, number) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, or one row of its table. ``given`` is what had happened before, ``row`` where the row stands."""

    name: str
    path: Path
    parts: tuple[Part, ...]
    given: Sited | None = None
    row: Path = ()


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A file of scenarios and the flow that they are about."""

    file: str
    flow: str
    text: str
    document: Document
    scenarios: tuple[Scenario, ...]
