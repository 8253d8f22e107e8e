"""How many may have a lead, and who stands in whose way: what holds across all stages of a lead's routes."""

from __future__ import annotations

from leadflow_dsl import model as m
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.records import Delivery


def shares(stage: m.Stage) -> bool:
    """Does this stage sell to several? All others sell exclusively."""
    return stage.kind in ("auction", "multisell") and stage.sell_high != 1


def most_of(journey: Journey, stage: m.Stage) -> int | None:
    """How many may have the lead in all, once this stage sells it; ``None`` for any number.

    A later stage tops up the number of the ones before: the least of all that are said holds."""
    before = (journey.plan.stages.get(delivery.stage) for delivery in journey.taken())
    said = [one.sell_high for one in (*before, stage) if one is not None and shares(one)]
    return min(filter(None, said), default=None)


def room(journey: Journey, stage: m.Stage) -> int | None:
    """To how many more this stage may sell now: what is pending or in doubt counts like what is sold."""
    if not shares(stage):
        return 0 if any(not is_aside(journey, delivery) for delivery in journey.taken()) else 1
    most = most_of(journey, stage)
    return None if most is None else max(most - len(journey.taken()), 0)


def is_aside(journey: Journey, delivery: Delivery) -> bool:
    """Is this a doubt beside which the flow says to go on: ``on doubt next``, or one whose time is over?"""
    if delivery.state != "in_doubt":
        return False
    over = delivery.due is not None and moment(delivery.due) <= journey.now()
    return over or journey.plan.buyers[delivery.buyer].buyer.on_doubt.action == "next"


def in_the_way(journey: Journey, stage: m.Stage) -> Delivery | None:
    """The delivery that keeps this stage from running at all; ``None`` where it may run.

    Whatever is taken keeps an exclusive stage from it, whatever was sold exclusively keeps every stage."""
    for delivery in journey.taken():
        sold_at = journey.plan.stages.get(delivery.stage)
        exclusive = sold_at is None or not shares(sold_at)
        if (exclusive or not shares(stage)) and not is_aside(journey, delivery):
            return delivery
    return None


def mate_of(journey: Journey, name: str) -> str:
    """The buyer of the same ``group`` that has the lead or may come to have it; "" where there is none."""
    if not journey.deliveries or not (group := journey.plan.buyers[name].buyer.group):
        return ""
    names = (delivery.buyer for delivery in journey.taken() if delivery.buyer != name)
    return next((one for one in names if journey.plan.buyers[one].buyer.group == group), "")


def short_of(journey: Journey) -> str:
    """What to say of a lead that was sold to fewer than ``sell 2 to 3`` wants; "" where it was not."""
    sold = len(journey.confirmed())
    stages = (journey.plan.stages.get(one.stage) for one in journey.deliveries.values())
    wanted = max(
        (stage.sell_low for stage in stages if stage and stage.sell_low < stage.sell_high), default=0
    )
    return f": {sold} of the {wanted} wanted" if sold < wanted else ""
