"""Deliveries of which nobody knows what they came to: asked about, sent again, ended by time, as their buyers say."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from leadflow_dsl import model as m
from leadflow_engine.effects import CallOut, Effect, Fact, HttpRequest, Result
from leadflow_engine.evaluation.conditions import decide
from leadflow_engine.interpreter.exchange import Exchange, posting_of
from leadflow_engine.interpreter.following import RESENT_AFTER
from leadflow_engine.interpreter.selling import told_price
from leadflow_engine.lead import Lead
from leadflow_engine.mapping import RequestProblem
from leadflow_engine.masking import mask_of
from leadflow_engine.operations.batch import together
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.operations.retelling import Told, at_delivery, told_again
from leadflow_engine.operations.work import set_aside, set_aside_now, take_up
from leadflow_engine.plan import Plan, PlannedBuyer
from leadflow_engine.ports import Clock, Outbound
from leadflow_engine.response import Reading
from leadflow_engine.runner import PERSONAL
from leadflow_engine.settle import WORD_OF
from leadflow_engine.store import SqliteStore, asked, follow_ups
from leadflow_engine.store.asked import Heard
from leadflow_engine.store.codec import money
from leadflow_engine.store.follow_ups import FollowUp

RESENT_WORD: Final = {"accepted": "sold", "rejected": "declined"}
"""What the verdict of a post that was made again says of the delivery. A `duplicate` may mean our own first post, an
`error` the second alone: neither says anything."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One follow-up that was done, in a sentence. ``problem`` says why one could not be."""

    lead: str
    sentence: str
    problem: str = ""


async def follow_up(
    store: SqliteStore,
    plans: Plans,
    outbound: Outbound,
    clock: Clock,
    tell: Callable[[Followed], None],
    concurrency: int = 16,
) -> None:
    """Do all that is due of follow-ups: so many deliveries at once, of one lead one after the other. A lead whose plan
    cannot be had is tried again ever later."""
    now = clock.now()
    aside = set_aside_now(store, now)
    leads: dict[str, list[FollowUp]] = {}
    for what in store.ask(lambda connection: follow_ups.due(connection, now)):
        if what.lead not in aside:
            leads.setdefault(what.lead, []).append(what)
    gate = asyncio.Semaphore(max(1, concurrency))

    async def ask(lead: str, effect: Effect, data: CallOut) -> Result:
        return await outbound.send(data.request)

    async def one(due: Iterable[FollowUp]) -> None:
        async with gate:
            for what in due:
                done = await do_one(store, plans, ask, clock, what)
                if done is not None:
                    tell(done)
                if done is not None and done.problem:
                    await set_aside(store, what.lead, done.problem.partition(": ")[2])
                    return
                await take_up(store, what.lead)

    await together(one(due) for due in leads.values())


Ask = Callable[[str, Effect, CallOut], Awaitable[Result]]
"""Makes a call for a lead, as a driver would."""


async def do_one(store: SqliteStore, plans: Plans, ask: Ask, clock: Clock, what: FollowUp) -> Followed | None:
    """Do one follow-up; None where its lead is under way, or somebody else has done it."""
    facts = store.facts(what.lead)
    try:
        plan = plans.of(what.lead, facts)
    except CANNOT_GO_ON as problem:
        return Followed(what.lead, "", f"lead {what.lead}: {what.buyer} cannot be asked: {problem}")
    if what.kind == "end":
        return await _ended(store, plan, facts, what)
    told = told_again(plan, what.lead, facts)
    if told is None:
        again = _again(plan.buyers[what.buyer].buyer, what, clock.now())
        heard = Heard(None, {}, problem="what was sent is not kept any more", again=again)
    else:
        heard = await _heard(store, ask, clock, what, told)
    state = await store.commit(lambda core: asked.note(core, what, heard))
    return Followed(what.lead, _sentence(what, heard)) if state is not None else None


async def _ended(store: SqliteStore, plan: Plan, facts: Sequence[Fact], what: FollowUp) -> Followed | None:
    planned = plan.buyers[what.buyer]
    ends = planned.buyer.pending_ends
    if ends is None:
        return None
    word, because = WORD_OF[ends.outcome], f"no verdict in time: {ends.outcome}"
    told = told_again(plan, what.lead, facts) if word == "sold" else None
    late = late_price(store, planned, told.lead, what.number, None) if told is not None else None
    price, why = late or (None, "")
    because = "; ".join(filter(None, (because, why)))
    state = await store.commit(lambda core: asked.end(core, what, word, because, price))
    return Followed(what.lead, f"{what.lead}  {what.buyer}: {because}") if state is not None else None


def _sentence(what: FollowUp, heard: Heard) -> str:
    word = "inquiry" if what.kind == "inquiry" else "sent again"
    said = heard.posting
    came = heard.problem or (said.verdict or said.failure or f"status {said.status}" if said else "")
    again = f"; again at {heard.again:%H:%M:%S} UTC" if heard.again and not heard.word else ""
    return f"{what.lead}  {word}: {what.buyer}: {came}{again}"


# ------------------------------------------------------------------ asking


async def _heard(store: SqliteStore, ask: Ask, clock: Clock, what: FollowUp, told: Told) -> Heard:
    planned = told.plan.buyers[what.buyer]
    lead = at_delivery(told, planned.buyer, what.number)
    leg, request = _request(told, planned.buyer, lead, what)
    if leg is None or not isinstance(request, HttpRequest):
        why = request.reason if isinstance(request, RequestProblem) else "the buyer does not say how"
        return Heard(None, {}, problem=why, again=_again(planned.buyer, what, clock.now()))
    data = CallOut("inquire" if what.kind == "inquiry" else "post", what.buyer, what.number, request)
    result = await ask(what.lead, Effect(asked.key_of(what), data), data)
    reading = _reading(told, leg, lead, result)
    word = _word(what, Exchange("", result, reading))
    masked = partial(told.plan.masked, mask_of(lead))
    late = late_price(store, planned, lead, what.number, reading) if word == "sold" else None
    price, why = late or (None, "")
    return Heard(
        posting_of(masked, asked.key_of(what), data, result, reading, Decimal(0)),
        {name: result[name] for name in PERSONAL if name in result},
        word,
        "; ".join(filter(None, (masked(reading.reason or reading.verdict), why))),
        price=price,
        again=_again(planned.buyer, what, clock.now()),
    )


def _request(
    told: Told, buyer: m.Buyer, lead: Lead, what: FollowUp
) -> tuple[m.Leg | None, HttpRequest | RequestProblem | None]:
    """An inquiry's request is built for the delivery as it stands; a post is made again as it was."""
    if what.kind == "inquiry":
        leg = buyer.inquire.leg if buyer.inquire else None
        return leg, told.plan.builder(leg).build(lead) if leg else None
    sent = told.calls.get(f"post/{what.buyer}/{what.number}")
    return (buyer.deliver, sent.request) if sent else (None, None)


def _reading(told: Told, leg: m.Leg, lead: Lead, result: Result) -> Reading:
    if result["phase"] != "answered":
        return Reading.nothing()
    headers = [(str(name), str(value)) for name, value in result["headers"]]
    status, body, flow = int(result["status"]), str(result["body"]), told.plan.flow
    return told.plan.reader(leg).read(status, headers, body, flow.country, zone=flow.timezone, scope=lead)


def _word(what: FollowUp, done: Exchange) -> str:
    """What an answer says of the delivery; "" where it says nothing yet."""
    words = WORD_OF if what.kind == "inquiry" else RESENT_WORD
    return str(words.get(done.reading.verdict, ""))


def _again(buyer: m.Buyer, what: FollowUp, now: datetime.datetime) -> datetime.datetime | None:
    """When it is done once more where this time brought no word; None for never."""
    if what.kind == "inquiry":
        inquire = buyer.inquire
        if inquire is None or now + inquire.every > what.since + inquire.up_to:
            return None
        return now + inquire.every
    times = what.attempts + 1
    return now + RESENT_AFTER[times] if times < len(RESENT_AFTER) else None


def late_price(
    store: SqliteStore, planned: PlannedBuyer, lead: Lead, number: int, reading: Reading | None
) -> tuple[Decimal, str] | None:
    """What a sale that is told late is worth, where the buyer's answer tells the price, and what is to be said of it:
    as with any answer (``selling.told_price``). None where the price stands as it is."""
    price = next((each.price for each in planned.prices if decide(each.when, lead.truth) is True), None)
    if price is None or price.kind != "response" or planned.buyer.offers:
        return None
    row = store.query(
        "SELECT price, answered_price FROM delivery WHERE lead = ? AND buyer = ? AND number = ?",
        (lead.id, planned.buyer.name, number),
    )
    reserved, before = (money(amount) for amount in row[0]) if row else (None, None)
    return told_price(reading, reserved or Decimal(0), before)
