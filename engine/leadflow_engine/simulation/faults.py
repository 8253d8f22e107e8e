"""What goes wrong in one seed's world, and how often: drawn once from the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Final

RATES: Final = (0.0, 0.0, 0.02, 0.1, 0.3)
"""What a rate may be: many worlds are quiet in most ways, so that one trouble alone is met too."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Each is a chance for one request, commit or lead. ``kills`` is how often the process dies."""

    unreachable: float = 0.0  # nothing is written: the connection fails
    lost: float = 0.0  # the buyer never sees the request; we hear nothing
    unheard: float = 0.0  # the buyer decides; its answer never comes
    reset: float = 0.0  # the buyer decides; the connection breaks within the answer
    broken: float = 0.0  # a 5xx, whatever the buyer decided
    garbage: float = 0.0  # a 200 that says nothing, whatever the buyer decided
    slow: float = 0.0  # an answer after the time-out of most
    refused: float = 0.3  # the buyer says no
    commit: float = 0.0  # a commit fails: nothing of it holds
    resent: float = 0.0  # the source sends the same lead again
    twin: float = 0.1  # another lead with the same phone
    kills: int = 0


def drawn(seeded: Random) -> Faults:
    """The faults of one world."""
    names = ("unreachable", "lost", "unheard", "reset", "broken", "garbage", "slow", "resent")
    rates = {name: seeded.choice(RATES) for name in names}
    quiet = {name: rate / 2 for name, rate in rates.items()}
    commit = seeded.choice((0.0, 0.0, 0.01, 0.05))
    return replace(
        Faults(),
        **quiet,
        commit=commit,
        refused=seeded.choice((0.1, 0.3, 0.6)),
        kills=seeded.choice((0, 0, 1, 1, 2, 3)),
    )
