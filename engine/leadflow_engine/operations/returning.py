"""Returns: what a buyer gives back, by the terms on which it was sold (``docs/after-the-sale.md``)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from leadflow_dsl import model as m
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.effects import Json
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.lead import Lead
from leadflow_engine.limits.windows import window
from leadflow_engine.masking import personal_texts
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, last_scope
from leadflow_engine.plan import Plan
from leadflow_engine.response import excerpt
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.codec import iso, moment, money
from leadflow_engine.store.returns import Asked, AtMost, Outcome, Sold, deliveries_to, take_back

A_DAY: Final = datetime.timedelta(days=1)
_PLANS: Final[WeakKeyDictionary[SqliteStore, Plans]] = WeakKeyDictionary()
"""The plans of journals that are open for long: a service need not read a flow anew for each return."""

LONGEST: Final = 200
"""Characters of a reason that are kept."""

NOT_SOLD: Final = {
    "in_doubt": "whether it was sold to {0} is in doubt; settle that first: `leadflow doubt settle`",
    "pending": "{0} has not said yet whether it takes it",
    "intent": "whether it was sold to {0} is not known yet",
}
"""Why a delivery in a state cannot come back; any other was not sold."""


@dataclass(frozen=True, slots=True)
class Return:
    """What somebody says of a lead: that ``buyer`` gives it back. ``at`` is when it did (None: now), ``number`` which
    delivery of several (0: the one that it has). ``force`` takes it back whatever the terms say; ``because`` is why."""

    lead: str
    buyer: str
    reason: str
    by: str
    because: str = ""
    at: datetime.datetime | None = None
    force: bool = False
    number: int = 0


def return_lead(store: SqliteStore, plans: Plans, said: Return, now: datetime.datetime) -> Outcome:
    """Take a lead back, or deny it, and keep either. ``Outcome.state`` is ``impossible`` where nothing was sold that
    could come back: nothing is kept then. Raises ``StoreError`` where the lead or its plan cannot be had."""
    sold = _delivery(store, said)
    if isinstance(sold, Outcome):
        return sold
    at = _when(said.at or now, moment(sold.sold_at or iso(now)))
    if at > now or at < moment(sold.sold_at or iso(now)):
        when = "lies ahead" if at > now else f"is before the sale, {(sold.sold_at or '')[:19]}Z"
        return Outcome("impossible", f"{at:%Y-%m-%d %H:%M} UTC {when}")
    plan, lead = known(store, plans, said.lead)
    return store.transact(lambda core: take_back(core, _asked(plan, lead, said, sold, at)))


def _when(at: datetime.datetime, sold_at: datetime.datetime) -> datetime.datetime:
    """When a lead came back: not before it was sold where somebody says the day alone, which is its beginning."""
    return max(at, sold_at) if sold_at - at < A_DAY else at


def known(store: SqliteStore, plans: Plans, lead: str) -> tuple[Plan, Lead | None]:
    """The plan on which a lead was routed, and the lead as it ended; None where its values are gone. Raises
    ``StoreError`` where the plan cannot be had."""
    facts = store.facts(lead)
    try:
        plan = plans.of(lead, facts)
    except CANNOT_GO_ON as problem:
        raise StoreError(str(problem)) from None
    return plan, last_scope(plan, lead, facts) if facts[0].content is not None else None


def _delivery(store: SqliteStore, said: Return) -> Sold | Outcome:
    """The sale that is meant, or why there is none."""
    found = store.ask(lambda connection: deliveries_to(connection, said.lead, said.buyer))
    mine = [sold for sold in found if said.number in (0, sold.number)]
    if not mine:
        return Outcome("impossible", f"it was never offered to {said.buyer}")
    if mine[0].state in ("confirmed", "returned"):
        return mine[0]
    why = NOT_SOLD.get(mine[0].state, "it was not sold to {0}: " + mine[0].state.replace("_", " "))
    return Outcome("impossible", why.format(said.buyer))


def _asked(plan: Plan, lead: Lead | None, said: Return, sold: Sold, at: datetime.datetime) -> Asked:
    buyer = plan.buyers[said.buyer].buyer
    reason = _written(buyer, lead, said.reason)
    rule, denied = judge(buyer, reason, moment(sold.sold_at or iso(at)), at)
    source = plan.sources[lead.source] if lead else None
    tests = lead is None or lead.test
    told = [n for n, each in enumerate(source.postbacks, 1) if "returned" in each.events] if source else []
    return Asked(
        sold=sold,
        at=iso(at),
        reason=reason,
        by=said.by,
        because=said.because,
        denied=denied,
        force=said.force,
        most=tuple(_at_most(buyer, each, sold) for each in buyer.returns_at_most),
        cost_back=lead is not None and _cost_comes_back(plan, lead),
        postbacks=() if tests else tuple(told),
        resubmit=not tests and _goes_on(rule, lead),
    )


def _cost_comes_back(plan: Plan, lead: Lead) -> bool:
    """Does the source say `back on return` of the cost that counts for this lead?"""
    costs = plan.sources[lead.source].costs
    mine = next((cost for cost in costs if cost.when is None or holds(cost.when, lead) is True), None)
    return mine is not None and mine.back_on_return


def judge(
    buyer: m.Buyer, reason: str, sold_at: datetime.datetime, at: datetime.datetime
) -> tuple[m.Returns | None, str]:
    """The rule by which a buyer may return for a reason, and "" where it may at ``at``; else why it may not."""
    if not buyer.returns:
        return None, f"{buyer.name} has no `returns`: what it buys it keeps"
    listed = [rule for rule in buyer.returns if not rule.reasons or _listed(rule.reasons, reason)]
    if not listed:
        known = ", ".join(f"`{each}`" for rule in buyer.returns for each in rule.reasons)
        return None, f"`{reason}` is none of the reasons of {buyer.name}: {known}"
    longest = max(listed, key=lambda rule: rule.within)
    fitting = next((rule for rule in listed if at - sold_at <= rule.within), None)
    if fitting is None:
        return longest, f"returned {_days(at - sold_at)} after the sale: {_days(longest.within)} are allowed"
    return fitting, ""


def _listed(reasons: Sequence[str], reason: str) -> str:
    """The reason as the flow writes it; "" where it is not among them."""
    return next((each for each in reasons if _folded(each) == _folded(reason)), "")


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _days(length: datetime.timedelta) -> str:
    """A length as people say it: in days from two days on, else in hours."""
    if length >= datetime.timedelta(days=2):
        return f"{length.days} days"
    hours = int(length.total_seconds() // 3600)
    return f"{hours} hour{'' if hours == 1 else 's'}"


def _written(buyer: m.Buyer, lead: Lead | None, reason: str) -> str:
    """The reason as it is kept: as the flow writes it, else as it came, with what is personal in the lead masked."""
    for rule in buyer.returns:
        if found := _listed(rule.reasons, reason):
            return found
    return excerpt(reason.strip(), personal_texts(lead) if lead else (), LONGEST)


def _at_most(buyer: m.Buyer, most: m.ReturnsAtMost, sold: Sold) -> AtMost:
    span = window(most.period, buyer.timezone, moment(sold.sold_at or ""))
    percent = f"{(most.share * 100).normalize():f}"
    return AtMost(most.share, iso(span.start), iso(span.end), f"at most {percent}% per {most.period}")


def _goes_on(rule: m.Returns | None, lead: Lead | None) -> bool:
    """Is the lead to go to other buyers? Not where its values are gone."""
    if rule is None or not rule.resubmit or lead is None:
        return False
    return rule.resubmit_when is None or holds(rule.resubmit_when, lead) is True


def plans_of(store: SqliteStore) -> Plans:
    """The plans of this journal, each made once while it is open."""
    return _PLANS.setdefault(store, Plans(store))


def give_back(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``return``: ``returns`` is a list of objects with the names of ``Return`` (``at`` as ISO 8601), ``by``
    who says so. Gives for each ``lead``, ``buyer``, ``state`` (returned, denied, known, impossible), ``said`` and, of
    what was returned, ``credited``, ``back`` (texts of amounts) and ``next``."""
    plans, now = plans_of(store), RealClock().now()
    return [_given(store, plans, Return(by=said["by"], **_read(one)), now) for one in said["returns"]]


def _read(one: Mapping[str, Json]) -> dict[str, Json]:
    return {**one, "at": moment(one["at"]) if one.get("at") else None}


def _given(store: SqliteStore, plans: Plans, one: Return, now: datetime.datetime) -> Json:
    try:
        came = return_lead(store, plans, one, now)
    except StoreError as problem:
        came = Outcome("impossible", str(problem))
    amounts = {"credited": str(money(came.credited)), "back": str(money(came.back))}
    return {
        "lead": one.lead,
        "buyer": one.buyer,
        "state": came.state,
        "said": came.said,
        "next": came.next,
        **amounts,
    }
