"""Claims in plain Python: every post so far, looked through anew for each question."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

HOUR, DAY, BUDGET, CREDIT = 2, 3, 120_000_000, 70_000_000
DEDUPE = datetime.timedelta(hours=3)
RESERVED = 50_000_000
RELEASED = ("declined", "not_sent")


@dataclass
class Post:
    """A delivery. ``amount`` is what was reserved for it, and what was charged once it is a sale (millionths)."""

    story: Any
    at: datetime.datetime
    phone: str
    state: str = "intent"
    amount: int = RESERVED

    @property
    def counts(self) -> bool:
        """Is it a sale, or may it come to be one?"""
        return self.state not in RELEASED

    @property
    def held(self) -> bool:
        """Is it not known yet?"""
        return self.state in ("intent", "in_doubt", "pending")


@dataclass
class Model:
    """What was posted and paid. ``credited`` is what was given back in returns, whose slots stay here."""

    posts: list[Post] = field(default_factory=list)
    paid: int = 0
    credited: int = 0

    def word(self, phone: str, now: datetime.datetime) -> str:
        """Why a post of now is refused; "" where it is not."""
        live = [post for post in self.posts if post.counts]
        hour = sum(post.at.replace(minute=0, second=0) == now.replace(minute=0, second=0) for post in live)
        day = sum(post.at.date() == now.date() for post in live)
        month = sum(post.amount for post in live if (post.at.year, post.at.month) == (now.year, now.month))
        if hour >= HOUR or day >= DAY or month + RESERVED > BUDGET:
            return "capped"
        if self.left < RESERVED:
            return "balance"
        return "duplicate" if any(post.phone == phone and post.at > now - DEDUPE for post in live) else ""

    @property
    def left(self) -> int:
        """What the buyer can still buy for."""
        return self.paid + CREDIT - self.charged - self.held

    @property
    def charged(self) -> int:
        """What the buyer was charged, less what was credited."""
        return sum(post.amount for post in self.posts if post.state == "confirmed") - self.credited

    @property
    def held(self) -> int:
        """What is reserved for posts that are not settled."""
        return sum(post.amount for post in self.posts if post.held)
