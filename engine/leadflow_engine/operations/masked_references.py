"""Deliveries by a reference that repeats what is personal: the journal shows it as ``***`` and keeps it in facts alone.

Who the lead is tells (its phone, its e-mail), else the answers of those few whose masked reference fits are read again.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from leadflow_dsl.terms import Type
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.operations.retelling import at_delivery, told_again
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore, callbacks
from leadflow_engine.store.callbacks import Place
from leadflow_engine.store.finding import by_contact
from leadflow_engine.values import parse
from leadflow_engine.values.contacts import KINDS, contact_of

MOST: Final = 50
"""Leads whose answers are read again for one reference."""
MASK: Final = "***"


def places(store: SqliteStore, plans: Plans, plan: Plan, buyer: str, reference: str) -> list[Place]:
    """The deliveries to which the buyer gave this reference, of those whose references are masked."""
    found = store.ask(lambda connection: callbacks.masked(connection, plan.flow.name, buyer))
    fits = [place for place, stored in found if stored != MASK and _pattern(stored).fullmatch(reference)]
    whole = {place.lead: place for place, stored in found if stored == MASK}
    fits += [whole[lead] for lead in _leads_of(store, plan, reference) if lead in whole]
    return [place for place in fits[:MOST] if _is_given(store, plans, place, reference)]


def _pattern(stored: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in stored.split(MASK)), re.DOTALL)


def _leads_of(store: SqliteStore, plan: Plan, reference: str) -> list[str]:
    """Leads whose phone or e-mail it is, the last first."""
    leads: list[str] = []
    for kind in KINDS:
        known = contact_of(parse(Type(kind), reference, plan.flow.country, plan.flow.timezone))
        if known is not None:
            leads += store.ask(partial(by_contact, kind=kind, value=known[1]))
    return leads[::-1]


def _is_given(store: SqliteStore, plans: Plans, place: Place, reference: str) -> bool:
    """Did the buyer's answer give the delivery this reference? Not where that is not kept any more."""
    facts = store.facts(place.lead)
    try:
        plan = plans.of(place.lead, facts)
    except CANNOT_GO_ON:
        return False
    told = told_again(plan, place.lead, facts)
    if told is None:
        return False
    return at_delivery(told, plan.buyers[place.buyer].buyer, place.number).delivered == reference
