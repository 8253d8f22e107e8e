"""Forgetting people: every lead of an e-mail or a phone, one lead, or whatever a flow's ``retain`` says is over."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.operations.loading import LoadProblem
from leadflow_engine.operations.matching import Called, leads_called
from leadflow_engine.operations.resume import Plans
from leadflow_engine.ports import Clock
from leadflow_engine.store import SqliteStore, StoreError, forgetting, plans, seal
from leadflow_engine.store.forgetting import Had

AT_ONCE: Final = 500
"""Leads that ``retain`` looks for at a time."""
LOOK_EVERY: Final = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What came of it: the leads that are forgotten now, those that were before, those that cannot be yet and why, and
    everybody who had any of them."""

    leads: Sequence[str]
    before: Sequence[str]
    left: Mapping[str, str]
    had: Sequence[Had]


def carry_out(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``forget``: ``leads``, ``by``, ``because``."""
    found = forget(store, said["leads"], said["by"], said["because"])
    return {
        "leads": list(found.leads),
        "before": list(found.before),
        "left": dict(found.left),
        "had": [asdict(one) for one in found.had],
    }


def leads_of(store: SqliteStore, phone: str, email: str, country: str) -> list[str]:
    """Every lead with this phone or e-mail, in the order in which they came. Raises ``StoreError`` for nobody."""
    leads: list[str] = []
    for called in (Called(phone=phone), Called(email=email)):
        if called != Called():
            leads += leads_called(store, called, country)
    if not leads:
        said = " or ".join(word for word in (phone and "this phone", email and "this e-mail") if word)
        raise StoreError(
            f"no lead of this journal has {said}; those that were forgotten are not found any more"
        )
    return list(dict.fromkeys(leads))


def forget(store: SqliteStore, leads: Sequence[str], by: str, because: str) -> Forgotten:
    """Remove what is personal of these leads; those that something hinders are left as they are."""
    gone, before, had = [], [], []
    left: dict[str, str] = {}
    for lead in leads:
        hindrance = store.ask(partial(forgetting.hindrance, lead=lead))
        had += store.ask(partial(forgetting.had_by, lead=lead))
        if hindrance:
            left[lead] = hindrance
        elif store.transact(partial(forgetting.forget, lead=lead, by=by, because=because)):
            gone.append(lead)
        else:
            before.append(lead)
    return Forgotten(gone, before, left, had)


def retain_hourly(store: SqliteStore, known: Plans, clock: Clock) -> dict[str, int]:
    """``retain``, where nobody looked within the last hour."""
    now = clock.now()
    looked = store.ask(forgetting.looked_at)
    if looked is not None and looked > now - LOOK_EVERY:
        return {}
    store.transact(partial(forgetting.note_look, at=now))
    return retain(store, known, clock)


def retain(store: SqliteStore, known: Plans, clock: Clock) -> dict[str, int]:
    """Forget leads whose time is over, by the newest plan of each flow; how many of each flow that says ``retain``."""
    found = {}
    for flow in store.ask(plans.flows):
        try:
            length = known.newest(flow).flow.retain
        except LoadProblem:
            continue
        if length is not None:
            found[flow] = _over(store, flow, clock.now() - length, length)
    return found


def _over(store: SqliteStore, flow: str, since: datetime.datetime, length: datetime.timedelta) -> int:
    total = 0
    after = ""
    while True:
        over = store.ask(partial(forgetting.ended_before, flow=flow, moment=since, after=after, most=AT_ONCE))
        total += len(forget(store, [lead for lead, _ in over], "retain", f"retain {length.days}d").leads)
        if len(over) < AT_ONCE:
            return total
        after = over[-1][1]


def rotate(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``master_key_rotate``. Gives how many keys were wrapped anew."""
    return {"keys": store.transact(lambda core: seal.rotate(core.connection))}


def legal_names(store: SqliteStore) -> dict[str, str]:
    """The legal names of buyers, by the newest plan of each flow that can be had."""
    known = Plans(store)
    found: dict[str, str] = {}
    for flow in store.ask(plans.flows):
        with suppress(LoadProblem, StoreError):
            found |= {buyer.name: buyer.legal_name for buyer in known.newest(flow).flow.buyers}
    return found
