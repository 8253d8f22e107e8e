"""Deliveries as rows: their states, what they reserve and release, what they earn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadflow_engine.effects import Intent, KeyClaim, LimitClaim
from leadflow_engine.records import Delivery
from leadflow_engine.settle import RESERVATION
from leadflow_engine.store import pools, sold_leads
from leadflow_engine.store.codec import micros, micros_or_none, text, tidy_time
from leadflow_engine.store.errors import StoreError
from leadflow_engine.store.event import Event, put
from leadflow_engine.store.figures import costs, count, count_of_buyer
from leadflow_engine.store.follow_ups import begin, over
from leadflow_engine.store.known import HOUR, DeliveryRow, KeyRow, Known, ReservationRow
from leadflow_engine.store.room import bound, spans_of


def intend(event: Event, intent: Intent) -> bool:
    """A delivery that is about to be made. Is it the first time that the buyer is offered the lead?"""
    known = event.known()
    place = intent.buyer, intent.number
    if place in known.deliveries:
        raise StoreError(f"lead {event.lead}: {intent.buyer}/{intent.number} was intended before")
    first = all(buyer != intent.buyer for buyer, _ in known.deliveries)
    _new(event, known, place, intent.stage, micros(intent.price), "sold", intent.exclusive)
    return first


def project_delivery(event: Event, record: Delivery, times: Mapping[str, str]) -> None:
    """A delivery as the Run tells of it now."""
    known = event.known()
    place = record.buyer, record.number
    row = known.deliveries.get(place)
    if row is None:
        row = _new(event, known, place, record.stage, micros(record.price), record.outcome, exclusive=False)
    row.price = micros(record.price)
    row.answered_price = micros_or_none(record.answered_price)
    row.reference = text(record.reference)
    row.reason = text(record.reason)
    row.outcome = record.outcome
    row.due = tidy_time(record.due)
    row.stage = record.stage or row.stage
    event.rows.move(row)
    _move(event, known, row, record.state, record.failure)
    begin(event, record.buyer, record.number, record.follow_ups)
    event.done()


def _new(
    event: Event,
    known: Known,
    place: tuple[str, int],
    stage: str,
    price: int,
    outcome: str,
    exclusive: bool,
) -> DeliveryRow:
    buyer, number = place
    row = DeliveryRow(
        event.lead,
        buyer,
        number,
        stage,
        "intent",
        exclusive,
        price,
        None,
        "",
        "",
        outcome,
        None,
        event.at,
        None,
        False,
        event.at,
        "",
        None,
    )
    known.deliveries[place] = row
    event.rows.move(row)
    return row


def move_delivery(event: Event, buyer: str, number: int, state: str, failure: str = "") -> None:
    """A delivery's new state, and what it does to its reservations and to the ledger."""
    known = event.known()
    _move(event, known, known.deliveries[buyer, number], state, failure)
    event.done()


def _move(event: Event, known: Known, row: DeliveryRow, state: str, failure: str) -> None:
    """A crash of ours says nothing about the buyer: it does not count towards its being down."""
    if state == "intent":
        return
    before = row.state
    if row.answered_at is None:
        row.failed = state in ("not_sent", "in_doubt") and failure != "crash"
        row.answered_at = event.at
    if state != before:
        row.at = event.at
        row.state = state
    if state == "confirmed":
        row.sold_at = row.sold_at or event.at
    event.rows.move(row)
    if state != before and state in ("confirmed", "declined"):
        _count(event, known, row)
    if RESERVATION[state] != "held":
        over(event, row.buyer, row.number)
        _move_reservations(event, known, row)
    sold_leads.hold_on(event, known)
    if state == "confirmed":
        _book_sale(event, known, row)


def _count(event: Event, known: Known, row: DeliveryRow) -> None:
    """Count what a buyer answered, by the hour; of a lead that is sold to several once that it is sold."""
    count(event, row.buyer, "answered")
    if row.state == "confirmed":
        count(event, row.buyer, "sold")
        if _sales(known) == 1:
            count(event, "", "sold_leads")


def _sales(known: Known) -> int:
    """How many deliveries of the lead were ever confirmed."""
    return sum(each.sold_at is not None for each in known.deliveries.values())


def _move_reservations(event: Event, known: Known, delivery: DeliveryRow) -> None:
    """A slot kept in a later window counts there only where the answer came after that window had begun. What counts
    attempts counts a refusal too (``sent``): only what was not sent gives it back. What is an amount becomes what
    was really charged, which may be less than was reserved."""
    to, sent = RESERVATION[delivery.state], delivery.state == "declined"
    key = f"intent/{delivery.buyer}/{delivery.number}"
    for row in known.reservations.get(key, {}).values():
        if row.state != "held":
            continue
        before = row.used
        if row.spare and row.window_start > event.at and (to == "counted" or row.attempt):
            row.state = "released"
        else:
            row.state = "counted" if row.attempt and sent else to
        if row.money and to == "counted":
            row.amount = delivery.price
        event.rows.claim(row, before)
    for registered in known.keys.get(key, {}).values():
        if registered.state == "held":
            registered.state = "counted" if registered.attempt and sent else to
            event.rows.move(registered)


def _book_sale(event: Event, known: Known, row: DeliveryRow) -> None:
    _mark_second_sale(known, row)
    before = costs(event)
    put(event, "sale", f"intent/{row.buyer}/{row.number}", row.buyer, row.price)
    first = _sales(known) == 1  # who is the first to take a lead bears what it has cost by then
    count_of_buyer(event, row.buyer, "margin", (0 if first else before) - costs(event))


def _mark_second_sale(known: Known, row: DeliveryRow) -> None:
    others = [
        each.buyer
        for each in known.deliveries.values()
        if each is not row and each.state == "confirmed" and (each.exclusive or row.exclusive)
    ]
    if others:
        row.conflict = f"sold exclusively, and {min(others)} has it too"


def reserve(
    event: Event, key: str, limits: Iterable[LimitClaim], keys: Iterable[KeyClaim], state: str
) -> None:
    """What an acceptance or an intent claims, as ``state``: held or counted."""
    known = event.known()
    limits = pools.keep(event.connection, limits)
    for claim in limits:
        if claim.kept and not claim.once:
            _reserve(event, known, key, claim, state)
    sold_leads.hold(event, known, limits)
    for one in keys:
        if one.kept:
            _register(event, known, key, one, state)
    event.done()


def _reserve(event: Event, known: Known, key: str, claim: LimitClaim, state: str) -> None:
    by = event.digests.by(claim.limit, claim.by)
    for place, span in enumerate(spans_of(claim, event.moment)):
        start = bound(span.start)
        if (claim.limit, by, start) in known.reservations.get(key, {}):
            raise StoreError(f"lead {event.lead}: {key} claims {claim.limit} twice")
        row = ReservationRow(
            event.lead,
            key,
            claim.limit,
            by,
            start,
            bound(span.end),
            place > 0,
            claim.amount,
            state,
            claim.counting != "sold",
            claim.money,
        )
        known.reserve(row)
        event.rows.claim(row, 0)


def _register(event: Event, known: Known, key: str, claim: KeyClaim, state: str) -> None:
    digest = event.digests.dedupe(claim.fields, claim.value)
    if (claim.scope, claim.fields, digest, event.at) in known.keys.get(key, {}):
        return
    kept = claim.counting != "sold"
    first = (digest, event.at[:HOUR]) not in known.left
    row = KeyRow(claim.scope, claim.fields, digest, event.at, event.lead, key, state, kept, first)
    known.register(row)
    event.rows.move(row)
