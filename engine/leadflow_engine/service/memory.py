"""How memory is tidied where many leads pass: what a service is made of when it begins stays as long as it does."""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 20)
"""New objects after which the youngest are looked through, and how often those before the older ones: a lead makes and
drops thousands, all of which go by themselves; what has to be searched for comes of connections and of mistakes."""


def keep_what_is() -> None:
    """Leave flows, plans and modules that are loaded by now out of every search for what can go, and search after many
    leads instead of after each: they are most of what there is, and looking through them again and again cost half a
    millisecond a lead. There is no search before it: of what loading makes hardly anything has to be searched for, and
    one look at fifty flows takes an eighth of a second."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
