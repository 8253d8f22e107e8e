"""Returns: what a buyer gives back, by the terms on which it was sold (``docs/after-the-sale.md``)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from leadflow_dsl import model as m
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.effects import Json
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.lead import Lead
from leadflow_engine.masking import mask_of
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, last_scope
from leadflow_engine.operations.return_terms import at_most, judge, listed
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.codec import iso, moment, money
from leadflow_engine.store.returns import Asked, Outcome, Sold, deliveries_to, take_back

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
    asked = _asked(known(store, plans, said.lead), said, sold, at)
    return store.transact(lambda core: take_back(core, asked))


def _when(at: datetime.datetime, sold_at: datetime.datetime) -> datetime.datetime:
    """When a lead came back: not before it was sold where somebody says the day alone, which is its beginning."""
    return max(at, sold_at) if sold_at - at < A_DAY else at


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a lead that comes back: the plan on which it was routed, its source, whether it is a test, and
    its values as it ended; None where they are gone."""

    plan: Plan
    source: m.Source
    test: bool
    lead: Lead | None


def known(store: SqliteStore, plans: Plans, lead: str) -> Known:
    """What a return is judged by. Raises ``StoreError`` where the lead's plan cannot be had."""
    facts = store.facts(lead)
    try:
        plan = plans.of(lead, facts)
    except CANNOT_GO_ON as problem:
        raise StoreError(str(problem)) from None
    [(source, test)] = store.query("SELECT source, test FROM lead WHERE id = ?", (lead,))
    scope = last_scope(plan, lead, facts) if facts[0].content is not None else None
    return Known(plan, plan.sources[source], bool(test), scope)


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


def _asked(of: Known, said: Return, sold: Sold, at: datetime.datetime) -> Asked:
    buyer = of.plan.buyers[said.buyer].buyer
    reason = _written(buyer, of.lead, said.reason)
    rule, denied = judge(buyer, reason, moment(sold.sold_at or iso(at)), at)
    told = [n for n, each in enumerate(of.source.postbacks, 1) if "returned" in each.events]
    return Asked(
        sold=sold,
        at=iso(at),
        reason=reason,
        by=said.by,
        because=_masked(of.lead, said.because),
        denied=denied,
        force=said.force,
        most=tuple(at_most(buyer, each, sold.sold_at or iso(at)) for each in buyer.returns_at_most),
        cost_back=_cost_comes_back(of),
        postbacks=() if of.test else tuple(told),
        resubmit=not of.test and _goes_on(rule, of.lead),
    )


def _cost_comes_back(of: Known) -> bool:
    """Does the source say `back on return` of the cost that counts for this lead? Where its values are gone, of the
    first that counts for every lead."""
    for cost in of.source.costs:
        if cost.when is None or (of.lead is not None and holds(cost.when, of.lead) is True):
            return cost.back_on_return
    return False


def _written(buyer: m.Buyer, lead: Lead | None, reason: str) -> str:
    """The reason as it is kept: as the flow writes it, else as it came, with what is personal in the lead masked;
    where that is not known any more it is not kept."""
    for rule in buyer.returns:
        if found := listed(rule.reasons, reason):
            return found
    return _masked(lead, reason) or "another reason"


def _masked(lead: Lead | None, text: str) -> str:
    """A text that people wrote, with what is personal in the lead masked; "" where that is not known any more."""
    return mask_of(lead).excerpt(text.strip(), LONGEST) if lead is not None else ""


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
