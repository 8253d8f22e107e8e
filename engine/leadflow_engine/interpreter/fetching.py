"""Fetching a lead that its call only names, before its door. One that cannot be had waits and is asked for again."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.effects import CallOut, Effect, Suspend
from leadflow_engine.intake.door import bare_lead
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.asking import REPEATABLE
from leadflow_engine.interpreter.cursor import Cursor
from leadflow_engine.interpreter.journey import Journey, iso, store
from leadflow_engine.interpreter.steps import Stop
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.records import Posting
from leadflow_engine.response.decode import decode

AGAIN_AFTER: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""How long a lead that could not be fetched waits, time after time; then it ends in error."""

Lead = Mapping[str, object]


def fetch(journey: Journey, source: m.Source) -> Generator[Any, Any, Lead | Stop | None]:
    """The fetched lead; a ``Stop`` where it never will be; None where this segment has ended, to be tried later.

    The lead is in the journal before anybody is asked: nothing loses it.
    """
    assert source.fetch is not None
    request = journey.plan.builder(source.fetch).build(journey.lead)
    if isinstance(request, RequestProblem):
        return _ended(journey, Stop("error", f"the lead cannot be fetched: {request.reason}"))
    yield from store(journey)
    number = journey.number(f"fetch/{source.name}")
    data = CallOut("fetch", source.name, number, request)
    done = yield from x.repeated(journey, f"fetch/{source.name}/{number}", data, source.fetch, REPEATABLE)
    found = lead_in(done.result)
    if found is None:
        return (yield from _later(journey, number, _why(done)))
    posting = journey.records[-1]
    assert isinstance(posting, Posting)
    journey.records[-1] = replace(
        posting, answer=""
    )  # all of it is the lead's: whole in the fact's content alone
    journey.ended("fetch", "fetch", "success", ms=done.ms)
    return found


def _why(done: x.Exchange) -> str:
    status = int(done.result.get("status") or 0)
    if done.failure:
        return done.failure
    return "its answer is no lead" if 200 <= status < 300 else f"status {status}"


def _later(journey: Journey, number: int, why: str) -> Generator[Any, Any, Stop | None]:
    if number > len(AGAIN_AFTER):
        return _ended(journey, Stop("error", f"the lead could not be fetched: {why}"))
    journey.ended("fetch", "fetch", "error", why)
    due = journey.lead.clock + AGAIN_AFTER[number - 1]
    cursor = Cursor(segment=journey.segment + 1, counts=dict(journey.counts))
    reason = f"the lead could not be fetched: {why}"
    yield Effect(f"suspend/{journey.segment}", Suspend(cursor.to_json(), iso(due), "held", reason))
    return None


def _ended(journey: Journey, stop: Stop) -> Stop:
    journey.ended("fetch", "fetch", "error", stop.reason)
    return stop


def fetched_before(journey: Journey) -> Lead | None:
    """What an earlier segment fetched, read again from its fact."""
    begin = f"fetch/{journey.arrival.source}/"
    found = (lead_in(result) for key, result in journey.past.items() if key.startswith(begin))
    return next((lead for lead in found if lead is not None), None)


def lead_in(result: Mapping[str, Any]) -> Lead | None:
    """The lead in an answer: an object, or the only element of a list. None where it is none."""
    if result["phase"] != "answered" or not 200 <= int(result.get("status") or 0) < 300:
        return None
    if result.get("assumed"):
        return {}
    headers = {str(name).lower(): str(value) for name, value in result["headers"]}
    tree = decode("", headers.get("content-type", ""), str(result["body"])).tree
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    return tree if isinstance(tree, Mapping) else None


def before_fetch(journey: Journey, received_at: datetime.datetime, now: datetime.datetime) -> None:
    """The journey's lead while all that is known of it is its call."""
    journey.met(bare_lead(journey.plan, journey.arrival, received_at, now))
