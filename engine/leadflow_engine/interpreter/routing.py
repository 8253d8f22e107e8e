"""Routes: stages in turn, with conditions around them, until the lead is sold; and waiting, where somebody is worth it.

What is still to come stands in an agenda of addresses, so that a cursor can name it: ``3/0`` is the first item of
the route that is step 3, ``3/0.then.1`` the second of its first branch.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.asking import truth
from leadflow_engine.interpreter.following import end_pending
from leadflow_engine.interpreter.journey import Journey, iso, moment
from leadflow_engine.interpreter.sharing import in_the_way, shares
from leadflow_engine.interpreter.stages import STAGES
from leadflow_engine.interpreter.stages.best_of import addresses_of, choose
from leadflow_engine.interpreter.stages.results import Sold, StageResult, Unsold, Waiting, held
from leadflow_engine.interpreter.waiting import Unanswered
from leadflow_engine.records import Delivery

HOLDERS = "holders"
"""The agenda's entry for the buyers that are waited for when nobody else took the lead."""

PLACE = "place"
"""The agenda is gone on with as it stands: its first item was not begun, or begins anew."""

AGAIN = "again"
"""The cursor's stage of a lead that nobody took, and that is tried again from the route's beginning."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The route waits: where it goes on. ``stage`` is an address, or ``HOLDERS``."""

    waiting: Waiting
    stage: str
    agenda: tuple[str, ...]


def addresses(
    step: int, items: tuple[m.RouteItem, ...], prefix: str = ""
) -> Iterator[tuple[str, m.RouteItem]]:
    """Every item of a route with its address, through all branches."""
    for index, item in enumerate(items):
        address = f"{prefix}.{index}" if prefix else f"{step}/{index}"
        yield address, item
        if isinstance(item, m.If):
            yield from addresses(step, item.then, f"{address}.then")
            yield from addresses(step, item.otherwise, f"{address}.else")
        elif isinstance(item, m.BestOf):
            yield from addresses_of(address, item)


def route(journey: Journey, step: int, route_: m.Route) -> Generator[Any, Any, StageResult | Paused]:
    """Walk a route from its beginning, or from where the cursor says."""
    items = dict(addresses(step, route_.items))
    journey.began, journey.timeout = journey.elapsed, route_.timeout
    cursor = journey.cursor
    whole = tuple(f"{step}/{index}" for index in range(len(route_.items)))
    if not cursor.stage or cursor.step != step:
        result = yield from _walk(journey, items, whole)
    elif cursor.stage == AGAIN:
        journey.held.clear()
        result = yield from _walk(journey, items, whole)
    else:
        result = yield from _go_on(journey, items)
    return _try_again(journey, route_) if isinstance(result, Unsold) else result


def _try_again(journey: Journey, route_: m.Route) -> StageResult | Paused:
    """``unsold hold``: the route is walked again every so often, and at the end of its time once more."""
    now, said = journey.now(), journey.unsold_until
    journey.unsold_until = ""
    if route_.unsold is None or journey.taken():
        return Unsold()
    until = moment(said) if said else now + route_.unsold.up_to
    if now >= until:
        return Unsold()
    journey.unsold_until = iso(until)
    due = min(now + route_.unsold.every, until) if route_.unsold.every is not None else until
    return Paused(Waiting("held", f"nobody took it; tried again until {iso(until)}", iso(due), ()), AGAIN, ())


def _go_on(journey: Journey, items: Mapping[str, m.RouteItem]) -> Generator[Any, Any, StageResult | Paused]:
    """Go on at the cursor's stage with the buyers that remain, then with the rest of the agenda."""
    cursor = journey.cursor
    stage = items.get(cursor.stage)
    take_in(journey)
    if cursor.stage == PLACE:
        return (yield from _walk(journey, items, cursor.agenda))
    if journey.confirmed() and not (isinstance(stage, m.Stage) and shares(stage)):
        return Sold(journey.confirmed()[0].buyer)
    if cursor.stage == HOLDERS:
        return (yield from _walk(journey, items, (HOLDERS, *cursor.agenda)))
    assert isinstance(stage, m.Stage)
    journey.branch = _branch_of(journey, cursor.stage)
    decided = replace(stage, order=()) if stage.kind != "auction" else stage  # the order was decided before
    try:
        result = yield from STAGES[stage.kind](journey, decided, cursor.remaining)
    except Unanswered as unanswered:
        result = held(unanswered, cursor.remaining)
    paused = _paused(result, cursor.stage, cursor.agenda)
    if paused is not None:
        return paused
    return (yield from _walk(journey, items, cursor.agenda))


def take_in(journey: Journey) -> None:
    """What time and later words have made of deliveries that were open."""
    _assume_sold(journey)
    end_pending(journey)
    _note_confirmed(journey)


def _note_confirmed(journey: Journey) -> None:
    """Who has said yes meanwhile."""
    for delivery in journey.confirmed():
        if journey.tried.get(delivery.buyer) in {"in_doubt", "pending"}:
            journey.tried[delivery.buyer] = "sold"
            journey.considered(
                delivery.stage, delivery.buyer, "sold", price=delivery.price, reason=delivery.reason
            )


def _is_over(journey: Journey, until: str | None) -> bool:
    """Has this moment come?"""
    return until is not None and moment(until) <= journey.now()


def _assume_sold(journey: Journey) -> None:
    """``on doubt assume sold after D``: what is due becomes a sale."""
    for delivery in journey.unsettled():
        policy = journey.plan.buyers[delivery.buyer].buyer.on_doubt
        if policy.action == "assume_sold" and _is_over(journey, delivery.due):
            journey.delivered(
                replace(delivery, state="confirmed", reason="assumed sold: nobody said otherwise")
            )


def _paused(result: StageResult, stage: str, agenda: tuple[str, ...]) -> Sold | Paused | None:
    if isinstance(result, Waiting):
        return Paused(result, stage, agenda)
    return result if isinstance(result, Sold) else None


def _walk(
    journey: Journey, items: Mapping[str, m.RouteItem], agenda: tuple[str, ...]
) -> Generator[Any, Any, StageResult | Paused]:
    while agenda:
        address, agenda = agenda[0], agenda[1:]
        item = items.get(address)
        if _is_over_with(journey, items, (address, *agenda)):
            break
        if isinstance(item, m.Stage) and _time_to_wait(journey, item):
            return _wait_for_holders(journey, (address, *agenda))
        try:
            if isinstance(item, m.If | m.BestOf):
                agenda = (yield from _items_of(journey, address, item)) + agenda
                continue
            done = yield from _stage(journey, items, address, item, agenda)
        except Unanswered as unanswered:
            return Paused(held(unanswered), PLACE, (address, *agenda))
        if done is not None:
            return done
    if _time_to_wait(journey, None):
        return _wait_for_holders(journey, ())
    mine = {item.id for item in items.values()}
    sold = [delivery.buyer for delivery in journey.confirmed() if delivery.stage in mine]
    return Sold(", ".join(sold)) if sold else Unsold()


def _items_of(journey: Journey, address: str, item: m.If | m.BestOf) -> Generator[Any, Any, tuple[str, ...]]:
    """The addresses at which the route goes on after a choice."""
    if isinstance(item, m.If):
        return (yield from _branch(journey, address, item))
    return (yield from choose(journey, address, item))


def _is_over_with(journey: Journey, items: Mapping[str, m.RouteItem], agenda: tuple[str, ...]) -> bool:
    """Has somebody the lead, so that nothing which is still to come may run?"""
    if not journey.taken():
        return False
    coming = [
        item
        for address, item in items.items()
        if isinstance(item, m.Stage)
        and any(address == one or address.startswith(f"{one}.") for one in agenda)
    ]
    return all(in_the_way(journey, stage) is not None for stage in coming)


def _stage(
    journey: Journey, items: Mapping[str, m.RouteItem], address: str, item: object, agenda: tuple[str, ...]
) -> Generator[Any, Any, Sold | Paused | None]:
    if address == HOLDERS:
        return (yield from _holders(journey, items, agenda))
    assert isinstance(item, m.Stage)
    journey.branch = _branch_of(journey, address)
    before = in_the_way(journey, item)
    if before is not None:
        _pass_by(journey, item, before)
        return None
    result = yield from STAGES[item.kind](journey, item, item.buyers)
    return _paused(result, address, agenda)


def _pass_by(journey: Journey, stage: m.Stage, before: Delivery) -> None:
    """An exclusive stage that is not run, because somebody has the lead or may come to have it."""
    said = "has the lead" if before.state == "confirmed" else "may have the lead"
    for name in stage.buyers:
        if name not in journey.tried:
            reason = f"{before.buyer} {said}: nobody can have it alone any more"
            journey.considered(stage.id, name, "not_asked", reason=reason)


def _branch(journey: Journey, address: str, item: m.If) -> Generator[Any, Any, tuple[str, ...]]:
    """The items of the branch that is taken; one that ends unknown takes the ``else``, one taken before stays."""
    if not (taken := f"{address}.then" in journey.branches) and f"{address}.else" not in journey.branches:
        taken = yield from truth(journey, item.condition, f"if {item.written}")
    name, items = ("then", item.then) if taken else ("else", item.otherwise)
    journey.branches[f"{address}.{name}"] = f"if {item.written}" if taken else f"else of if {item.written}"
    return tuple(f"{address}.{name}.{index}" for index in range(len(items)))


def _branch_of(journey: Journey, address: str) -> str:
    """The words of the innermost branch in which an item stands; "" outside of any."""
    return journey.branches.get(address.rpartition(".")[0], "")


# ------------------------------------------------------------------ waiting for buyers that said `hold`


def _time_to_wait(journey: Journey, item: object) -> bool:
    """Holds come when nobody else took the lead, and before any fallback."""
    if not journey.held or journey.confirmed():
        return False
    holders = [held for held in journey.held.values() if not held["first"] and not held.get("over")]
    return bool(holders) and (item is None or (isinstance(item, m.Stage) and item.kind == "fallback"))


def _wait_for_holders(journey: Journey, agenda: tuple[str, ...]) -> Paused:
    names = [name for name, held in journey.held.items() if not held["first"] and not held.get("over")]
    due = min(str(journey.held[name]["until"]) for name in names)
    return Paused(Waiting("held", f"waiting for {', '.join(names)}", due, ()), HOLDERS, agenda)


def _holders(
    journey: Journey, items: Mapping[str, m.RouteItem], agenda: tuple[str, ...]
) -> Generator[Any, Any, Sold | Paused | None]:
    """Try those whose time has come, each in its own stage."""
    stages = {item.id: (address, item) for address, item in items.items() if isinstance(item, m.Stage)}
    due = [
        name for name, held in journey.held.items() if not held["first"] and _is_over(journey, held["until"])
    ]
    for stage_id in dict.fromkeys(str(journey.held[name]["stage"]) for name in due):
        address, stage = stages[stage_id]
        names = tuple(name for name in due if journey.held[name]["stage"] == stage_id)
        for name in names:
            journey.held[name]["over"] = True
        journey.branch = _branch_of(journey, address)
        result = yield from STAGES[stage.kind](journey, stage, names)
        paused = _paused(result, address, agenda)
        if paused is not None:
            return paused
    return None
