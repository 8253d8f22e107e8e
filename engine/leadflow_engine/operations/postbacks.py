"""Sending postbacks: what a source is told once its lead has ended, through the one guarded way out."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadflow_dsl import model as m
from leadflow_engine.effects import Fact, HttpRequest, Result
from leadflow_engine.intake.replies import Beside, money_in, result_in
from leadflow_engine.interpreter.asking import REPEATABLE
from leadflow_engine.interpreter.exchange import Exchange, may_repeat
from leadflow_engine.lead import Lead
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, last_scope
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.response import Reading
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import moment, money
from leadflow_engine.store.postbacks import Due, Sent
from leadflow_engine.store.resubmissions import first_of

AGAIN_AFTER: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""When one that was not heard is sent again, after what its ``retry`` says; then nobody tries any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """A postback that was sent, or why it could not be."""

    lead: str
    source: str
    sent: Sent


async def send_due(store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock) -> list[Told]:
    """Send every postback that is due, one after the other. A failure is noted and stops no other."""
    return [await send_one(store, plans, outbound, clock, due) for due in store.postbacks_due(clock.now())]


async def send_one(store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock, due: Due) -> Told:
    """Send one postback, and note what came of it."""
    source, sent = await _send(store, plans, outbound, clock, due)
    store.note_postback(due, sent)
    return Told(due.lead, source, sent)


async def _send(
    store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock, due: Due
) -> tuple[str, Sent]:
    facts = store.facts(due.lead)
    try:
        plan = plans.of(due.lead, facts)
    except CANNOT_GO_ON as problem:
        return "", Sent(None, str(problem), 0.0)
    lead = last_scope(plan, due.lead, facts)
    summary = store.lead_summary(due.lead)
    if lead is None or summary is None:
        return "", Sent(None, "what came of the lead cannot be read again", 0.0)
    leg = plan.sources[lead.source].postbacks[due.number - 1].leg
    key = "/".join(filter(None, (due.lead, "postback", str(due.number), due.occasion)))
    named = copy.copy(lead)
    named.id = store.ask(lambda connection: first_of(connection, due.lead))
    beside = Beside(named, result_in(plan, summary, lead, facts), key, told_of(plan, facts, due.occasion))
    request = replace(plan.builder(leg), blanks=True).build(
        beside
    )  # a notice goes out with what there is to tell
    if isinstance(request, RequestProblem):
        return lead.source, Sent(None, request.reason, 0.0)
    return lead.source, await _sent(plan, leg, lead, request, outbound, clock, due)


def told_of(plan: Plan, facts: Sequence[Fact], occasion: str) -> Mapping[str, Mapping[str, Any]]:
    """The ``return`` or the ``conversion`` of a fact of this key; nothing for the lead's end."""
    fact = next((fact for fact in facts if fact.key == occasion), None)
    if fact is None:
        return {}
    at = moment(fact.body["at"]).astimezone(ZoneInfo(plan.flow.timezone))
    if fact.kind == "returned":
        return {"return": {"reason": fact.body["reason"], "at": at}}
    return {"conversion": {"value": money_in(plan, money(fact.body["value"])), "at": at}}


async def _sent(
    plan: Plan, leg: m.Leg, lead: Lead, request: HttpRequest, outbound: Outbound, clock: Clock, due: Due
) -> Sent:
    result = await outbound.send(request)
    done = Exchange(f"postback/{due.number}/{due.attempts + 1}", result, _read(plan, leg, lead, result))
    failure = _failure(leg, done)
    ms = float(result.get("ms") or 0)
    again = clock.now() + after if failure and (after := _pause(leg, done, due)) is not None else None
    return Sent(result.get("status"), failure, ms, again)


def _read(plan: Plan, leg: m.Leg, lead: Lead, result: Mapping[str, Any] | Result) -> Reading:
    if result["phase"] != "answered":
        return Reading.nothing()
    headers = [(str(name), str(value)) for name, value in result["headers"]]
    status, body, flow = int(result["status"]), str(result["body"]), plan.flow
    return plan.reader(leg).read(status, headers, body, flow.country, zone=flow.timezone, scope=lead)


def _failure(leg: m.Leg, done: Exchange) -> str:
    """Why the source has not heard it; "" where it has: by its answer's rules, else by a 2xx."""
    if not done.answered:
        return done.failure
    status = int(done.result["status"])
    if leg.response.verdicts or leg.response.otherwise:
        return (
            ""
            if done.reading.verdict == "accepted"
            else f"status {status}, {done.reading.verdict or 'not read'}"
        )
    return "" if 200 <= status < 300 else f"status {status}"


def _pause(leg: m.Leg, done: Exchange, due: Due) -> datetime.timedelta | None:
    """How long until the next attempt; None where there is none."""
    retry = leg.request.retry
    soon = retry.times if retry else 0
    if retry and due.attempts < soon and may_repeat(done, retry, REPEATABLE):
        return retry.backoff
    place = max(due.attempts - soon, 0)
    return AGAIN_AFTER[place] if place < len(AGAIN_AFTER) else None
