"""What a source is answered: in its own format where the flow has a ``reply``, as every source is otherwise.

Nothing is told of buyers beyond the sales: no bids, no refusals.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.effects import Fact
from leadflow_engine.intake import door
from leadflow_engine.intake.call import JSON, Headers
from leadflow_engine.lead import Lead, LeadScope, walk
from leadflow_engine.mapping import MappingError, RequestProblem
from leadflow_engine.plan import Plan
from leadflow_engine.response import Reading
from leadflow_engine.runner import result_of
from leadflow_engine.texts.json_text import dumps
from leadflow_engine.values import Value, parse

Json: TypeAlias = Any

SOLD: Final = frozenset({"sold", "fallback"})
WITHOUT_NAMES: Final[Mapping[str, str]] = {
    "unsold": "nobody took the lead",
    "refused": "the lead is not taken",
    "held": "nobody can take the lead yet",
    "error": "the lead could not be decided",
}
"""What is said instead of a reason that names a buyer, by the outcome."""

_WORDS: Final = re.compile(r"\w+").findall


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a source. ``problem`` says why it is not the flow's own, where that could not be made."""

    status: int
    headers: Headers
    body: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Beside(LeadScope):
    """A lead, and beside it what became of it: the scope of a ``reply`` and a ``postback``. ``told`` are the ``return``
    or the ``conversion`` that a postback tells of."""

    result: Mapping[str, Json]
    key: str = ""
    told: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    def read(self, read: t.Read) -> object:
        """A name of the flow, or of the result."""
        if read.kind == "reply":
            return walk(self.result, f"{read.name}.{read.part}" if read.part else read.name)
        if read.kind == "ping":  # of the source's own ping: what a buyer's said is no source's business
            return walk(self.result, f"ping.{read.name}")
        if read.kind == "delivery":
            return self.key or None
        if read.kind in {"return", "conversion"}:
            return self.told.get(read.kind, {}).get(read.name)
        if read.kind == "lead" and read.name == "outcome":
            return self.result["outcome"]
        return self.lead.read(read) if read.kind not in {"offer", "callback", "deliver"} else None


def reply_of(plan: Plan, summary: Mapping[str, Any], lead: Lead, facts: Sequence[Fact]) -> Reply:
    """The answer to the source of a lead, as it stands (``SqliteStore.lead_summary``). ``facts`` are the lead's."""
    source = plan.sources[lead.source]
    said = next((reply for reply in source.replies if reply.on == ""), None)
    if said is None:
        return _usual(plan, summary, lead)
    result = result_in(plan, summary, lead, facts)
    written = _written(plan, said, Beside(lead, result))
    if isinstance(written, str):
        usual = _usual(plan, summary, lead)
        return Reply(usual.status, usual.headers, usual.body, f"the reply could not be made: {written}")
    return written


def callback_reply(plan: Plan, summary: Mapping[str, Any], lead: Lead, facts: Sequence[Fact]) -> Reply | None:
    """What a buyer hears that called with its verdict, where the lead's source says ``reply on callback``."""
    said = next((reply for reply in plan.sources[lead.source].replies if reply.on == "callback"), None)
    if said is None:
        return None
    written = _written(plan, said, Beside(lead, result_in(plan, summary, lead, facts)))
    return written if isinstance(written, Reply) else None


def ping_reply(plan: Plan, lead: Lead, outcome: str, reason: str) -> Reply:
    """What a seller hears that asks first: what it would be paid, by whom, and until when that stands."""
    offering: Any = lead.offered
    offers = offering.offers if offering is not None else ()
    heard = "sold" if offers else outcome
    buyers = [_offered(plan, offering, offer) for offer in offers]
    price = buyers[0]["price"] if buyers else None
    said = next((reply for reply in plan.sources[lead.source].replies if reply.on == "ping"), None)
    reason = told_reason(reason, plan.buyers, outcome)
    told = {"id": lead.id if offers else None, "price": price, "buyers": buyers}
    if said is not None:
        told["expires"] = offering.until if offers else None
        nothing: dict[str, Json] = {
            "details": [],
            "reference": None,
            "price": price,
            "redirect": None,
            "sales": [],
        }
        result = {"outcome": heard, "reason": None if offers else reason, **nothing, "ping": told}
        written = _written(plan, said, Beside(lead, result))
        if isinstance(written, Reply):
            return written
    plain = [{**buyer, "price": buyer["price"].normal if buyer["price"] else None} for buyer in buyers]
    body = {
        "outcome": heard,
        "ping_id": told["id"],
        "price": plain[0]["price"] if plain else None,
        "buyers": plain,
    }
    more = {"expires": offering.until.isoformat(timespec="seconds")} if offers else {"reason": reason or None}
    return Reply(200, JSON, dumps({**body, **more}))


def _offered(plan: Plan, offering: Any, offer: Any) -> dict[str, Json]:
    buyer = plan.buyers[offer.buyer].buyer
    name = offer.legal_name or buyer.legal_name or buyer.title or buyer.name
    return {"id": buyer.name, "legal_name": name, "price": money_in(plan, offering.pays(offer))}


def as_it_stands(summary: Mapping[str, Any]) -> Reply:
    """The answer that every source understands, for a lead as the journal has it; its status is 200, as it was asked
    for."""
    outcome = str(summary["outcome"] or "pending")
    reason = _reason(summary, outcome) or ""
    from leadflow_engine.instructions.intake import default_answer

    body = default_answer(outcome, reason, str(summary["lead"]["id"]), _owed(summary, outcome))
    return Reply(200, JSON, dumps(body))


def _usual(plan: Plan, summary: Mapping[str, Any], lead: Lead) -> Reply:
    outcome = str(summary["outcome"] or "pending")
    owed = _owed(summary, outcome)
    price = None if owed is None else _paid(str(owed))
    from leadflow_engine.instructions.intake import default_answer, status_of

    reason = _reason(summary, outcome) or ""
    body = default_answer(outcome, reason, lead.id, price)
    return Reply(status_of(outcome), JSON, dumps(body))


def _written(plan: Plan, reply: m.Reply, scope: Beside) -> Reply | str:
    """The reply, by the writer of every body; why not, where a value cannot stand where it should."""
    try:
        built = plan.reply_builder(reply).build(scope)
    except MappingError as problem:
        return str(problem)
    return (
        built.reason
        if isinstance(built, RequestProblem)
        else Reply(reply.status, built.headers, built.body or "")
    )


# ------------------------------------------------------------------ what became of the lead


def result_in(plan: Plan, summary: Mapping[str, Any], lead: Lead, facts: Sequence[Fact]) -> dict[str, Json]:
    """The words that stand in a ``reply`` and a ``postback``, by name; amounts are values of the type money."""
    outcome = str(summary["outcome"] or "pending")
    sales = [_sale(plan, sale, lead, facts) for sale in summary["sales"]]
    return {
        "outcome": outcome,
        "reason": _reason(summary, outcome),
        "details": list(_details(plan, lead)) if outcome == "refused" else [],
        "reference": next((sale["reference"] for sale in sales if sale["reference"]), None),
        "price": money_in(plan, _owed(summary, outcome)),
        "redirect": next((sale["redirect"] for sale in sales if sale["redirect"]), None),
        "sales": sales,
    }


def _reason(summary: Mapping[str, Any], outcome: str) -> str | None:
    if outcome in SOLD:
        return None
    rows = (*summary.get("distribution", ()), *summary.get("deliveries", ()))
    buyers = {str(row["buyer"]) for row in rows}
    return told_reason(str(summary["reason"] or ""), buyers, outcome) or None


def told_reason(reason: str, buyers: Container[str], outcome: str) -> str:
    """A reason as a source hears it: one that names a buyer is the operator's, and a sentence of ours stands for it."""
    return WITHOUT_NAMES.get(outcome, "not decided yet") if names_one_of(buyers, reason) else reason


def names_one_of(buyers: Container[str], reason: str) -> bool:
    """Is one of these named? A name is a whole word."""
    return any(word in buyers for word in _WORDS(reason))


def _owed(summary: Mapping[str, Any], outcome: str) -> Decimal | None:
    """What the source is paid for this lead; a test lead is worth nothing."""
    lead = summary["lead"]
    due = outcome in SOLD if lead["cost_on"] == "sale" else outcome not in {"refused", "error"}
    share = lead.get("cost_share") or Decimal(0)
    owed = lead["cost"] + share * sum((sale["price"] for sale in summary["sales"]), Decimal(0))
    return owed if due and owed and not lead["test"] else None


def money_in(plan: Plan, amount: Decimal | None) -> Value | None:
    """An amount as a value of its type, so that it is written as money is everywhere."""
    return None if amount is None else parse(_MONEY, amount, plan.flow.country, plan.flow.timezone)


_MONEY: Final = t.Type("money")


@lru_cache(maxsize=1_024)
def _paid(amount: str) -> Decimal | None:
    """An amount as money is written everywhere: sources are paid the same few, 0.1 us instead of 8."""
    paid: Decimal | None = parse(_MONEY, Decimal(amount)).normal
    return paid


def _details(plan: Plan, lead: Lead) -> Iterator[dict[str, str]]:
    for problem in door.problems(plan, lead):
        field = problem.partition(" ")[0]
        yield {"field": field if field in plan.fields else "", "reason": problem}


def _sale(plan: Plan, sale: Mapping[str, Any], lead: Lead, facts: Sequence[Fact]) -> dict[str, Json]:
    buyer = plan.buyers[sale["buyer"]].buyer
    return {
        "buyer": buyer.name,
        "legal_name": buyer.legal_name or buyer.title or buyer.name,
        "price": money_in(plan, sale["price"]),
        "reference": sale["reference"] or None,
        "redirect": _redirect(plan, buyer, lead, facts),
    }


def _redirect(plan: Plan, buyer: m.Buyer, lead: Lead, facts: Sequence[Fact]) -> str | None:
    """Where the buyer's last answer would send the person: read again from its fact."""
    leg = buyer.deliver or buyer.ping
    begin = f"{'post' if buyer.deliver else 'ping'}/{buyer.name}/"
    fact = next(
        (fact for fact in reversed(facts) if fact.key.startswith(begin) and fact.kind == "call"), None
    )
    if leg is None or fact is None or not dict(leg.response.values).get("redirect"):
        return None
    return read_again(plan, leg, fact, lead).redirect or None


def read_again(plan: Plan, leg: m.Leg, fact: Fact, lead: Lead) -> Reading:
    """What an answer says, from the fact that keeps it; nothing where its content is gone."""
    result = result_of(fact)
    if result["phase"] != "answered" or "body" not in result:
        return Reading.nothing()
    headers = [(str(name), str(value)) for name, value in result.get("headers", ())]
    flow, reader = plan.flow, plan.reader(leg)
    status, body = int(result["status"]), str(result["body"])
    return reader.read(status, headers, body, flow.country, zone=flow.timezone, scope=lead)
