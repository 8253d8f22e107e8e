"""Hours of many buyers looked at together and kept until they change: the same as one by one, at any moment."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace

from leadflow_dsl import model as m
from leadflow_engine.criteria.hours import Hours
from leadflow_engine.limits.hours import closed_until
from leadflow_engine.plan import make_plan
from tests.engine.criteria.drawn import Draw

BEGIN = datetime.datetime(2026, 3, 5, tzinfo=datetime.UTC)
"""A Thursday; on Sunday New York's clocks go forward."""


def test_what_is_kept_is_what_would_be_found() -> None:
    draw = Draw(3)
    kept = draw.plan(8).flow
    night = m.Opening((4, 5, 6), datetime.time(22), datetime.time(3, 30))
    buyers = tuple(replace(draw.with_hours(buyer), openings=(night,)) for buyer in kept.buyers[:2])
    plan = make_plan(replace(kept, buyers=(*buyers, *map(draw.with_hours, kept.buyers[2:]))))
    bits = {1 << place: planned for place, planned in enumerate(plan.buyers.values())}
    hours = Hours(bits)
    moments = [BEGIN + datetime.timedelta(minutes=37 * step) for step in range(240)]
    again = random.Random(1).sample(moments, 60)
    for at in (*moments, *again):
        said = {bit: until for some, _, until in hours.closed(at) for bit in bits if some & bit}
        alone = {
            bit: closed_until(one.buyer.openings, one.closed_on, one.buyer.timezone, at)
            for bit, one in bits.items()
        }
        assert said == {bit: until for bit, until in alone.items() if until is not None}
