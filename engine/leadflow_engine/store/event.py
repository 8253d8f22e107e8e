"""The moment that is projected, and the two things that many projections need: the lead's row and the ledger."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from typing import Any

from leadflow_engine.store import ledger
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.known import Known
from leadflow_engine.store.lead_row import of_lead
from leadflow_engine.store.rows import Rows
from leadflow_engine.store.written import KEYS, Written


@dataclass(slots=True)
class Event:
    """The moment that is projected: when it was (also as text) and the id of its fact.

    ``gathers``: what is written of the lead waits for the batch's ``flush`` and is known until then, as in the writes
    of a Run. Else every function that projects something has written it when it returns (``done``), and nothing is
    known afterwards, so that what stands between such calls may read and write by SQL. ``written`` is the row to which
    its records belong, None for the one that holds its fact."""

    connection: sqlite3.Connection
    rows: Rows
    digests: Digests
    lead: str
    moment: datetime.datetime
    at: str
    number: int
    gathers: bool = False
    written: Written | None = None

    def known(self) -> Known:
        """The lead as it stands."""
        return self.rows.of(self.connection, self.lead)

    def entry(self) -> Written:
        """The row to which records of the lead go."""
        return self.written or self.rows.stored(self.connection, self.number)

    def tell(self, part: str, row: list[Any]) -> None:
        """A record, as a row of one of ``written``'s parts; one of before of the same place is replaced."""
        entry = self.entry()
        place = (part, *row[: KEYS[part]])
        before = entry.told.get(place)
        if before is not None:
            self.rows.take_back(self.connection, before, part, place[1:])
        entry.told[place] = entry.number
        entry.parts[part].append(row)

    def then(self, statement: str, values: tuple[Any, ...]) -> None:
        """Carry out a statement: now, or after what is gathered."""
        if self.gathers:
            self.rows.then(statement, values)
        else:
            self.connection.execute(statement, values)

    def done(self) -> None:
        """What was projected is written, unless it is gathered."""
        if not self.gathers:
            self.rows.flush(self.connection)
            self.rows.forget()


def book(event: Event, kind: str, key: str, party: str, amount: int) -> None:
    """Note money of the event's lead, in millionths: earned is positive, owed and credited negative. ``key`` is the
    fact that it comes of; said again, nothing changes. Nothing is noted of a test lead.

    ``sale``, ``return`` (negative) and ``adjustment`` (the difference, either sign) are of a delivery, which ``key``
    names as its second and third part, and ``party`` is the buyer. What the source is owed for them follows by itself.
    ``source`` is for what is owed on acceptance, ``source_return`` (positive) for a fixed cost that is given back, no
    more than is owed; ``look_up`` for what was asked.
    """
    put(event, kind, key, party, amount)
    event.done()


def put(event: Event, kind: str, key: str, party: str, amount: int) -> None:
    """``book``, as a part of what is projected."""
    lead = of_lead(event)
    if lead["test"]:
        return
    if kind == "source_return":
        ledger.give_back(event, key, party, amount)
        return
    delivery = ledger.delivery_of(kind, key)
    if ledger.enter(event, kind, key, party, amount, delivery) and kind in ledger.OF_DELIVERIES:
        ledger.source_follows(event, lead, kind, key, amount)
        if kind == "adjustment":
            ledger.budgets_follow(event, delivery, amount)


__all__ = ["Event", "book", "of_lead", "put"]
