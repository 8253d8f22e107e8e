"""A buyer's terms of return: whether it may give a lead back, by what its flow says."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from leadflow_dsl import model as m
from leadflow_engine.limits.windows import window
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.returns import AtMost
from leadflow_engine.texts.counted import counted


def judge(
    buyer: m.Buyer, reason: str, sold_at: datetime.datetime, at: datetime.datetime
) -> tuple[m.Returns | None, str]:
    """The rule by which a buyer may return for a reason, and "" where it may at ``at``; else why it may not."""
    if not buyer.returns:
        return None, f"{buyer.name} has no `returns`: what it buys it keeps"
    fitting = [rule for rule in buyer.returns if not rule.reasons or listed(rule.reasons, reason)]
    if not fitting:
        known = ", ".join(f"`{each}`" for rule in buyer.returns for each in rule.reasons)
        return None, f"`{reason}` is none of the reasons of {buyer.name}: {known}"
    in_time = next((rule for rule in fitting if at - sold_at <= rule.within), None)
    if in_time is not None:
        return in_time, ""
    longest = max(fitting, key=lambda rule: rule.within)
    return longest, f"returned {_days(at - sold_at)} after the sale: {_days(longest.within)} are allowed"


def listed(reasons: Sequence[str], reason: str) -> str:
    """The reason as the flow writes it; "" where it is not among them."""
    return next((each for each in reasons if _folded(each) == _folded(reason)), "")


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _days(length: datetime.timedelta) -> str:
    """A length as people say it: in days and hours from two days on, else in hours; hours that began count."""
    hours = -(-length // datetime.timedelta(hours=1))
    days, rest = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts = [f"{days} days"] if days else []
    parts += [counted(rest, "hour")] if rest or not days else []
    return " and ".join(parts)


def at_most(buyer: m.Buyer, most: m.ReturnsAtMost, sold_at: str) -> AtMost:
    """The share that may come back of what was sold in the same window as this sale (ISO), on the buyer's clock."""
    span = window(most.period, buyer.timezone, moment(sold_at))
    percent = f"{(most.share * 100).normalize():f}"
    return AtMost(most.share, iso(span.start), iso(span.end), f"at most {percent}% per {most.period}")
