"""What a stage comes to."""

from __future__ import annotations

from typing import TypeAlias

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.interpreter.waiting import Unanswered


@dataclass(frozen=True, slots=True)
class Sold:
    """Somebody took the lead."""

    buyer: str


@dataclass(frozen=True, slots=True)
class Unsold:
    """Nobody of this stage took it; the route goes on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The lead waits, and goes on with ``remaining`` of this stage. ``why`` is held, pending or in_doubt; ``due`` an
    ISO time, None where somebody must say."""

    why: str
    reason: str
    due: str | None
    remaining: tuple[str, ...]


def held(unanswered: Unanswered, remaining: tuple[str, ...] = ()) -> Waiting:
    """The lead waits for a look-up or a copy that is tried again, and then goes on with ``remaining``."""
    return Waiting("held", unanswered.reason, unanswered.due, remaining)


StageResult: TypeAlias = Sold | Unsold | Waiting
