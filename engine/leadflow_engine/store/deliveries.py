"""Deliveries as rows: their states, what they reserve and release, what they earn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadflow_engine.effects import KeyClaim, LimitClaim
from leadflow_engine.records import Delivery
from leadflow_engine.settle import RESERVATION
from leadflow_engine.store import pools, sold_leads
from leadflow_engine.store.codec import iso, micros, micros_or_none, text, tidy_time
from leadflow_engine.store.event import Event, book
from leadflow_engine.store.figures import costs, count, count_of_buyer
from leadflow_engine.store.follow_ups import begin, over
from leadflow_engine.store.room import spans_of


def project_delivery(event: Event, record: Delivery, times: Mapping[str, str]) -> None:
    """A delivery as the Run tells of it now."""
    if not _tell(event, record):
        _begin(event, record)
        _tell(event, record)
    move_delivery(event, record.buyer, record.number, record.state, record.failure)
    begin(event, record.buyer, record.number, record.follow_ups)


def _begin(event: Event, record: Delivery) -> None:
    event.connection.execute(
        "INSERT INTO delivery (lead, buyer, number, stage, state, exclusive, price, answered_price, "
        "reference, reason, "
        "outcome, due, intent_at, at) VALUES (:lead, :buyer, :number, :stage, 'intent', 0, :price, NULL, "
        "'', '', "
        ":outcome, NULL, :at, :at) ON CONFLICT DO NOTHING",
        {
            "lead": event.lead,
            "buyer": record.buyer,
            "number": record.number,
            "stage": record.stage,
            "price": micros(record.price),
            "outcome": record.outcome,
            "at": event.at,
        },
    )


def _tell(event: Event, record: Delivery) -> bool:
    """Write what the record says of the delivery; False where there is none yet."""
    done = event.connection.execute(
        "UPDATE delivery SET price = ?, answered_price = ?, reference = ?, reason = ?, outcome = ?, due = ?, "
        "stage = CASE WHEN ? = '' THEN stage ELSE ? END WHERE lead = ? AND buyer = ? AND number = ?",
        (
            micros(record.price),
            micros_or_none(record.answered_price),
            text(record.reference),
            text(record.reason),
            record.outcome,
            tidy_time(record.due),
            record.stage,
            record.stage,
            event.lead,
            record.buyer,
            record.number,
        ),
    )
    return done.rowcount > 0


def move_delivery(event: Event, buyer: str, number: int, state: str, failure: str = "") -> None:
    """A delivery's new state, and what it does to its reservations and to the ledger.

    A crash of ours says nothing about the buyer: it does not count towards its being down.
    """
    if state == "intent":
        return
    before = event.connection.execute(
        "SELECT state FROM delivery WHERE lead = ? AND buyer = ? AND number = ?", (event.lead, buyer, number)
    ).fetchone()[0]
    event.connection.execute(
        "UPDATE delivery SET failed = CASE WHEN answered_at IS NULL THEN ?1 IN ('not_sent', 'in_doubt') AND ?6 "
        "ELSE failed END, "
        "answered_at = coalesce(answered_at, ?2), at = CASE WHEN state = ?1 THEN at ELSE ?2 END, state = ?1, "
        "sold_at = CASE WHEN ?1 = 'confirmed' THEN coalesce(sold_at, ?2) ELSE sold_at END "
        "WHERE lead = ?3 AND buyer = ?4 AND number = ?5",
        (state, event.at, event.lead, buyer, number, failure != "crash"),
    )
    if state != before and state in ("confirmed", "declined"):
        _count(event, buyer, state)
    key = f"intent/{buyer}/{number}"
    if RESERVATION[state] != "held":
        over(event, buyer, number)
        _move_reservations(event, key, RESERVATION[state], state == "declined")
    sold_leads.follow(event)
    if state == "confirmed":
        _book_sale(event, buyer, number, key)


def _count(event: Event, buyer: str, state: str) -> None:
    """Count what a buyer answered, by the hour; of a lead that is sold to several once that it is sold."""
    count(event, buyer, "answered")
    if state == "confirmed":
        count(event, buyer, "sold")
        if _sales(event) == 1:
            count(event, "", "sold_leads")


def _sales(event: Event) -> int:
    """How many deliveries of the lead were ever confirmed."""
    row = event.connection.execute(
        "SELECT count(*) FROM delivery WHERE lead = ? AND sold_at IS NOT NULL", (event.lead,)
    ).fetchone()
    return int(row[0])


def _move_reservations(event: Event, key: str, to: str, was_sent: bool) -> None:
    """A slot kept in a later window counts there only where the answer came after that window had begun. What counts
    attempts counts a refusal too (``was_sent``): only what was not sent gives it back. What is an amount becomes what
    was really charged, which may be less than was reserved."""
    event.connection.execute(
        "UPDATE reservation SET state = CASE WHEN spare AND window_start > ?2 AND (?1 = 'counted' OR attempt) THEN "
        "'released' WHEN attempt AND ?5 THEN 'counted' ELSE ?1 END, "
        "amount = CASE WHEN money AND ?1 = 'counted' THEN (SELECT price FROM delivery d WHERE d.lead = ?3 "
        "AND 'intent/' || d.buyer || '/' || d.number = ?4) ELSE amount END "
        "WHERE lead = ?3 AND key = ?4 AND state = 'held'",
        (to, event.at, event.lead, key, was_sent),
    )
    event.connection.execute(
        "UPDATE dedupe_key SET state = CASE WHEN attempt AND ?4 THEN 'counted' ELSE ?1 END "
        "WHERE lead = ?2 AND key = ?3 AND state = 'held'",
        (to, event.lead, key, was_sent),
    )


def _book_sale(event: Event, buyer: str, number: int, key: str) -> None:
    _mark_second_sale(event, buyer, number)
    price = event.connection.execute(
        "SELECT price FROM delivery WHERE lead = ? AND buyer = ? AND number = ?", (event.lead, buyer, number)
    ).fetchone()[0]
    before = costs(event)
    book(event, "sale", key, buyer, price)
    first = _sales(event) == 1  # who is the first to take a lead bears what it has cost by then
    count_of_buyer(event, buyer, "margin", (0 if first else before) - costs(event))


def _mark_second_sale(event: Event, buyer: str, number: int) -> None:
    other = event.connection.execute(
        "SELECT o.buyer FROM delivery o, delivery d WHERE d.lead = ?1 AND d.buyer = ?2 AND d.number = ?3 "
        "AND o.lead = ?1 "
        "AND o.state = 'confirmed' AND (o.buyer, o.number) <> (?2, ?3) AND (o.exclusive OR d.exclusive) "
        "ORDER BY 1 LIMIT 1",
        (event.lead, buyer, number),
    ).fetchone()
    if other:
        event.connection.execute(
            "UPDATE delivery SET conflict = ? WHERE lead = ? AND buyer = ? AND number = ?",
            (f"sold exclusively, and {other[0]} has it too", event.lead, buyer, number),
        )


def reserve(
    event: Event, key: str, limits: Iterable[LimitClaim], keys: Iterable[KeyClaim], state: str
) -> None:
    """What an acceptance or an intent claims, as ``state``: held or counted."""
    limits = pools.keep(event.connection, limits)
    rows = [
        (
            event.lead,
            key,
            claim.limit,
            event.digests.by(claim.limit, claim.by),
            iso(span.start),
            iso(span.end),
            place > 0,
            claim.amount,
            state,
            claim.counting != "sold",
            claim.money,
        )
        for claim in limits
        if claim.kept and not claim.once
        for place, span in enumerate(spans_of(claim, event.moment))
    ]
    if rows:
        values = ",".join(["(?,?,?,?,?,?,?,?,?,?,?)"] * len(rows))
        event.connection.execute(
            f"INSERT INTO reservation VALUES {values}", [value for row in rows for value in row]
        )
    sold_leads.hold(event, limits)
    for claim in (each for each in keys if each.kept):
        digest = event.digests.dedupe(claim.fields, claim.value)
        event.connection.execute(
            "INSERT INTO dedupe_key VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            (claim.scope, claim.fields, digest, event.at, event.lead, key, state, claim.counting != "sold"),
        )
