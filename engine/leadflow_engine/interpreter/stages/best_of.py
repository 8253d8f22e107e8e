"""Best of several stages: all are asked what the lead is worth to them, and the one that would earn most goes first.

What a stage would earn is reckoned from its bids and prices in its order, each taken with the buyer's chance: a buyer
is asked where fewer before it than the stage sells to have taken the lead. What is under a stage's `min margin` earns
nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.sharing import in_the_way, room
from leadflow_engine.interpreter.stages.auction import by_bid
from leadflow_engine.interpreter.stages.gathering import (
    Gathered,
    offers_of,
    ping_all,
    qualify,
    standing,
    window_of,
)
from leadflow_engine.interpreter.stages.order import ordered
from leadflow_engine.interpreter.stages.rates import EXPECTED_OVER, Rate, chance, rates
from leadflow_engine.interpreter.stages.turns import no_time, under_margin

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Worth:
    """A stage of a ``best of``: its address, and what it would earn."""

    address: str
    stage: m.Stage
    amount: Decimal


def flat(item: m.BestOf) -> Iterator[m.Stage]:
    """All stages that are compared, those of a ``best of`` within too: the best of all is the best of the bests."""
    for one in item.stages:
        yield from flat(one) if isinstance(one, m.BestOf) else (one,)


def addresses_of(address: str, item: m.BestOf) -> Iterator[tuple[str, m.Stage]]:
    """Each compared stage with its address."""
    return ((f"{address}.best.{index}", stage) for index, stage in enumerate(flat(item)))


def choose(journey: Journey, address: str, item: m.BestOf) -> Generator[Any, Any, tuple[str, ...]]:
    """The stages' addresses, the one that would earn most first; its worth and the others' are told as its branch."""
    stages = [
        (place, by_bid(stage))
        for place, stage in addresses_of(address, item)
        if in_the_way(journey, stage) is None and room(journey, stage) != 0
    ]
    if any(no_time(journey, stage, journey.elapsed) for _, stage in stages):
        return tuple(place for place, _ in stages)
    able: dict[str, list[str]] = {}
    for _, stage in stages:
        able[stage.id] = yield from qualify(journey, stage, stage.buyers)
    names = dict.fromkeys(name for each in able.values() for name in each)
    seconds = max((window_of(stage) for _, stage in stages), default=0.0)
    pinged = yield from ping_all(journey, f"{item.id}/{journey.segment}", names, seconds)
    known: Mapping[str, Rate] = (yield from rates(journey, EXPECTED_OVER)) if len(stages) > 1 else {}
    worths = []
    for place, stage in stages:
        mine = {name: pinged[name] for name in able[stage.id] if name in pinged}
        bids = yield from standing(journey, stage, able[stage.id], mine)
        journey.gathered[stage.id] = Gathered(
            able[stage.id], mine, bids, offers_of(journey, able[stage.id], mine)
        )
        line = yield from ordered(journey, stage, bids, bids)
        earning = yield from _earning(journey, stage, line, bids)
        offers = [(bids[name], chance(known.get(name))) for name in earning]
        worths.append(Worth(place, stage, expected(offers, room(journey, stage))))
    worths.sort(key=lambda worth: -worth.amount)
    _tell(journey, worths)
    return tuple(worth.address for worth in worths)


def _earning(
    journey: Journey, stage: m.Stage, line: Sequence[str], bids: Mapping[str, Decimal]
) -> Generator[Any, Any, list[str]]:
    """Those in a stage's line that leave enough of a margin."""
    under = {}
    for name in line:
        under[name] = yield from under_margin(journey, stage, bids[name])
    return [name for name in line if not under[name]]


def expected(offers: Sequence[tuple[Decimal, Decimal]], most: int | None) -> Decimal:
    """What offers (price, chance) bring on average where they are made in turn until ``most`` are taken."""
    total, taken = Decimal(0), [Decimal(1)]  # taken[k]: how likely it is that k have taken it so far
    for price, likely in offers:
        open_ = sum(taken[:most], Decimal(0)) if most is not None else Decimal(1)
        total += price * likely * open_
        moved = [Decimal(0)] * (len(taken) + 1)
        for number, share in enumerate(taken):
            asked = likely if most is None or number < most else Decimal(0)
            moved[number] += share * (1 - asked)
            moved[number + 1] += share * asked
        taken = moved
    return total


def _tell(journey: Journey, worths: list[Worth]) -> None:
    """The comparison, as the words of each stage's branch; whose bids a stage with a higher worth is before."""
    said = ", ".join(f"{worth.stage.written} {worth.amount.quantize(CENT)}" for worth in worths)
    for worth in worths:
        journey.branches[worth.address.rpartition(".")[0]] = f"best of {said}"
    journey.branch = "best of"  # the comparison stands once, where the best of them runs
    for worth in worths[1:]:
        amounts = f"{worths[0].amount.quantize(CENT)} to {worth.amount.quantize(CENT)}"
        reason = f"{worths[0].stage.written} is worth more: {amounts}"
        gathered: Gathered = journey.gathered[worth.stage.id]
        for name, bid in gathered.bids.items():
            outcome = "outbid" if name in gathered.pinged else "not_asked"
            journey.considered(worth.stage.id, name, outcome, reason=reason, bid=bid)
