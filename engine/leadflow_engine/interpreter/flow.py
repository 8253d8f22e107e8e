"""The main line of a Run: the clock, the door, the steps in order, the end; or on from where a cursor left off."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from decimal import Decimal
from typing import Any

from leadflow_dsl.model import Route
from leadflow_engine.effects import Clock, Effect, End, Suspend
from leadflow_engine.intake import door as intake
from leadflow_engine.interpreter import attempts
from leadflow_engine.interpreter.asking import restore
from leadflow_engine.interpreter.cursor import Cursor
from leadflow_engine.interpreter.fetching import before_fetch, fetch, fetched_before
from leadflow_engine.interpreter.figures import learn_figures
from leadflow_engine.interpreter.following import next_due
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.interpreter.offering import Offered, come_to
from leadflow_engine.interpreter.offering import refused as refused_ping
from leadflow_engine.interpreter.routing import HOLDERS, Paused
from leadflow_engine.interpreter.sharing import short_of
from leadflow_engine.interpreter.stages.results import Waiting
from leadflow_engine.interpreter.steps import Stop, ending_of, run_step
from leadflow_engine.interpreter.suppressing import learn as learn_suppressed
from leadflow_engine.interpreter.waiting import Unanswered, Unwanted
from leadflow_engine.masking import shown_values
from leadflow_engine.records import Delivery, LeadRecord
from leadflow_engine.values.contacts import contacts_of

AMOUNTS = ("price", "answered_price")
"""What of a kept delivery is money."""


def main(journey: Journey) -> Generator[Any, Any, None]:
    """Everything that happens to a lead in one segment. Its last effect is ``end`` or ``suspend``."""
    told = yield Effect(f"clock/segment.{journey.segment}", Clock())
    now = moment(told["now"])
    received_at = attempts.received_at(journey, now)
    entered = f"accept/{journey.arrival.source}" in journey.past
    if not (yield from _read(journey, received_at, now, entered)):
        return
    yield from learn_figures(journey)
    yield from learn_suppressed(journey)
    owed = intake.cost_of(journey.plan, journey.lead)
    if not attempts.is_paid(journey):
        journey.cost, journey.cost_share = owed.amount, owed.share
    if entered:
        journey.accepted = True
        _restore(journey)
    elif (refused := (yield from _door(journey))) is not None:
        yield from _end(journey, refused)
        return
    if journey.cursor.dropped:
        yield from _drop(journey)
        return
    for index in range(journey.cursor.step, len(journey.plan.flow.steps)):
        journey.step = index
        try:
            ending = yield from run_step(journey, index, journey.plan.flow.steps[index])
        except Offered as offered:
            yield from _tell(journey, offered)
            return
        except (Unanswered, Unwanted) as why:
            ending = ending_of(why)
        if ending is None:
            continue
        if isinstance(ending, Paused) and journey.arrival.pinging:
            ending = Stop("unsold", f"nobody would have it now: {ending.waiting.reason}")
        if isinstance(ending, Paused):
            yield from _suspend(journey, ending)
            return
        if isinstance(ending, Stop):
            yield from _end(journey, ending)
            return
    yield from _finish(journey)


def _tell(journey: Journey, offered: Offered) -> Generator[Any, Any, None]:
    """A ping ends where somebody would be posted to: what its seller hears is known."""
    journey.lead.offered = come_to(journey, offered)
    names = ", ".join(offer.buyer for offer in offered.offers) or "nobody"
    yield from _end(journey, Stop("unsold", f"a ping: {names} would have it; nothing was posted"))


def _read(
    journey: Journey, received_at: datetime.datetime, now: datetime.datetime, entered: bool
) -> Generator[Any, Any, bool]:
    """The lead's fields; fetched where its source only names it. False: the segment has ended, without a lead."""
    source = journey.plan.sources[journey.arrival.source]
    fetched = None
    if source.fetch is not None and entered:
        fetched = fetched_before(journey)
    elif source.fetch is not None:
        journey.counts = dict(journey.cursor.counts)
        before_fetch(journey, received_at, now)
        _note_lead(journey)
        if journey.cursor.dropped:
            yield from _drop(journey)
            return False
        found = yield from fetch(journey, source)
        if isinstance(found, Stop):
            yield from _end(journey, found)
        if found is None or isinstance(found, Stop):
            return False
        fetched = found
    journey.met(intake.read_lead(journey.plan, journey.arrival, received_at, now, fetched))
    return True


def _door(journey: Journey) -> Generator[Any, Any, Stop | None]:
    """The source's own conditions: fields, criteria, then its dedupe keys and caps, all or none."""
    plan, lead = journey.plan, journey.lead
    _note_lead(journey)
    if journey.arrival.pinging:
        reason = yield from refused_ping(journey)
    else:
        reason = "; ".join(intake.problems(plan, lead)) or intake.refusal(plan, lead)
    present = [name for name, value in lead.given.items() if not value.blank]
    bad = sorted([name for name in present if not lead.given[name].valid])
    note = f"{len(present)} fields, " + (f"not valid: {', '.join(bad)}" if bad else "all valid")
    if not reason and not journey.arrival.pinging:
        reply = yield Effect(f"accept/{lead.source}", attempts.claims(journey))
        reason = "" if reply["accepted"] else str(reply["reason"])
        journey.accepted = not reason
    journey.ended("intake", "intake", "failure" if reason else "success", reason, note=note)
    return Stop("refused", reason) if reason else None


def _note_lead(journey: Journey) -> None:
    plan, lead, arrival = journey.plan, journey.lead, journey.arrival
    source = plan.sources[lead.source]
    shown = shown_values(lead)
    journey.records.append(
        LeadRecord(
            flow=plan.flow.name,
            plan=plan.name,
            source=lead.source,
            identity=arrival.identity,
            received_at=lead.received_at.isoformat().replace("+00:00", "Z"),
            test=lead.test,
            values=shown,
            dimensions={name: str(shown[name]) for name in plan.flow.dimensions if name in shown},
            cost=journey.cost if not lead.test else Decimal(0),
            cost_on=source.cost_on,
            cost_share=journey.cost_share if not lead.test else Decimal(0),
            contacts=tuple(contacts_of(lead.given.values())),
        )
    )


def _restore(journey: Journey) -> None:
    """A later segment: what the cursor kept, and what look-ups had said."""
    cursor, lead = journey.cursor, journey.lead
    journey.counts = dict(cursor.counts)
    journey.tried = dict(cursor.tried)
    journey.branches = dict(cursor.branches)
    journey.held = {name: dict(held) for name, held in cursor.held.items()}
    journey.spent = Decimal(cursor.spent)
    journey.costs = {name: Decimal(cost) for name, cost in cursor.costs.items()}
    journey.unsold_until = cursor.unsold_until
    lead.steps.update(cursor.steps)
    lead.scores.update({name: Decimal(v) if v is not None else None for name, v in cursor.scores.items()})
    for name, kept in cursor.deliveries.items():
        buyer, number = name.split("/")
        amounts = {each: Decimal(str(kept[each])) for each in AMOUNTS if kept.get(each) is not None}
        delivery = Delivery(buyer, int(number), **{**kept, **amounts})
        journey.deliveries[name] = delivery
        if delivery.state == "declined" and journey.tried.get(buyer) in {"in_doubt", "pending"}:
            journey.tried[buyer] = "rejected"
            journey.considered(delivery.stage, buyer, "rejected", reason="declined, as was said later")
        lead.buyers[buyer] = journey.tried.get(buyer, delivery.state)
        if delivery.state == "confirmed":
            lead.sold_to.append(journey.name_of(delivery))
    restore(journey)


def _drop(journey: Journey) -> Generator[Any, Any, None]:
    """Somebody gave the lead up while it waited: it stays with whom it was sold to, if anybody."""
    if journey.confirmed():
        yield from _finish(journey)
    else:
        yield from _end(journey, Stop("unsold", journey.cursor.dropped))


def _finish(journey: Journey) -> Generator[Any, Any, None]:
    """All steps are done: sold (if it came back since, it was), or unsold, or still waited for where somebody may have
    taken it."""
    sold = journey.confirmed() or ([] if journey.unsettled() else journey.came_back())
    if sold:
        names = ", ".join(delivery.buyer for delivery in sold)
        yield from _end(journey, Stop(sold[0].outcome, f"{sold[0].outcome} to {names}{short_of(journey)}"))
        return
    doubted = journey.unsettled()
    if doubted:
        names = ", ".join(delivery.buyer for delivery in doubted)
        waiting = Waiting(doubted[0].state, f"{names} may have taken it", next_due(journey), ())
        yield from _suspend(journey, Paused(waiting, HOLDERS, ()))
        return
    yield from _end(journey, Stop("unsold", _reason_of_routes(journey)))


def _reason_of_routes(journey: Journey) -> str:
    routes = [step.name for step in journey.plan.flow.steps if isinstance(step, Route)]
    if not routes:
        return "the flow has no route"
    return next((journey.lead.steps[name][1] for name in reversed(routes) if name in journey.lead.steps), "")


def _end(journey: Journey, stop: Stop) -> Generator[Any, Any, None]:
    source = journey.plan.sources[journey.arrival.source]
    accepted = {"accepted"} if journey.accepted else set()
    events = {stop.outcome, *accepted}
    due = [number for number, each in enumerate(source.postbacks, 1) if events.intersection(each.events)]
    postbacks = () if journey.lead.test or journey.arrival.pinging else tuple(due)
    yield Effect("end", End(stop.outcome, stop.reason, postbacks, _holds_transient(journey)))


def _holds_transient(journey: Journey) -> bool:
    """Did a value come that may be used in this run and kept nowhere?"""
    values = map(journey.lead.given.get, journey.plan.transient)
    return any(value is not None and not value.blank for value in values)


def _suspend(journey: Journey, paused: Paused) -> Generator[Any, Any, None]:
    waiting = paused.waiting
    cursor = Cursor(
        segment=journey.segment + 1,
        step=journey.step,
        agenda=paused.agenda,
        stage=paused.stage,
        remaining=waiting.remaining,
        branches=dict(journey.branches),
        tried=dict(journey.tried),
        deliveries={name: _kept(delivery) for name, delivery in journey.deliveries.items()},
        held=dict(journey.held),
        lookups=dict(journey.lookups),
        scores={name: None if v is None else str(v) for name, v in journey.lead.scores.items()},
        steps=dict(journey.lead.steps),
        counts=dict(journey.counts),
        spent=str(journey.spent),
        costs={name: str(cost) for name, cost in journey.costs.items()},
        unsold_until=journey.unsold_until,
    )
    key = f"suspend/{journey.segment}"
    yield Effect(key, Suspend(cursor.to_json(), waiting.due, waiting.why, waiting.reason))


def _kept(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": delivery.state,
        "price": str(delivery.price),
        "answered_price": None if delivery.answered_price is None else str(delivery.answered_price),
        "outcome": delivery.outcome,
        "stage": delivery.stage,
        "reference": delivery.reference,
        "due": delivery.due,
        "legal_name": delivery.legal_name,
    }
