"""The answers that a source may get: written by its own ``reply``, or as every source gets them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

from leadflow_dsl import model as m
from leadflow_engine.instructions.intake import OUTCOMES, default_answer, status_of
from leadflow_engine.instructions.phrases import Name, Phrase, say
from leadflow_engine.instructions.records import AnswerExample
from leadflow_engine.instructions.requests import pretty
from leadflow_engine.instructions.scopes import Beside
from leadflow_engine.lead import Lead
from leadflow_engine.mapping import MappingError, RequestProblem
from leadflow_engine.plan import Plan

Json: TypeAlias = Any

SOLD_PRICE = Decimal("12.00")
REFERENCE = "A-10293"


def answers(
    plan: Plan, source: m.Source, lead: Lead, refusal: str, price: Decimal | None
) -> tuple[AnswerExample, ...]:
    """An example of the answer to each outcome that a lead of this flow may have."""
    sells = any(isinstance(step, m.Route) for step in plan.flow.steps)
    outcomes = [("sold", "", price)] if sells else []
    outcomes += [("unsold", "nobody bought the lead" if sells else "the flow has no route", None)]
    outcomes += [("refused", refusal, None), ("pending", "", None)]
    found = [_example(plan, source, lead, *each) for each in outcomes]
    pinged = [_ping(plan, source, lead, each, price) for each in ("sold", "unsold")] if source.ping else []
    return (*(each for each in found if each), *(each for each in pinged if each))


def _example(
    plan: Plan, source: m.Source, lead: Lead, outcome: str, reason: str, price: Decimal | None
) -> AnswerExample | None:
    when = _when(outcome)
    reply = next((each for each in source.replies if each.on == ""), None)
    if reply is None:
        body = pretty(default_answer(outcome, reason, lead.id, price))
        return AnswerExample(status_of(outcome), when, "application/json", body)
    return _written(plan, reply, Beside(lead, {"reply": _result(outcome, reason, price)}), when)


def _when(outcome: str) -> Phrase:
    return say(Name(outcome), f": {OUTCOMES[outcome].replace('`', '')}")


def _result(outcome: str, reason: str, price: Decimal | None) -> dict[str, Json]:
    sold = outcome == "sold"
    sale = {"legal_name": "Example Buyer LLC", "buyer": "example", "price": price, "reference": REFERENCE}
    return {
        "outcome": outcome,
        "reason": reason or None,
        "details": [{"field": "phone", "reason": reason}] if outcome == "refused" else [],
        "reference": REFERENCE if sold else None,
        "price": price,
        "redirect": "https://www.example.com/thank-you" if sold else None,
        "sales": [sale] if sold else [],
    }


def _written(plan: Plan, reply: m.Reply, scope: Beside, when: Phrase) -> AnswerExample | None:
    """The reply as the engine's own writer of bodies makes it; None where it cannot be made here."""
    try:
        built = plan.reply_builder(reply).build(scope)
    except MappingError:
        return None
    if isinstance(built, RequestProblem):
        return None
    return AnswerExample(reply.status, when, dict(built.headers).get("Content-Type", ""), built.body or "")


def _ping(
    plan: Plan, source: m.Source, lead: Lead, outcome: str, price: Decimal | None
) -> AnswerExample | None:
    buyers = [{"id": "b1", "legal_name": "Example Buyer LLC", "price": price}] if outcome == "sold" else []
    offered = {"id": "P-20871", "price": price if buyers else None, "buyers": buyers}
    when = say("a ping that ", "somebody would buy" if buyers else "nobody would buy")
    reply = next((each for each in source.replies if each.on == "ping"), None)
    if reply is None:
        said = {"outcome": outcome, "ping_id": offered["id"], "price": offered["price"], "buyers": buyers}
        return AnswerExample(200, when, "application/json", pretty(said))
    return _written(
        plan, reply, Beside(lead, {"reply": {**_result(outcome, "", price), "ping": offered}}), when
    )
