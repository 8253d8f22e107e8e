"""A call to a source, from what came to what is answered. It knows HTTP as data only.

Nothing is acknowledged before the lead's first commit, whatever becomes of it after."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from leadflow_engine.evaluation.comparing import folded
from leadflow_engine.instructions.intake import default_answer
from leadflow_engine.intake.call import JSON, Answered, Call, Received
from leadflow_engine.intake.door import lead_id
from leadflow_engine.intake.redirects import redirect_of, with_redirect
from leadflow_engine.intake.replies import Reply
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.receiving import IDEMPOTENCY, arrivals, receive_from
from leadflow_engine.ports import Clock
from leadflow_engine.service.answers import (
    Answer,
    busy,
    not_kept,
    pending,
    problem,
    reply_of_known,
    reply_to,
    together,
)
from leadflow_engine.service.callers import Caller
from leadflow_engine.service.runs import Going, Runs
from leadflow_engine.service.served import Served, ServedSource
from leadflow_engine.service.signed import SignedCalls, SignedNow
from leadflow_engine.service.standing import answering
from leadflow_engine.store import SqliteStore, StoreError, calls
from leadflow_engine.store.calls import Note
from leadflow_engine.texts.json_text import dumps

ANSWER_WITHIN: Final = 30.0
"""Seconds after which a source hears ``pending`` where the flow says no time: most callers wait no longer."""

STORED_WITHIN: Final = 10.0
"""Seconds beyond that for the first commit, before a source hears that nothing is known."""


@dataclass(slots=True)
class Desk:
    """What calls are dealt with by."""

    store: SqliteStore
    runs: Runs
    clock: Clock
    signed: SignedCalls


@dataclass(frozen=True, slots=True)
class _Named:
    """A call with a key of its own: its name, and what tells its body from any other."""

    name: str
    body: str


async def submit(desk: Desk, served: Served, source: ServedSource, call: Call, caller: Caller) -> Answer:
    """Deal with one call. Never raises for what a call can hold."""
    signed = SignedNow(desk.signed)
    said = source.keyless if caller.key is not None else source.source
    found = receive_from(said, call, source.secrets, signed)
    if isinstance(found, Answered):
        return Answer(found.status, found.headers, found.body)
    if _is_trapped(found, source.settings.honeypot):
        return _as_if_taken(served, source, found)
    if not desk.runs.room.is_free(f"{served.name}/{source.name}", source.settings.concurrency):
        signed.take_back()
        return busy("more leads are under way than can be taken at once; send it again")
    leads = tuple(as_called(lead, source, call, caller) for lead in arrivals(served.plan, source.name, found))
    named = _named(call, leads)
    follows = answering(desk.store, served, source, leads[0], call.received_at) if len(leads) == 1 else None
    if follows is not None:
        leads, named = (follows,), _Named(follows.identity, body_digest(call))
    other = _another_body(desk, named, leads)
    if other is not None:
        return other
    return await _routed(desk, served, source, found, call, leads, named, signed)


def as_called(lead: Arrival, source: ServedSource, call: Call, caller: Caller) -> Arrival:
    """A lead with what its call says of it: that it is a test, from which address it came."""
    client, payload = source.settings.client, lead.payload
    if client:
        others = {name: value for name, value in payload.items() if folded(name) != folded(client)}
        payload = {client: call.remote, **others}
    return dataclasses.replace(lead, test=lead.test or caller.test, payload=payload)


# ------------------------------------------------------------------ calls with a key of their own


def _named(call: Call, leads: Sequence[Arrival]) -> _Named | None:
    if not call.header(IDEMPOTENCY).strip():
        return None
    identity = leads[0].identity
    name = identity if len(leads) == 1 else identity.rpartition("/")[0]
    return _Named(name, body_digest(call))


def body_digest(call: Call) -> str:
    """What tells a call's body from any other."""
    return hashlib.sha256(call.body or call.query.encode("utf-8", "surrogatepass")).hexdigest()


def _another_body(desk: Desk, named: _Named | None, leads: Sequence[Arrival]) -> Answer | None:
    """The refusal of a call whose key came before with another body."""
    if named is None:
        return None
    going = desk.runs.going.get(leads[0].lead)
    if going is not None and going.call:
        same = going.call == named.body
    else:
        kept = (named.name, named.body, len(leads))
        same = desk.store.ask(lambda connection: calls.is_same(connection, *kept))
    return (
        None
        if same
        else problem(422, f"this {IDEMPOTENCY} (or ping) came before with another body; that lead stands")
    )


# ------------------------------------------------------------------ routing


async def _routed(
    desk: Desk,
    served: Served,
    source: ServedSource,
    received: Received,
    call: Call,
    leads: Sequence[Arrival],
    named: _Named | None,
    signed: SignedNow,
) -> Answer:
    note = signed.note((named.name, named.body, len(leads)) if named is not None else None)
    begun = [_begin(desk, served, lead, named, note) for lead in leads]
    goings = [each for each in begun if isinstance(each, Going)]
    await wait_for(goings, seconds_of(source))
    found = []
    for each in begun:
        found.append(_reply(desk, each, call.received_at))
        if len(begun) > 1:
            await asyncio.sleep(0)  # a thousand leads of one call keep nobody else waiting
    bad = next((each for each in found if isinstance(each, Answer)), None)
    if bad is not None:
        signed.take_back()
        return bad
    replies = [each for each in found if isinstance(each, Reply)]
    if len(replies) == 1:
        redirect = redirect_of(received.payloads[0].own, received.kind, source.redirects)
        return together([with_redirect(replies[0], redirect)])
    return together(replies)


def _begin(desk: Desk, served: Served, lead: Arrival, named: _Named | None, note: Note | None) -> Going | str:
    """The lead's Run, new or under way; or the id of a lead that the journal has."""
    going = desk.runs.going.get(lead.lead)
    if going is not None:
        return going
    known = desk.store.find(lead.identity) if named is not None else None
    return known or desk.runs.begin(served.plan, lead, note, named.body if named else "")


def seconds_of(source: ServedSource) -> float:
    """How long a source waits for its answer."""
    within = source.source.answer_within
    return within.total_seconds() if within is not None else ANSWER_WITHIN


async def wait_for(goings: Sequence[Going], seconds: float) -> None:
    """Until all have ended or the time is over; then, for a while, until all are stored."""
    if not goings:
        return
    left = [going for going in goings if not going.task.done()]
    await asyncio.wait([going.task for going in left], timeout=seconds) if left else None
    late = [going for going in left if not going.task.done() and not going.entered.is_set()]
    if late:
        stored = [asyncio.create_task(_stored(going)) for going in late]
        await asyncio.wait(stored, timeout=STORED_WITHIN)
        for each in stored:
            each.cancel()


async def _stored(going: Going) -> None:
    """Until a lead is stored, or its Run has failed before that."""
    entered = asyncio.ensure_future(going.entered.wait())
    try:
        await asyncio.wait([entered, going.task], return_when=asyncio.FIRST_COMPLETED)
    finally:
        entered.cancel()


def _reply(desk: Desk, begun: Going | str, at: datetime.datetime) -> Reply | Answer:
    try:
        if isinstance(begun, str):
            return reply_of_known(desk.runs.plans, desk.store, begun)
        return _reply_of_run(desk, begun, at)
    except StoreError as error:
        return not_kept(error)


def _reply_of_run(desk: Desk, going: Going, at: datetime.datetime) -> Reply | Answer:
    task = going.task
    if task.done() and not task.cancelled() and task.exception() is None:
        return reply_to(going.plan, desk.store, task.result())
    if going.entered.is_set():  # whatever happened to its Run, it goes on from the journal
        return pending(going.plan, going.arrival, at)
    if task.done() and not task.cancelled() and isinstance(error := task.exception(), StoreError):
        return not_kept(error)
    if task.done():
        return problem(500, "the lead was not taken: something went wrong here; send it again later")
    return busy("it is not known yet whether the lead was stored; send it again under the same key", 5)


# ------------------------------------------------------------------ what no person fills in


def _is_trapped(received: Received, honeypot: str) -> bool:
    """Did a program fill in a field that people do not see?"""
    if not honeypot or len(received.payloads) != 1:
        return False
    value: Any = received.payloads[0].own.get(honeypot)
    return value is not None and str(value).strip() != ""


def _as_if_taken(served: Served, source: ServedSource, received: Received) -> Answer:
    """What a program hears that filled in the trap: what a person would. Nothing is kept."""
    payload = received.payloads[0]
    body = default_answer("pending", "", lead_id(served.name, payload.identity), None)
    redirect = redirect_of(payload.own, received.kind, source.redirects)
    return together([with_redirect(Reply(202, JSON, dumps(body)), redirect)])
