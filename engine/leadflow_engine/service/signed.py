"""Signed calls that came: ``Seen`` for a service, kept in the journal with the leads of each call."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadflow_engine.store.calls import Note


@dataclass(slots=True)
class SignedCalls:
    """All that are remembered. One process holds a journal, so that what it remembers is all there is."""

    until: dict[str, datetime.datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, datetime.datetime]) -> SignedCalls:
        """Those that the journal has."""
        return cls(dict(kept))

    def forget(self, now: datetime.datetime) -> None:
        """Let go of what is over."""
        self.until = {key: until for key, until in self.until.items() if until > now}


@dataclass(slots=True)
class SignedNow:
    """``Seen`` for one call: what it brings is taken back where the call could not be kept."""

    all: SignedCalls
    own: list[tuple[str, datetime.datetime]] = field(default_factory=list)

    def first(self, key: str, until: datetime.datetime) -> bool:
        """See ``Seen.first``."""
        if key in self.all.until:
            return False
        self.all.until[key] = until
        self.own.append((key, until))
        return True

    def note(self, named: tuple[str, str, int] | None = None) -> Note | None:
        """What is to be kept of the call with its lead, also of the name that it came under; None where nothing is."""
        return Note(named, tuple(self.own)) if named is not None or self.own else None

    def take_back(self) -> None:
        """As if the call had never come."""
        for key, _ in self.own:
            self.all.until.pop(key, None)
