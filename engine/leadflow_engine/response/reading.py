"""What was read from an answer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import field, replace
from decimal import Decimal

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.values import Value


@dataclass(frozen=True, slots=True)
class Bid:
    """One of several bids in an answer. ``bid`` is an amount, ``expires`` as in ``Reading``; None where it could not be
    read as one. ``over``: it had ended when its answer was read."""

    bid: Decimal | None
    reference: str = ""
    legal_name: str = ""
    sets: Mapping[str, Value] = field(default_factory=dict)
    expires: Decimal | datetime.datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer, read.

    ``kind_read``: json, xml, form, html or text. ``verdict`` is the rule's outcome, "" where none matched; ``rule`` its
    number from 1, 0 for ``otherwise``, None where nothing decided. ``price`` and ``bid`` are amounts in the flow's
    currency; ``expires`` is a number of seconds from now, or a moment (aware). ``readable`` is false where the body
    is not of the kind that it should be. ``notes`` are sentences for the trace, free of what the answer said.
    ``by_bids``: it gives no bid of its own beside its several ``bids``, so that each of them stands for itself.
    """

    kind_read: str
    verdict: str = ""
    rule: int | None = None
    reason: str = ""
    cause: str = ""
    price: Decimal | None = None
    reference: str = ""
    redirect: str = ""
    bid: Decimal | None = None
    expires: Decimal | datetime.datetime | None = None
    sets: Mapping[str, Value] = field(default_factory=dict)
    bids: tuple[Bid, ...] = ()
    readable: bool = True
    notes: tuple[str, ...] = ()
    by_bids: bool = False

    @property
    def ranked(self) -> tuple[Bid, ...]:
        """The bids that can be taken where an answer holds several: the highest first, of equal ones in their order.
        Where any still stands, those that are over are left out; where any of the others has a reference, those
        without: the post could not name them."""
        priced = [one for one in self.bids if one.bid is not None]
        standing = [one for one in priced if not one.over] or priced
        named = [one for one in standing if one.reference]
        return tuple(sorted(named or standing, key=lambda one: -(one.bid or 0)))

    @property
    def chosen(self) -> Bid | None:
        """The bid that stands for the answer where it holds several."""
        return next(iter(self.ranked), None)

    def after(self, refused: int) -> Reading:
        """The answer as it stands once so many of its bids were refused; at most all but one."""
        if not refused:
            return self
        first, left = self.ranked[0], self.ranked[refused:]
        own = self.reference if self.reference != first.reference else left[0].reference
        ends = left[0].expires if self.expires in (None, first.expires) else self.expires
        return replace(self, bids=left, bid=left[0].bid, reference=own, expires=ends)

    @classmethod
    def nothing(cls) -> Reading:
        """What is read where there was no whole answer."""
        return cls(kind_read="", readable=False)
