"""A buyer calls with its verdict: who calls is proved, the delivery found, the word kept, the call answered.

The service, ``leadflow receive --callback`` and the tests all call ``received``.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from leadflow_dsl import model as m
from leadflow_engine.intake import proof
from leadflow_engine.intake.bodies import read_body
from leadflow_engine.intake.call import JSON, Answered, Call, Refused
from leadflow_engine.intake.replies import Reply, callback_reply
from leadflow_engine.lead import Lead
from leadflow_engine.masking import mask_of
from leadflow_engine.operations import another_price
from leadflow_engine.operations.inquiring import late_price
from leadflow_engine.operations.masked_references import places
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.operations.retelling import told_again
from leadflow_engine.operations.returning import Return, return_lead
from leadflow_engine.plan import Plan
from leadflow_engine.response import Mask, Reading, compile_response
from leadflow_engine.secrets import SecretMissing, Secrets
from leadflow_engine.settle import UNSETTLED, WORD_OF
from leadflow_engine.store import SqliteStore, StoreError, callbacks
from leadflow_engine.store.callbacks import Place, Said
from leadflow_engine.store.core import Core
from leadflow_engine.store.later import settle_delivery
from leadflow_engine.texts.json_text import dumps

METHODS: Final = ("GET", "POST", "PUT")
LOOK_EVERY: Final = 0.1
"""Seconds between two looks whether a lead that is under way has come to where it ends or waits."""
AGAIN: Final = (("Retry-After", "5"),)
FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Told:
    """A call that was proved and read: whose delivery it is, what it says; ``price`` is what the
    sale is worth if it is told now."""

    place: Place
    reading: Reading
    said: Said
    plan: Plan
    lead: Lead | None
    price: Decimal | None


async def received(
    store: SqliteStore,
    plans: Plans,
    plan: Plan,
    buyer: str,
    call: Call,
    secrets: Secrets | None,
    patience: float = 20.0,
) -> Reply:
    """What a call of a buyer comes to. ``plan`` is today's, by which the call proves itself and is read; its url ends
    with the delivery's own token where it was called at ``callback.url``. ``secrets`` None: it need not prove itself.

    A lead that is under way is waited for, ``patience`` seconds at most: then the buyer is asked to call again. The
    same call again changes nothing. Never raises for what a call can hold; raises ``StoreError``."""
    callback = plan.buyers[buyer].buyer.callback
    if callback is None:
        return _reply(Refused(404, f"{buyer} does not call back").answered)
    try:
        token, reading = read_call(plan, buyer, callback, call, secrets)
        place = await _found(store, plans, plan, buyer, token, reading.reference, patience)
        if not await _at_rest(store, place.lead, patience):
            raise Refused(503, "this lead is on its way; call again", AGAIN)
        return _taken(store, plans, place, reading, call)
    except Refused as refused:
        why = refused.answered.why
        store.transact(lambda core: callbacks.refuse(core, plan.flow.name, buyer, why))
        return _reply(refused.answered)
    except SecretMissing:  # a call must not get in because nobody noticed
        return _reply(Refused(503, "calls of this buyer cannot be checked now").answered)


def _reply(answered: Answered) -> Reply:
    return Reply(answered.status, answered.headers, answered.body, answered.why)


async def _at_rest(store: SqliteStore, lead: str, patience: float) -> bool:
    left = patience
    while store.is_under_way(lead):
        if left <= 0:
            return False
        await asyncio.sleep(min(LOOK_EVERY, left))
        left -= LOOK_EVERY
    return True


# ------------------------------------------------------------------ proof and reading


async def _found(
    store: SqliteStore, plans: Plans, plan: Plan, buyer: str, token: str, reference: str, patience: float
) -> Place:
    """The delivery that is meant. A buyer may call before its own answer is stored, in which the reference is: while
    any answer of its is awaited, that is waited for."""
    flow, left = plan.flow.name, patience
    while True:
        try:
            return _place(store, flow, buyer, token, reference)
        except Refused as refused:
            if token or refused.answered.status != 404:
                raise
            awaited = store.ask(lambda connection: callbacks.is_awaited(connection, flow, buyer))
            if left == patience or left <= 0 or not awaited:  # costly: not at each look
                found = places(store, plans, plan, buyer, reference)
                if found:
                    return _the_one(found)
            if not awaited:
                raise
            if left <= 0:
                raise Refused(503, "no delivery has this reference yet; call again", AGAIN) from None
        await asyncio.sleep(min(LOOK_EVERY, left))
        left -= LOOK_EVERY


def as_source(buyer: str, callback: m.Callback) -> m.Source:
    """What proves a callback, as a source would say it."""
    return m.Source(f"callback of {buyer}", verify=callback.verify, span=callback.span)


def read_call(
    plan: Plan, buyer: str, callback: m.Callback, call: Call, secrets: Secrets | None
) -> tuple[str, Reading]:
    """The token of the address that was called ("" where it has none) and what the call says; ``secrets`` None: it need
    not prove itself. Raises ``Refused``.

    Who calls is looked at before what he says. A call without a proof of its own must know the delivery's token. That
    a signed call came before is no matter: the same call again changes nothing."""
    if call.method.upper() not in METHODS:
        raise Refused(405, "a verdict is sent by POST or GET", (("Allow", ", ".join(METHODS)),))
    token = _token(call)
    if secrets is not None:
        said = as_source(buyer, callback)
        proof.check_signatures(said, call, secrets, lambda: read_body(call, ()).tree)
        if any(each.kind == "field" for each in callback.verify):
            proof.check_fields(said, read_body(call, ()).tree, secrets)
        if not token and not callback.verify:
            raise Refused(401, "a call that proves nothing must come to the delivery's own address")
    return token, _reading(plan, callback, call)


def _token(call: Call) -> str:
    """What stands behind ``/callback/`` in the address that was called; "" where nothing does."""
    try:
        path = urlsplit(call.url).path
    except ValueError:
        path = call.url.partition("?")[0]
    return path.rpartition("/callback/")[2] if "/callback/" in path else ""


def _reading(plan: Plan, callback: m.Callback, call: Call) -> Reading:
    """A call is read as an answer would be; one without a body by its query."""
    flow = plan.flow
    if call.method.upper() == "GET" or not call.body:
        headers, body = [FORM], call.query
    else:
        headers, body = list(call.headers), call.body.decode("utf-8", "replace")
    reader = compile_response(callback.response, flow.currency)
    return reader.read(200, headers, body, flow.country, zone=flow.timezone)


def _place(store: SqliteStore, flow: str, buyer: str, token: str, reference: str) -> Place:
    if token:
        found = store.ask(lambda connection: callbacks.by_token(connection, flow, buyer, token))
        if found is None:
            raise Refused(404, "nobody was given this address")
        return found
    given = store.ask(lambda connection: callbacks.by_reference(connection, flow, buyer, reference))
    if not given:
        why = (
            "no delivery has this reference"
            if reference
            else "the call does not say which delivery it is about"
        )
        raise Refused(404 if reference else 400, why)
    return _the_one(given)


def _the_one(given: list[Place]) -> Place:
    """The open one of these deliveries, else the only one. Raises ``Refused`` where several are."""
    still_open = [place for place in given if place.state in UNSETTLED]
    if len(still_open) > 1 or (not still_open and len(given) > 1):
        raise Refused(409, "several deliveries have this reference")
    return still_open[0] if still_open else given[0]


# ------------------------------------------------------------------ what it says


def _taken(store: SqliteStore, plans: Plans, place: Place, reading: Reading, call: Call) -> Reply:
    told = _told(store, plans, place, reading, call)
    if not store.ask(lambda connection: callbacks.is_known(connection, place, told.said.digest)):
        if place.state == "confirmed" and WORD_OF.get(reading.verdict) == "declined":
            _give_back(store, plans, told, call.received_at)
        store.transact(lambda core: _note(core, told))
    summary = store.lead_summary(place.lead) or {}
    state = next(
        row["state"]
        for row in summary["deliveries"]
        if (row["buyer"], row["number"]) == (place.buyer, place.number)
    )
    if told.lead is not None:
        reply = callback_reply(told.plan, summary, told.lead, store.facts(place.lead))
        if reply is not None:
            return reply
    return Reply(200, JSON, dumps({"status": "ok", "delivery": state}))


def _told(store: SqliteStore, plans: Plans, place: Place, reading: Reading, call: Call) -> Told:
    facts = store.facts(place.lead)
    try:
        plan = plans.of(place.lead, facts)
    except CANNOT_GO_ON as problem:
        raise StoreError(str(problem)) from None
    told = told_again(plan, place.lead, facts)
    lead = told.lead if told is not None else None
    body = call.body or call.query.encode("utf-8", "surrogatepass")
    mask = mask_of(lead) if lead else Mask(())
    said = Said(
        hashlib.sha256(body).hexdigest()[:32],
        reading.verdict,
        plan.masked(mask, reading.reason or ""),
        {"body": body.decode("utf-8", "replace"), "headers": [list(pair) for pair in call.headers]},
    )
    late = None
    if lead is not None and WORD_OF.get(reading.verdict) == "sold":
        late = late_price(store, plan.buyers[place.buyer], lead, place.number, reading)
    price, why = late or (None, "")
    if why:
        said = replace(said, reason=f"{said.reason or reading.verdict}; {why}")
    return Told(place, reading, said, plan, lead, price)


def _give_back(store: SqliteStore, plans: Plans, told: Told, at: datetime.datetime) -> None:
    """A rejection after an acceptance is a return: the buyer's own terms say whether it is taken."""
    reason = told.said.reason or "rejected"
    place = told.place
    back = Return(place.lead, place.buyer, reason, f"callback of {place.buyer}", at=at, number=place.number)
    return_lead(store, plans, back, at)


def _note(core: Core, told: Told) -> None:
    """The call and what follows from it, in one transaction."""
    place, reading = told.place, told.reading
    callbacks.note(core, place, told.said)
    word = WORD_OF.get(reading.verdict)
    by, because = f"callback of {place.buyer}", told.said.reason or reading.verdict
    where = (place.lead, place.buyer, place.number)
    if word is None or (place.state == "confirmed" and word == "declined"):
        return
    if place.state == "confirmed":
        if reading.price is not None:
            another_price.told_again(core, told.plan.buyers[place.buyer], where, reading.price, by, because)
        return
    settle_delivery(core, *where, word, by, because, told.price)
