"""What callers hear: an HTTP answer as data, and how one is made of a lead."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.instructions.intake import WAITING, default_answer
from leadflow_engine.intake import door
from leadflow_engine.intake.call import JSON, Headers, Refused
from leadflow_engine.intake.replies import Reply, as_it_stands, reply_of
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans, reply_again
from leadflow_engine.plan import Plan
from leadflow_engine.runner import Ending
from leadflow_engine.service.told import told_by, told_of
from leadflow_engine.store import Full, SqliteStore, StoreError
from leadflow_engine.texts.json_text import dumps

ASK_AGAIN: Final = 2
"""Seconds after which a lead that waits is worth asking for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a caller."""

    status: int
    headers: Headers
    body: str


def problem(status: int, why: str, headers: Headers = ()) -> Answer:
    """``{"error": WHY}``; ``why`` holds no values."""
    return Answer(status, (*JSON, *headers), dumps({"error": why}))


def busy(why: str, seconds: int = 1) -> Answer:
    """Not now: 503, with when to come again."""
    return problem(503, why, (("Retry-After", str(seconds)),))


def answer_of(refused: Refused) -> Answer:
    """What a call that is refused hears."""
    found = refused.answered
    return Answer(found.status, found.headers, found.body)


def not_kept(error: StoreError) -> Answer:
    """A lead that could not be stored was not taken; what failed is for the operator."""
    if isinstance(error, Full):
        return problem(507, "the lead could not be stored and was not taken; send it again", _LATER)
    return problem(503, "leads cannot be stored now; the lead was not taken; send it again", _LATER)


_LATER: Final[Headers] = (("Retry-After", "10"),)


def json_answer(status: int, body: Json, headers: Headers = ()) -> Answer:
    """An answer in JSON."""
    return Answer(status, (*JSON, *headers), dumps(body))


# ------------------------------------------------------------------ of a lead


def reply_to(plan: Plan, store: SqliteStore, ending: Ending) -> Reply:
    """What a source is answered of a new lead whose Run has ended here. Raises ``StoreError``."""
    summary = told_by(plan, store, ending)
    if summary is None or ending.scope is None:
        return pending(plan, Arrival(ending.lead, "", "", None), None)
    return _where(reply_of(plan, summary, ending.scope, ending.facts), ending.lead, summary["outcome"])


def reply_of_known(plans: Plans, store: SqliteStore, lead: str) -> Reply:
    """What a source is answered of a lead that the journal has, as it stands now."""
    facts, summary = store.facts(lead), told_of(store, lead)
    if summary is None:
        raise StoreError(f"lead {lead} is not in this journal")
    if summary["outcome"] is None:
        return _where(as_it_stands(summary), lead, "pending")
    try:
        reply = reply_again(plans.of(lead, facts), lead, facts, summary)
    except CANNOT_GO_ON:
        reply = None
    return _where(reply or as_it_stands(summary), lead, summary["outcome"])


def pending(plan: Plan, arrival: Arrival, at: datetime.datetime | None) -> Reply:
    """The lead is kept and goes on; where to ask stands in ``Location``. In the source's own format, where it has one:
    ``at`` is when the lead came."""
    source = plan.sources.get(arrival.source)
    own = source is not None and at is not None and any(reply.on == "" for reply in source.replies)
    if not own or source is None or at is None:
        reply = Reply(202, JSON, dumps(default_answer("pending", "", arrival.lead, None)))
        return _where(reply, arrival.lead, "pending")
    read = door.bare_lead if source.fetch is not None else door.read_lead
    nothing = {"cost": Decimal(0), "cost_on": "sale", "test": arrival.test}
    summary = {"lead": nothing, "outcome": "pending", "reason": "", "sales": ()}
    return _where(reply_of(plan, summary, read(plan, arrival, at, at), ()), arrival.lead, "pending")


def _where(reply: Reply, lead: str, outcome: str | None) -> Reply:
    if outcome is not None and outcome not in WAITING:
        return reply
    status = 202 if reply.status == 200 and outcome in WAITING and reply.headers == JSON else reply.status
    headers = (*reply.headers, ("Location", f"/leads/{lead}"), ("Retry-After", str(ASK_AGAIN)))
    return replace(reply, status=status, headers=headers)


def together(replies: Iterable[Reply]) -> Answer:
    """The answer to a call: of one lead its own; of several all of them, in order."""
    found = tuple(replies)
    if len(found) == 1:
        return Answer(found[0].status, found[0].headers, found[0].body)
    waiting = any(reply.status == 202 for reply in found)
    return json_answer(202 if waiting else 200, {"leads": [_body(reply.body) for reply in found]})


def _body(text: str) -> Json:
    try:
        return read_json(text)
    except IntakeError:
        return text
