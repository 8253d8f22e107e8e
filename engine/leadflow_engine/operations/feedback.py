"""Feedback: what buyers tell of leads after they bought them (``docs/after-the-sale.md``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from leadflow_engine.effects import Json
from leadflow_engine.intake.door import millionths
from leadflow_engine.operations.matching import Called, match
from leadflow_engine.operations.resume import CANNOT_GO_ON, Plans
from leadflow_engine.operations.returning import plans_of
from leadflow_engine.operations.statements import Entry, amount_of, sheet, time_of
from leadflow_engine.plan import Plan
from leadflow_engine.store import SqliteStore, StoreError, feedback, finding
from leadflow_engine.store.codec import iso, moment

EVENTS: Final = (
    "contacted",
    "qualified",
    "appointment",
    "quoted",
    "converted",
    "rejected",
    "fraud",
    "unreachable",
)
"""Events that most buyers know. Others may be told as well: a word of letters, digits and underscores."""
EVENT: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
LARGEST: Final = Decimal("1e9")
WANTED: Final = ("lead", "reference", "phone", "email", "buyer", "event", "value", "at", "id")


@dataclass(frozen=True, slots=True)
class Came:
    """What came of telling something: ``state`` is noted, known (told before) or impossible, ``said`` is why."""

    lead: str
    event: str
    state: str
    buyer: str = ""
    said: str = ""


def event_of(text: str) -> str:
    """An event as it is kept: ``Closed Won`` is ``closed_won``; "" where it is no word."""
    word = re.sub(r"[\s\-_/]+", "_", text.strip().casefold()).strip("_")
    return word if EVENT.fullmatch(word) else ""


def tell(store: SqliteStore, plans: Plans, told: feedback.Told) -> Came:
    """Keep what is told of a lead. A buyer that is not named is the only one that has or had it. Raises ``StoreError``
    where the journal fails."""
    event = event_of(told.event)
    if not event:
        return Came(
            told.lead, told.event, "impossible", told.buyer, f"`{told.event[:40]}` is no word for an event"
        )
    if not store.ask(lambda connection: finding.is_lead(connection, told.lead)):
        return Came(told.lead, event, "impossible", told.buyer, "there is no such lead")
    buyers = store.ask(lambda connection: finding.buyers_of(connection, told.lead))
    if told.buyer and told.buyer not in buyers:
        return Came(told.lead, event, "impossible", told.buyer, f"it was not sold to {told.buyer}")
    buyer = told.buyer or (buyers[0] if len(buyers) == 1 else "")
    whole = replace(told, event=event, buyer=buyer, postbacks=_postbacks(store, plans, told.lead, event))
    new = store.transact(lambda core: feedback.note(core, whole))
    return Came(
        told.lead,
        event,
        "noted" if new else "known",
        buyer,
        "" if new else "told before; nothing was changed",
    )


def _postbacks(store: SqliteStore, plans: Plans, lead: str, event: str) -> tuple[int, ...]:
    """The statements of the lead's source that tell of it; none of a test lead."""
    if event != "converted":
        return ()
    [(source, test)] = store.query("SELECT source, test FROM lead WHERE id = ?", (lead,))
    try:
        plan = plans.of(lead, store.facts(lead))
    except CANNOT_GO_ON as problem:
        raise StoreError(str(problem)) from None
    told = [n for n, each in enumerate(plan.sources[source].postbacks, 1) if event in each.events]
    return () if test else tuple(told)


def note_feedback(store: SqliteStore, said: Mapping[str, Json]) -> Json:
    """The order ``feedback``: ``told`` is a list of objects with ``lead``, ``event`` and, where known, ``buyer``,
    ``value`` (text of an amount), ``at`` (ISO 8601), ``id``; ``by`` is who says so. Gives a ``Came`` for each."""
    plans = plans_of(store)
    return [_noted(store, plans, one, str(said["by"])) for one in said["told"]]


def _noted(store: SqliteStore, plans: Plans, one: Mapping[str, Json], by: str) -> Json:
    came = _tell(store, plans, one, by)
    return {
        "lead": came.lead,
        "buyer": came.buyer,
        "event": came.event,
        "state": came.state,
        "said": came.said,
    }


def _tell(store: SqliteStore, plans: Plans, one: Mapping[str, Json], by: str) -> Came:
    lead, event, buyer = str(one["lead"]), str(one["event"]), str(one.get("buyer") or "")
    value = amount_of(str(one["value"]), "US") if one.get("value") not in (None, "") else Decimal(0)
    if value is None or not Decimal(0) <= value <= LARGEST:
        return Came(
            lead, event, "impossible", buyer, "its value is no amount, less than nothing, or more than can be"
        )
    at = iso(moment(str(one["at"]))) if one.get("at") else None
    micros = millionths(value) if one.get("value") not in (None, "") else None
    told = feedback.Told(lead, event, by, buyer, micros, at, str(one.get("id") or "")[:200])
    try:
        return tell(store, plans, told)
    except StoreError as problem:
        return Came(lead, event, "impossible", buyer, str(problem))


# ------------------------------------------------------------------ files


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: what it says as the order ``feedback`` takes it; or, where it cannot be used, why."""

    line: int
    said: Mapping[str, Json]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: ``buyer`` and ``event`` stand where a row says none; ``words`` are the buyer's words for
    events, case-folded; ``columns`` the file's own names, where somebody says them."""

    buyer: str = ""
    event: str = ""
    words: Mapping[str, str] | None = None
    columns: Mapping[str, str] | None = None


def read_feedback(store: SqliteStore, path: Path, plan: Plan, how: Reading) -> tuple[list[Row], str]:
    """The rows of a CSV file, and a sentence of the columns that are not read. Times without a zone are the buyer's.
    Raises ``StatementProblem``."""
    file = sheet(path, WANTED, how.columns or {})
    return [_row(store, plan, how, entry) for entry in file.rows], file.told


def _row(store: SqliteStore, plan: Plan, how: Reading, entry: Entry) -> Row:
    event = entry.text("event")
    event = (how.words or {}).get(event.casefold(), event) or how.event
    whose = plan.buyers.get(entry.text("buyer") or how.buyer)
    zone = whose.buyer.timezone if whose else plan.flow.timezone
    at = time_of(entry.text("at"), zone) if entry.text("at") else None
    value = amount_of(entry.text("value"), plan.flow.country) if entry.text("value") else None
    problem = entry.problem or ("" if event_of(event) else "it names no event")
    problem = problem or ("its date cannot be read" if entry.text("at") and at is None else "")
    problem = problem or ("its value is no amount" if entry.text("value") and value is None else "")
    if problem:
        return Row(entry.line, {}, problem)
    buyer = entry.text("buyer") or how.buyer
    called = Called(*(entry.text(name) for name in ("lead", "reference", "phone", "email")))
    found = match(store, called, buyer, plan.flow.country)
    if not found.lead:
        return Row(entry.line, {}, found.problem)
    more = {"value": str(value) if value is not None else None, "at": iso(at) if at else None}
    return Row(
        entry.line, {"lead": found.lead, "event": event, "buyer": buyer, "id": entry.text("id"), **more}
    )
