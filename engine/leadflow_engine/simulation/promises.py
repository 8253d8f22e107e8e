"""What must hold of a world, asked of the buyers' own books: a sentence for each thing that does not."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from leadflow_engine.operations.auditing import audited
from leadflow_engine.operations.resume import writes_again
from leadflow_engine.simulation.market import Entry
from leadflow_engine.simulation.world import BEGAN, World
from leadflow_engine.store.rebuild import contents

OPEN: Final = frozenset({"in_doubt", "pending", "intent"})


def kept(world: World) -> Iterator[str]:
    """A lead of which it was said that it is kept is in the journal."""
    there = {lead for (lead,) in world.journal.query("SELECT id FROM lead")}
    yield from (f"{lead} was acknowledged and is lost" for lead in sorted(world.acknowledged - there))


def ends(world: World) -> Iterator[str]:
    """Each lead has ended, or waits in sight: with a time, or for a word on what is in doubt."""
    rows = world.journal.query(
        "SELECT l.id, l.outcome, w.lead, w.due, w.why FROM lead l LEFT JOIN work w ON w.lead = l.id"
    )
    doubts = {each.lead for each in world.journal.doubts()}
    for lead, outcome, waits, due, why in rows:
        if outcome is None:
            yield f"{lead} neither ended nor waits"
        elif waits and due is None and lead not in doubts:
            yield f"{lead} waits ({why}) for nothing that anybody sees"
        elif outcome in ("held", "in_doubt", "pending") and not waits:
            yield f"{lead} is {outcome}, and nothing says until when"


def sold_once(world: World) -> Iterator[str]:
    """No lead goes to more buyers than may have it, by their books, but beside a doubt that the flow passes over."""
    shown = _shown(world)
    for lead, buyers in _takers(world).items():
        passed = {buyer for buyer in buyers & world.shape.passes if lead in shown}
        firm = buyers - passed
        may = world.shape.together if firm <= world.shape.sharing else 1
        if len(firm) > may:
            yield f"{lead} was taken by {', '.join(sorted(firm))}"


def took_once(world: World) -> Iterator[str]:
    """No buyer takes one lead twice."""
    taken = Counter((entry.buyer, entry.ref) for entry in world.market.decided.values() if entry.taken)
    yield from (f"{buyer} took {lead} {times} times" for (buyer, lead), times in taken.items() if times > 1)


def known(world: World) -> Iterator[str]:
    """Each sale that a buyer has is a sale here, or in doubt; each sale here is in the buyer's book."""
    states = _states(world)
    takers = _takers(world)
    for lead, buyers in takers.items():
        for buyer in buyers:
            found = states.get((lead, buyer), [])
            if not any(state == "confirmed" or state in OPEN or conflict for state, conflict in found):
                yield f"{buyer} has {lead}, which here is {', '.join(state for state, _ in found) or 'unknown'}"
    for (lead, buyer), found in states.items():
        if any(state == "confirmed" for state, _ in found) and buyer not in takers.get(lead, set()):
            yield f"{lead} is sold to {buyer} here, and {buyer} does not have it"


def in_caps(world: World) -> Iterator[str]:
    """No cap is exceeded, by the buyers' own count."""
    zone = ZoneInfo(world.shape.zone)
    for cap in world.shape.caps:
        taken = (entry for buyer in cap.buyers for entry in world.market.took(buyer))
        counted = Counter(_window(entry, cap.window, zone) for entry in taken)
        for window, number in counted.items():
            if number > cap.most:
                yield f"{' and '.join(cap.buyers)} took {number} in {window}, the cap is {cap.most}"


def in_money(world: World) -> Iterator[str]:
    """Nobody spends more than a budget or what was paid in, by the buyers' own count."""
    for money in world.shape.money:
        spent = sum(money.price or float(entry.price) for entry in world.market.took(money.buyer))
        if spent > money.most + 0.001:
            yield f"{money.buyer} owes {spent:.2f}, and may spend {money.most:.2f}"


def one_phone(world: World) -> Iterator[str]:
    """Of leads with one phone one is taken in, where the source says so."""
    if not world.shape.deduped:
        return
    phones = {one.lead: one.phone for one in world.sent}
    rows = world.journal.query(
        "SELECT id FROM lead WHERE refused_code = '' AND coalesce(outcome, '') <> 'refused'"
    )
    accepted: dict[str, list[str]] = defaultdict(list)
    for (lead,) in rows:
        accepted[phones[lead]].append(lead)
    twins = (leads for leads in accepted.values() if len(leads) > 1)
    yield from (f"{' and '.join(leads)} have one phone, and all were taken in" for leads in twins)


def vouched(world: World) -> Iterator[str]:
    """The chains, the head and the ledger hold."""
    yield from (f"{one.of}: {one.at} {one.problem}" for one in audited(world.journal).findings)


def settled(world: World) -> Iterator[str]:
    """Once every buyer was asked, nothing is in doubt any more."""
    for doubt in world.journal.doubts():
        if not doubt.conflict:
            yield f"{doubt.lead} at {doubt.buyer} is still {doubt.state}, though {doubt.buyer} was asked"


def told_again(world: World) -> Iterator[str]:
    """Each lead's facts tell its story again, and make every table again, to the letter."""
    world.reopen()
    before = world.journal.ask(contents)
    try:
        world.journal.rebuild(lambda lead, facts: writes_again(world.shape.plan, lead, facts))
    except Exception as problem:  # whatever it is, it is what went wrong
        yield f"the facts do not tell it again: {type(problem).__name__}: {problem}"
        return
    after = world.journal.ask(contents)
    yield from (
        f"table {table} is not what the facts make" for table in before if before[table] != after[table]
    )


PROMISES: Final[Mapping[str, Callable[[World], Iterator[str]]]] = {
    "kept": kept,
    "ends": ends,
    "sold once": sold_once,
    "took once": took_once,
    "known": known,
    "in caps": in_caps,
    "in money": in_money,
    "one phone": one_phone,
    "vouched": vouched,
}
"""What is asked of every world, twice: when its process has come to rest, and when every doubt is settled."""


def _takers(world: World) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for entry in world.market.decided.values():
        if entry.taken:
            found[entry.ref].add(entry.buyer)
    return found


def _states(world: World) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for lead, buyer, state, conflict in world.journal.query(
        "SELECT lead, buyer, state, conflict FROM delivery"
    ):
        found[lead, buyer].append((state, conflict))
    return found


def _shown(world: World) -> set[str]:
    """The leads of which it is shown that somebody may have them beside somebody else."""
    return {
        lead for (lead, _), found in _states(world).items() if any(s == "in_doubt" or c for s, c in found)
    }


def _window(entry: Entry, window: str, zone: ZoneInfo) -> str:
    at = (BEGAN + datetime.timedelta(seconds=entry.at)).astimezone(zone)
    return f"{at:%Y-%m-%d %H}h" if window == "hour" else f"{at:%Y-%m-%d}"
