"""Where a buyer may call with its verdict, learned before its ping or post is built."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from leadflow_dsl import model as m
from leadflow_engine.effects import Effect, ReadCallback
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.mapping import RequestProblem

NO_ADDRESS = RequestProblem(
    "callback.url is not known: LEADFLOW_PUBLIC_URL must say where buyers reach this service"
)


def learn_callback(
    journey: Journey, leg: m.Leg, buyer: m.Buyer
) -> Generator[Any, Any, RequestProblem | None]:
    """Have the lead know ``callback.url`` of the delivery that is about to be made, where its buyer is sent one.

    A ping is told that of the delivery which follows it."""
    callback = buyer.callback
    if callback is None or not callback.by_url or not (leg is buyer.ping or leg is buyer.deliver):
        return None
    number = journey.counts.get(f"intent/{buyer.name}", 0) + (leg is buyer.ping)
    key = f"callback/{buyer.name}/{number}"
    if key not in journey.callback_urls:
        told = journey.past.get(key)
        if told is None:
            told = yield Effect(key, ReadCallback(journey.plan.flow.name, buyer.name, number))
        journey.callback_urls[key] = told["url"]
    journey.lead.callback_url = journey.callback_urls[key] or ""
    return None if journey.lead.callback_url else NO_ADDRESS
