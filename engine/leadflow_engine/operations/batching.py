"""Closing batches whose time has come, and sending their files: each once, or told where nobody can know."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from leadflow_dsl import model as m
from leadflow_engine.batches.files import values_of
from leadflow_engine.batches.requests import BatchScope, File, is_directory, parts_of
from leadflow_engine.effects import HttpRequest, Result
from leadflow_engine.interpreter.exchange import Exchange
from leadflow_engine.interpreter.posting import came_of
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.plan import Plan
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.response import Mask, Reading
from leadflow_engine.settle import settle
from leadflow_engine.store import SqliteStore
from leadflow_engine.store import batches as kept
from leadflow_engine.store.batches import Batch, Went

AGAIN_AFTER: Final = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""When a file that was not taken is tried again; then nobody tries any more."""
MOVED: Final = 1
"""The part of the sending into a directory that gives the file its name."""
TAKEN: Final = (201, 250)
"""What a directory answers, and what the sandbox answers for every way that is no HTTP."""
CRASHED: Final = "leadflow ended before there was an answer"


@dataclass(frozen=True, slots=True)
class Sending:
    """A batch with what its sending needs to know; ``mask`` covers what stands in its file."""

    batch: Batch
    plan: Plan
    buyer: m.Buyer
    parts: tuple[HttpRequest, ...]
    mask: Mask

    def masked(self, text: str) -> str:
        """What the buyer said, without a value of its leads."""
        return self.mask.excerpt(text)

    @property
    def terms(self) -> m.Batch:
        """What the flow says of the buyer's batches."""
        assert self.buyer.batch is not None
        return self.buyer.batch


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with a batch, as it was before, and what came of it."""

    batch: Batch
    went: Went

    @property
    def is_trouble(self) -> bool:
        """Must somebody look at it? What is tried again by itself is no trouble yet."""
        return self.went.state != "sent" and self.went.again is None


async def send_batches(store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock) -> list[Done]:
    """Close what is to be closed, then send what is to be sent, one after the other. A failure is noted and stops no
    other. Only one of these runs at a time on a journal."""
    done = [
        Done(left, await _after_a_crash(store, plans, left, clock))
        for left in store.ask(lambda connection: kept.known(connection, ("sending",)))
    ]
    for batch in store.ask(lambda connection: kept.to_close(connection, clock.now())):
        await store.commit(lambda core, batch=batch: kept.close(core, batch))  # type: ignore[misc]
    for due in store.ask(lambda connection: kept.to_send(connection, clock.now())):
        went = await _send(store, plans, outbound, clock, due)
        done.append(Done(due, went))
    return [one for one in done if one.went.again is None or one.went.said != CRASHED]


async def _after_a_crash(store: SqliteStore, plans: Plans, batch: Batch, clock: Clock) -> Went:
    """A sending that began and of which nothing more is known."""
    buyer = _buyer(store, plans, batch)
    safe = isinstance(buyer, tuple) and buyer[1].batch is not None and _may_repeat(buyer[1], buyer[1].batch)
    state, again = ("closed", clock.now()) if safe else ("in_doubt", None)
    return await _note(store, batch, Went(state, batch.step, CRASHED, None, again))


def _may_repeat(buyer: m.Buyer, terms: m.Batch) -> bool:
    return buyer.idempotent or is_directory(terms)


def _buyer(store: SqliteStore, plans: Plans, batch: Batch) -> tuple[Plan, m.Buyer] | str:
    """The plan of the batch's last lead and the buyer in it, or why they cannot be had."""
    lead = store.ask(lambda connection: kept.leads_in(connection, batch.id))[-1]
    try:
        plan = plans.of(lead, store.facts(lead))
    except CANNOT_GO_ON as problem:
        return str(problem)
    return plan, plan.buyers[batch.buyer].buyer


async def _send(store: SqliteStore, plans: Plans, outbound: Outbound, clock: Clock, batch: Batch) -> Went:
    sending = _made_ready(store, plans, clock, batch)
    if isinstance(sending, str):
        return await _note(store, batch, _later(batch, clock, sending))
    await store.commit(lambda core: kept.begin(core, batch.id))
    went = Went("sending", batch.step, "")
    for step in range(batch.step, len(sending.parts)):
        result = await outbound.send(sending.parts[step])
        went = await _note(store, batch, _came(sending, step, result, clock))
        if went.state != "sending":
            break
    return went


def _made_ready(store: SqliteStore, plans: Plans, clock: Clock, batch: Batch) -> Sending | str:
    found = _buyer(store, plans, batch)
    content = store.ask(lambda connection: kept.content(connection, batch.id))
    if isinstance(found, str) or content is None:
        return found if isinstance(found, str) else "its file was removed"
    plan, buyer = found
    parts = parts_of(plan, buyer, File(batch.id, batch.file, batch.kind, content, batch.test), clock.now())
    if isinstance(parts, RequestProblem):
        return parts.reason
    return Sending(batch, plan, buyer, parts, Mask(values_of(batch.kind, content)))


async def _note(store: SqliteStore, batch: Batch, went: Went) -> Went:
    await store.commit(lambda core: kept.note(core, batch.id, went))
    return went


# ------------------------------------------------------------------ what an answer means


def _came(sending: Sending, step: int, result: Result, clock: Clock) -> Went:
    """What the answer to one part makes of the batch."""
    if is_directory(sending.terms):
        return _placed(sending, step, result, clock)
    reading = _read(sending, result, clock)
    settled = settle(came_of(Exchange("", result, reading), sending.terms.leg))
    status, said = result.get("status"), sending.masked(settled.reason or str(result.get("detail", "")))
    if settled.state in ("confirmed", "pending") or _taken_without_rules(sending, status):
        return Went("sent", 0, said, status)
    if settled.state == "declined" and not settled.again:
        return Went("refused", 0, said or f"refused with status {status}", status)
    if settled.state == "in_doubt" and not sending.buyer.idempotent:
        return Went("in_doubt", 0, said, status)
    return _later(sending.batch, clock, sending.masked(str(result.get("detail") or "")) or said, status)


def _taken_without_rules(sending: Sending, status: int | None) -> bool:
    """A buyer that says nothing of its answers has taken what it answers with 2xx."""
    response = sending.terms.leg.response
    return not (response.verdicts or response.otherwise) and status is not None and 200 <= status < 300


def _read(sending: Sending, result: Result, clock: Clock) -> Reading:
    if result["phase"] != "answered":
        return Reading.nothing()
    flow, leg = sending.plan.flow, sending.terms.leg
    headers = [(str(name), str(value)) for name, value in result["headers"]]
    scope = BatchScope(sending.plan, sending.batch.id, clock.now())
    status, body = int(result["status"]), str(result["body"])
    return sending.plan.reader(leg).read(status, headers, body, flow.country, zone=flow.timezone, scope=scope)


def _placed(sending: Sending, step: int, result: Result, clock: Clock) -> Went:
    """A part of putting a file into a directory. Once its naming has begun and nobody knows of the end, a file that is
    no longer there under its hidden name has its own."""
    status, last = result.get("status"), len(sending.parts) - 1
    if status in TAKEN:
        return Went("sent" if step == last else "sending", step + 1, "", status)
    if status == 404 and step == MOVED and sending.batch.step == MOVED:
        return Went("sent", step + 1, "it had its name already", status)
    unknown = step == MOVED and result["phase"] != "not_sent" and status is None
    reasons = [text for name, text in result["headers"] if name == "Reason"]
    said = sending.masked("; ".join(reasons) or str(result.get("detail") or f"status {status}"))
    return _later(sending.batch, clock, said, status, MOVED if unknown else 0)


def _later(batch: Batch, clock: Clock, said: str, status: int | None = None, step: int = 0) -> Went:
    """Not taken: tried again after a while, longer each time, until nobody tries any more."""
    if batch.attempts >= len(AGAIN_AFTER):
        return Went("failed", step, said, status)
    return Went("closed", step, said, status, clock.now() + AGAIN_AFTER[batch.attempts])


def sentence(done: Done) -> str:
    """What became of a batch, for a person."""
    batch, went = done.batch, done.went
    what = f"{batch.id}  batch of {batch.leads}"
    if went.state == "sent":
        return f"{what}: sent to {batch.buyer}"
    again = f"; again at {went.again:%H:%M:%S} UTC" if went.again else ""
    return f"{what}: {kept.said(went.state) if not went.again else 'not sent'}: {went.said}{again}"
