"""A line of buyers whose prices are known: sold to from the front, to one or to several, in waves.

A wave is as many as may still have the lead; its posts are made at once, each under an intent of its own, and what they
came to is noted in the order of the line. Whoever is behind comes in where somebody before refuses.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Fork, Journey
from leadflow_engine.interpreter.lots import Lot, Posted
from leadflow_engine.interpreter.offering import Offer as Price
from leadflow_engine.interpreter.offering import Offered
from leadflow_engine.interpreter.pinging import name_of_bid, note_refused, ping_values
from leadflow_engine.interpreter.posting import post
from leadflow_engine.interpreter.reserving import reserve
from leadflow_engine.interpreter.selling import conclude, prepare
from leadflow_engine.interpreter.sharing import is_aside, mate_of, room
from leadflow_engine.interpreter.stages.gathering import Gathered, drop, ping_all, standing, window_of
from leadflow_engine.interpreter.stages.order import ordered
from leadflow_engine.interpreter.stages.results import Sold, StageResult, Unsold, Waiting, held
from leadflow_engine.interpreter.stages.turns import At, make, no_time, takes_less, under_margin
from leadflow_engine.interpreter.waiting import Unanswered
from leadflow_engine.records import Delivery
from leadflow_engine.settle import Settled


@dataclass(slots=True)
class _Line:
    """Who is still to be asked; the place at which each of the others was; how many prices of each buyer with several
    it refused so far; and whether the first of those left needs a look-up that is tried again later."""

    stage: m.Stage
    gathered: Gathered
    left: list[str]
    places: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    posted: set[str] = field(default_factory=set)
    repings: int = 0
    waits: Unanswered | None = None


def sell_along(
    journey: Journey, stage: m.Stage, names: list[str], gathered: Gathered, began: float
) -> Generator[Any, Any, StageResult]:
    """Sell to the first of these that take it, as many as the stage sells to; ``began`` is when the stage did, in the
    journey's elapsed milliseconds."""
    line = _Line(stage, gathered, list(names))
    if journey.arrival.pinging:
        yield from _tell(journey, line)
        return Unsold()
    while line.left and room(journey, stage) != 0 and not no_time(journey, stage, began):
        before = len(line.left), dict(line.asked)
        lots = yield from _wave(journey, line)
        came = yield from _post_all(journey, lots)
        refused = _ask_less(journey, line, lots, came)
        if line.waits is not None and room(journey, stage) != 0:
            return held(line.waits, tuple(line.left))
        if not lots and before == (len(line.left), line.asked):
            break  # those left share no lead with those that have it
        if refused and stage.reping:
            yield from _ping_again(journey, line)
    return _came_to(journey, line, no_time(journey, stage, began))


def _tell(journey: Journey, line: _Line) -> Generator[Any, Any, None]:
    """A seller only asks: those to whom the lead would go first. Raises ``Offered`` where there is anybody."""
    gathered, most = line.gathered, room(journey, line.stage)
    found: list[Price] = []
    for place, name in enumerate(line.left, 1):
        done, bid = gathered.pinged.get(name), gathered.bids[name]
        journey.lead.ping = ping_values(journey, journey.plan.buyers[name].buyer, done.result) if done else {}
        made = yield from make(journey, line.stage, name, place, At(bid))
        if made is not None:
            until = done.lapses if done else None
            found.append(Price(name, made.price, until, name_of_bid(journey.lead.ping)))
    if found:
        raise Offered(line.stage, found[:most])


def _wave(journey: Journey, line: _Line) -> Generator[Any, Any, list[Lot]]:
    """As many offers as may be under way at once, each reserved. A buyer whose mate is under way waits in the line, and
    so does one that is under the margin as long as others may yet bring in what is missing."""
    lots: list[Lot] = []
    for name in list(line.left):
        if room(journey, line.stage) == 0:
            break
        if mate_of(journey, name):
            continue
        if lots and (yield from under_margin(journey, line.stage, line.gathered.bids[name])):
            continue
        before = line.left.copy(), line.places.copy()
        line.left.remove(name)
        line.places.setdefault(name, len(line.places) + 1)
        try:
            lot = yield from _lot(journey, line, name)
        except Unanswered as unanswered:  # those before it are reserved, and posted to first
            (line.left, line.places), line.waits = before, unanswered
            line.posted.discard(name)
            break
        if lot is not None:
            lots.append(lot)
    return lots


def _lot(journey: Journey, line: _Line, name: str) -> Generator[Any, Any, Lot | None]:
    """One buyer's offer, made ready and reserved; ``None`` where it is not to be made, which is noted."""
    gathered, stage = line.gathered, line.stage
    buyer, done, bid = journey.plan.buyers[name].buyer, gathered.pinged.get(name), gathered.bids[name]
    before = line.asked.get(name, 0)
    asked, passed = (buyer.offers[before], 0) if buyer.offers else (None, before)
    until = done.after(passed).lapses if done else None
    if until is not None and journey.now() >= until:
        drop(journey, stage, name, "late", "its bid expired before its turn", done, bid)
        return None
    journey.lead.ping = ping_values(journey, buyer, done.result, passed) if done else {}
    if done is not None:
        note_refused(journey, stage.id, name, done, passed)
    ms = done.ms if done else 0.0
    last = before + 1 >= len(gathered.offers.get(name, ()))
    at = At(bid, until, ms, asked, before > 0, last)
    made = yield from make(journey, stage, name, line.places[name], at)
    if made is None:
        return None
    line.posted.add(name)
    lot = yield from prepare(journey, made)
    if isinstance(lot, Settled):
        return None
    refused = yield from reserve(journey, lot)
    if refused is not None:
        _put_back(journey, line, name, refused)
        return None
    return lot


def _post_all(journey: Journey, lots: list[Lot]) -> Generator[Any, Any, list[Settled]]:
    """The posts of a wave, all at once; what they came to is noted in the order of the line."""
    posted: dict[str, Posted] = {}
    before = journey.elapsed
    if len(lots) == 1:
        posted[lots[0].offer.buyer] = yield from post(journey, lots[0])
    elif lots:
        joined = yield Fork({lot.offer.buyer: post(journey, lot) for lot in lots})
        posted = dict(joined.results)
        journey.elapsed = before + max(one.ms for one in posted.values())
    return [conclude(journey, lot, posted[lot.offer.buyer]) for lot in lots]


def _ask_less(journey: Journey, line: _Line, lots: list[Lot], came: list[Settled]) -> bool:
    """Those that refused come back with their next price, if they have one. Did anybody refuse?"""
    refused = False
    for lot, settled in zip(lots, came, strict=True):
        if settled.state in {"declined", "not_sent"}:
            refused = True
            _put_back(journey, line, lot.offer.buyer, settled)
    return refused


def _put_back(journey: Journey, line: _Line, name: str, settled: Settled) -> None:
    """A buyer with another price stands in the line again, where that price belongs (in a multisell: in front); of two
    that pay as much the one that is written first comes first."""
    offers = line.gathered.offers.get(name, ())
    number = line.asked.get(name, 0) + 1
    if not takes_less(settled) or number >= len(offers):
        return
    line.asked[name] = number
    bids = line.gathered.bids
    bids[name] = offers[number]
    if line.stage.kind != "auction":
        line.left.insert(0, name)
        return
    written = line.stage.buyers.index
    before = [
        place
        for place, each in enumerate(line.left, 1)
        if (bids[each], written(name)) > (bids[name], written(each))
    ]
    place = before[-1] if before else 0
    for after in line.left[place : place + 1]:
        if bids[after] == bids[name] and not line.gathered.offers.get(after):
            journey.notes[line.stage.id, after] = f"ties with {name}, which is written before"
    line.left.insert(place, name)


def _ping_again(journey: Journey, line: _Line) -> Generator[Any, Any, None]:
    """``reping``: everybody that was not posted to yet is asked for a bid again."""
    names = [name for name in line.gathered.able if name not in line.posted]
    if room(journey, line.stage) == 0 or not any(journey.plan.buyers[name].buyer.ping for name in names):
        return
    line.repings += 1
    key = f"{line.stage.id}/{journey.segment}/reping.{line.repings}"
    lower = [name for name in line.left if name in line.posted]  # its next price stands as it is
    gathered = line.gathered
    gathered.pinged |= yield from ping_all(journey, key, names, window_of(line.stage))
    bids = yield from standing(journey, line.stage, names, gathered.pinged)
    bids |= {name: gathered.bids[name] for name in lower}
    gathered.bids = {name: bids[name] for name in gathered.able if name in bids}
    line.left = yield from ordered(journey, line.stage, gathered.bids, gathered.bids)


# ------------------------------------------------------------------ what it came to


def _came_to(journey: Journey, line: _Line, over: str) -> StageResult:
    stage, sold = line.stage, journey.confirmed()
    full = room(journey, stage) == 0
    _note_rest(journey, line, full, over)
    waited = [one for one in journey.unsettled() if one.stage == stage.id and not is_aside(journey, one)]
    if waited and (line.left or not sold):
        return _waiting(waited, tuple(line.left))
    if sold and (full or len(sold) >= stage.sell_low):
        return Sold(", ".join(delivery.buyer for delivery in sold))
    return Unsold()


def _waiting(waited: list[Delivery], remaining: tuple[str, ...]) -> Waiting:
    """For the first that may end by itself; where none does, until somebody says."""
    why = "pending" if any(delivery.state == "pending" for delivery in waited) else "in_doubt"
    due = min((delivery.due for delivery in waited if delivery.due is not None), default=None)
    said = {"pending": "has not decided yet", "in_doubt": "may have taken it"}
    reason = "; ".join(f"{one.buyer} {said.get(one.state, 'is asked')}" for one in waited)
    if len(waited) == 1 and why == "in_doubt":
        reason = f"{waited[0].buyer}: {waited[0].reason}"
    elif why == "in_doubt" or len(waited) > 1:
        reason = "; ".join(f"{one.buyer}: {one.reason or said[one.state]}" for one in waited)
    return Waiting(why, reason, due, remaining)


def _note_rest(journey: Journey, line: _Line, full: bool, over: str) -> None:
    """Why those that are left were not asked; ``over`` is why there is no time for them."""
    stage, bids = line.stage, line.gathered.bids
    never = [name for name in line.left if name not in line.asked]  # that it was asked more says more
    taken = [one.buyer for one in journey.taken() if one.stage == stage.id and one.buyer in bids]
    of_taken = [bids[name] for name in taken]
    for place, name in enumerate(never, start=len(line.places) + 1):
        mate = mate_of(journey, name)
        if mate:
            group = journey.plan.buyers[name].buyer.group
            reason = f"shares no lead with {mate} (group {group})"
            journey.considered(stage.id, name, "filtered", code="filtered", reason=reason, bid=bids[name])
        elif full and stage.kind == "auction":
            reason = _outbid(stage, bids[name], of_taken)
            journey.considered(stage.id, name, "outbid", reason=reason, bid=bids[name], position=place)
        elif full:
            reason = "its turn did not come"
            journey.considered(stage.id, name, "not_asked", reason=reason, position=place)
        elif over:
            journey.considered(stage.id, name, "not_asked", reason=over, position=place)


def _outbid(stage: m.Stage, bid: Decimal, taken: list[Decimal]) -> str:
    """Why those of the bids ``taken`` have the lead and not this one: they are more, or as much, or come first in the
    order."""
    if bid in taken:
        return "a bid as high was taken"
    if taken and min(taken) < bid:
        return "others came before in the order"
    return "better bids were taken" if stage.sell_high > 1 else "a better bid was taken"
