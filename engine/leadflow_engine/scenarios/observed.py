"""What came of a lead, as data of the shape in which a scenario says what must come of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadflow_dsl.model import Deliver, Enhance, Leg
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.intake.replies import Reply
from leadflow_engine.interpreter.exchange import Exchange
from leadflow_engine.interpreter.posting import came_of
from leadflow_engine.lead import Lead
from leadflow_engine.plan import Plan
from leadflow_engine.reports.amounts import COST, PLACES, REVENUE
from leadflow_engine.reports.lead_object import lead_object
from leadflow_engine.reports.replied import reply_object
from leadflow_engine.response import Reading
from leadflow_engine.scenarios.calls import Call
from leadflow_engine.settle import settle
from leadflow_engine.values import written

LEGS: Final[Mapping[str, str]] = {
    "ping": "ping",
    "post": "deliver",
    "batch": "deliver",
    "inquire": "inquire",
}
"""A buyer's legs, as a scenario calls them."""

ROW: Final = ("outcome", "reason", "cause", "bid", "price", "position", "stage", "branch")
STEP: Final = ("outcome", "reason", "note", "read", "set", "cost")


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that a part of a scenario left behind: the journal's summary of the lead, the lead as it was known
    at the end, the calls made for it, until when it waits, and what its source is answered."""

    summary: Mapping[str, Any]
    scope: Lead | None
    calls: Sequence[Call]
    due: datetime.datetime | None
    reply: Reply | None = None


def observed(plan: Plan, seen: Seen) -> dict[str, Any]:
    """All that an ``expect`` may speak of."""
    lead = tidy(lead_object(seen.summary))
    sold = {sale["buyer"]: sale["price"] for sale in lead["sales"]}
    return {
        "outcome": lead["outcome"],
        "reason": lead["reason"],
        "buyer": list(sold) if len(sold) > 1 else next(iter(sold), None),
        "price": _tidy_amount(sum(sold.values(), Decimal(0))) if sold else None,
        "sold": sold,
        "due": _local(seen.due, plan.flow.timezone),
        "reasons": {row["buyer"]: row["reason"] for row in lead["distribution"]},
        "distribution": {row["buyer"]: {name: row[name] for name in ROW} for row in lead["distribution"]},
        "fields": _fields(plan, seen.scope),
        "steps": {row["name"]: {name: row[name] for name in STEP} for row in lead["steps"]},
        "look_ups": [call.name for call in seen.calls if call.leg == "enhance"],
        "called": _called(plan, seen.calls),
        "requests": _by_leg(plan, seen.calls, lambda call: call.request),
        "postings": _by_leg(plan, seen.calls, lambda call: _posting(plan, call, seen.scope)),
        **_money(lead["ledger"]),
        "test": lead["lead"]["test"],
        "reply": reply_object(seen.reply) if seen.reply else None,
    }


def tidy(value: Any) -> Any:
    """The same with every amount as people write it."""
    if isinstance(value, Mapping):
        return {key: tidy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [tidy(item) for item in value]
    return _tidy_amount(value) if isinstance(value, Decimal) else value


def _tidy_amount(amount: Decimal) -> Decimal:
    """With two places, or as many more as it has."""
    return amount.quantize(PLACES) if amount == amount.quantize(PLACES) else amount.normalize()


def _local(moment: datetime.datetime | None, zone: str) -> str | None:
    if moment is None:
        return None
    return (
        moment.astimezone(ZoneInfo(zone))
        .replace(tzinfo=None)
        .isoformat(timespec="seconds")
        .removesuffix(":00")
    )


def _fields(plan: Plan, scope: Lead | None) -> dict[str, Any]:
    if scope is None:
        return {}
    values = {field.name: scope.value(field.name) for field in plan.flow.fields}
    return {
        name: None if isinstance(value, Open) else written(value, "json") for name, value in values.items()
    }


def _money(ledger: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def total(kinds: Iterable[str]) -> Decimal:
        return _tidy_amount(sum((row["amount"] for row in ledger if row["kind"] in kinds), Decimal(0)))

    entries = [{name: row[name] for name in ("kind", "party", "amount")} for row in ledger]
    return {
        "revenue": total(REVENUE),
        "cost": abs(total([*COST, "look_up"])),
        "margin": total([*REVENUE, *COST, "look_up"]),
        "ledger": entries,
    }


# ------------------------------------------------------------------ calls


def _called(plan: Plan, calls: Sequence[Call]) -> dict[str, Any]:
    """How often each buyer's legs and each service were called; those that were not, too."""
    times: dict[str, Any] = dict.fromkeys(services(plan), 0)
    times |= {name: dict.fromkeys(buyer_legs(plan, name), 0) for name in plan.buyers}
    for call in calls:
        if call.leg in LEGS:
            times[call.name][LEGS[call.leg]] += 1
        elif call.name not in plan.buyers:
            times[call.name] += 1
    return times


def services(plan: Plan) -> list[str]:
    """The names of everything that is called and is no buyer: look-ups, copies, sources that are asked for a lead or
    told of it."""
    steps = (*plan.flow.steps, *plan.flow.named_delivers)
    found = [step.name for step in steps if isinstance(step, Enhance | Deliver)]
    found += [each.name for each in plan.flow.sources if each.fetch or each.postbacks]
    return list(dict.fromkeys(found))


def buyer_legs(plan: Plan, name: str) -> list[str]:
    """Which of ``ping``, ``deliver`` and ``inquire`` a buyer has."""
    buyer = plan.buyers[name].buyer
    legs = {"ping": buyer.ping, "deliver": buyer.at_once or buyer.batch, "inquire": buyer.inquire}
    return [leg for leg, found in legs.items() if found is not None]


def _by_leg(plan: Plan, calls: Sequence[Call], of: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for call in calls:
        if call.leg in LEGS:
            found.setdefault(call.name, {}).setdefault(LEGS[call.leg], []).append(of(call))
        elif call.name not in plan.buyers:
            found.setdefault(call.name, []).append(of(call))
    return found


def leg_of(plan: Plan, call: Call) -> Leg | None:
    """The leg of the flow that a call belongs to."""
    if call.leg in LEGS:
        buyer = plan.buyers[call.name].buyer
        asked = buyer.inquire.leg if buyer.inquire else None
        file = buyer.batch.leg if buyer.batch else None
        return {"ping": buyer.ping, "post": buyer.at_once, "inquire": asked, "batch": file}[call.leg]
    if call.leg == "fetch":
        return plan.sources[call.name].fetch
    if call.leg == "postback":
        return plan.sources[call.name].postbacks[int(call.key.rpartition("/")[2]) - 1].leg
    steps: Iterator[Any] = iter((*plan.flow.steps, *plan.flow.named_delivers))
    return next(
        (step.leg for step in steps if isinstance(step, Enhance | Deliver) and step.name == call.name), None
    )


def reading_of(plan: Plan, call: Call, scope: Lead | None) -> Reading:
    """What a call's answer is read as, by the flow's response block."""
    leg, result = leg_of(plan, call), call.result
    if leg is None or result["phase"] != "answered":
        return Reading.nothing()
    headers = [(str(name), str(value)) for name, value in result["headers"]]
    flow = plan.flow
    return plan.reader(leg).read(
        int(result["status"]), headers, str(result["body"]), flow.country, zone=flow.timezone, scope=scope
    )


def _posting(plan: Plan, call: Call, scope: Lead | None) -> dict[str, Any]:
    leg, reading, result = leg_of(plan, call), reading_of(plan, call, scope), call.result
    assert leg is not None
    delivery = settle(came_of(Exchange(call.key, result, reading), leg)) if call.leg == "post" else None
    unread = delivery.outcome if delivery else "timeout" if result["failure"] == "timeout" else "error"
    return {
        "outcome": reading.verdict or unread,
        "delivery": delivery.state if delivery else None,
        "rule": reading.rule,
        "reason": reading.reason or None,
        "cause": reading.cause or None,
        "reference": reading.reference or None,
        "price": reading.price,
        "bid": reading.bid,
        "redirect": reading.redirect or None,
        "expires": _plain(reading.expires),
        "set": {name: written(value, "json") for name, value in reading.sets.items()},
        "kind": reading.kind_read or None,
        "readable": reading.readable,
        "notes": list(reading.notes),
        "status": result.get("status"),
        "failure": result.get("failure") or None,
        "answer": str(result.get("body") or ""),
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime.datetime) else value
