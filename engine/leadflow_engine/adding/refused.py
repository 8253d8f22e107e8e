"""Why something is not added."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence for whoever asked, with the way out."""

    why: str
