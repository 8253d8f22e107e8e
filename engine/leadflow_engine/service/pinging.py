"""A seller that asks first: its ping goes through the flow as a lead would, up to where somebody would be posted to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.intake.call import Answered, Call
from leadflow_engine.intake.door import lead_id
from leadflow_engine.intake.replies import Reply, ping_reply
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.receiving import IDEMPOTENCY, arrivals, receive_from
from leadflow_engine.operations.resume import last_scope
from leadflow_engine.runner import Ending
from leadflow_engine.service.answers import Answer, busy, json_answer, not_kept, problem, together
from leadflow_engine.service.callers import Caller
from leadflow_engine.service.runs import Going
from leadflow_engine.service.served import Served, ServedSource
from leadflow_engine.service.signed import SignedNow
from leadflow_engine.service.submitting import Desk, as_called, seconds_of, wait_for
from leadflow_engine.store import StoreError

NO_OFFER: Final[Mapping[str, Json]] = {
    "outcome": "unsold",
    "ping_id": None,
    "price": None,
    "buyers": [],
    "reason": "no offer in time",
}


async def ping(desk: Desk, served: Served, source: ServedSource, call: Call, caller: Caller) -> Answer:
    """Deal with one ping. Never raises for what a call can hold."""
    if source.source.ping is None:
        return problem(404, "this source does not ask first; submit its leads")
    signed = SignedNow(desk.signed)
    said = source.keyless if caller.key is not None else source.source
    found = receive_from(said, call, source.secrets, signed)
    if isinstance(found, Answered):
        return Answer(found.status, found.headers, found.body)
    if len(found.payloads) != 1:
        return problem(400, "a ping asks about one lead")
    if not desk.runs.room.is_free(f"{served.name}/{source.name}", source.settings.concurrency):
        signed.take_back()
        return busy("more leads are under way than can be taken at once; ask again")
    lead = as_called(arrivals(served.plan, source.name, found)[0], source, call, caller)
    arrival = _asking(served, lead)
    known = desk.store.find(arrival.identity) if call.header(IDEMPOTENCY).strip() else None
    if known is not None:
        return _heard_before(desk, known)
    going = desk.runs.going.get(arrival.lead) or desk.runs.begin(served.plan, arrival, signed.note())
    await wait_for([going], seconds_of(source))
    return _answer(going, signed)


def _asking(served: Served, arrival: Arrival) -> Arrival:
    """The lead of a ping: another than that of a post under the same key."""
    own = f"{arrival.identity.partition('/')[2]}/ping"
    identity = f"{served.name}/{own}"
    return dataclasses.replace(arrival, lead=lead_id(served.name, own), identity=identity, pinging=True)


def _answer(going: Going, signed: SignedNow) -> Answer:
    task = going.task
    if not task.done():
        return json_answer(200, NO_OFFER)
    error = None if task.cancelled() else task.exception()
    if task.cancelled() or error is not None:
        signed.take_back()
        return not_kept(error) if isinstance(error, StoreError) else problem(500, "something went wrong here")
    return together([_reply(going, task.result())])


def _reply(going: Going, ending: Ending) -> Reply:
    assert ending.scope is not None
    return ping_reply(going.plan, ending.scope, ending.outcome, ending.reason)


def _heard_before(desk: Desk, lead: str) -> Answer:
    """The same ping under the same key: what it was answered."""
    facts, summary = desk.store.facts(lead), desk.store.lead_summary(lead) or {}
    plan = desk.runs.plans.of(lead, facts)
    scope = last_scope(plan, lead, facts)
    if scope is None:
        return problem(409, "this ping is under way; ask again")
    return together([ping_reply(plan, scope, str(summary["outcome"]), str(summary["reason"]))])
