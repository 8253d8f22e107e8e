"""A lead that is offered once more: what its earlier attempts mean for this one."""

from __future__ import annotations

import datetime
from dataclasses import replace

from leadflow_engine.effects import Accept
from leadflow_engine.intake import door
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.judge import Out


def received_at(journey: Journey, now: datetime.datetime) -> datetime.datetime:
    """When the lead came in: a later attempt does not make it younger."""
    if journey.arrival.again is not None:
        return moment(journey.arrival.again.received_at)
    first = journey.past.get("clock/segment.1")
    return moment(str(first["now"])) if first is not None else now


def claims(journey: Journey) -> Accept:
    """What taking the lead claims. Its source's dedupe does not refuse a lead because it was there before; one that was
    let in before is not counted again."""
    accept = door.claims(journey.plan, journey.lead)
    again = journey.arrival.again
    if again is None:
        return accept
    keys = tuple(replace(key, asked=False) for key in accept.keys)
    return replace(accept, limits=() if again.entered else accept.limits, keys=keys)


def is_paid(journey: Journey) -> bool:
    """Has the lead's source been paid for an earlier attempt? It is paid for a lead once."""
    return journey.arrival.again is not None and journey.arrival.again.paid


def had_before(journey: Journey, buyer: str) -> Out | None:
    """Why a buyer is out that an earlier attempt was sent to, or whom somebody left out; None where it is not."""
    again = journey.arrival.again
    if again is None or buyer not in again.without:
        return None
    return Out("duplicate", f"left out of attempt {again.attempt}: it had this lead before")
