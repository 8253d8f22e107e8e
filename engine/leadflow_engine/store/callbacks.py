"""Calls of buyers that tell of a delivery: which one is meant, what was said, and calls that were refused."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadflow_engine.effects import Fact, Result
from leadflow_engine.store.codec import iso, text
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.digests import Digests, instance_digests
from leadflow_engine.store.event import Event
from leadflow_engine.store.queries import UNSETTLED

KIND: Final = "called_back"
HOUR: Final = len("2026-11-20T15")


@dataclass(frozen=True, slots=True)
class Place:
    """A delivery as a call finds it; ``price`` in millionths."""

    lead: str
    buyer: str
    number: int
    state: str
    price: int
    flow: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a call said. ``digest`` tells it from every other; ``verdict`` is "" where no rule matched; ``content`` is
    the call whole (personal)."""

    digest: str
    verdict: str
    reason: str
    content: Result


def token_of(digests: Digests, lead: str, buyer: str, number: int) -> str:
    """What stands at the end of the address at which one delivery is told of: which one, and the proof."""
    return f"{lead}-{number}-{digests.callback(lead, buyer, number)}"


def by_token(connection: sqlite3.Connection, flow: str, buyer: str, token: str) -> Place | None:
    """The delivery that a token is of; None where nobody was ever given that token."""
    lead, _, rest = token.partition("-")
    number, _, proof = rest.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        return None
    right = instance_digests(connection).callback(lead, buyer, int(number))
    if not hmac.compare_digest(proof.encode(), right.encode()):
        return None
    return next(
        iter(_places(connection, flow, buyer, "d.lead = ? AND d.number = ?", lead, int(number))), None
    )


def by_reference(connection: sqlite3.Connection, flow: str, buyer: str, reference: str) -> list[Place]:
    """The deliveries to which the buyer gave this reference, those that are open first, the last first."""
    return _places(connection, flow, buyer, "d.reference = ?", text(reference)) if reference else []


def masked(connection: sqlite3.Connection, flow: str, buyer: str) -> list[tuple[Place, str]]:
    """The buyer's deliveries whose reference repeats what is personal, with that reference as it is kept (masked), in
    the same order."""
    found = _places(connection, flow, buyer, "instr(d.reference, '***')")
    kept = connection.execute(
        "SELECT lead, number, reference FROM delivery WHERE buyer = ? AND instr(reference, '***')", (buyer,)
    )
    references = {(lead, number): reference for lead, number, reference in kept}
    return [(place, references[place.lead, place.number]) for place in found]


def _places(connection: sqlite3.Connection, flow: str, buyer: str, where: str, *values: Any) -> list[Place]:
    rows = connection.execute(
        "SELECT d.lead, d.buyer, d.number, d.state, d.price, l.flow FROM delivery d JOIN lead l ON l.id = d.lead "
        f"WHERE l.flow = ? AND d.buyer = ? AND {where} "
        "ORDER BY d.state IN ('pending', 'in_doubt', 'intent') DESC, d.intent_at DESC",
        (flow, buyer, *values),
    )
    return [Place(*row) for row in rows]


def is_awaited(connection: sqlite3.Connection, flow: str, buyer: str) -> bool:
    """Is an answer of this buyer still to come?"""
    row = connection.execute(
        "SELECT 1 FROM delivery d JOIN lead l ON l.id = d.lead "
        f"WHERE d.state = 'intent' AND d.{UNSETTLED} AND d.buyer = ? AND l.flow = ? LIMIT 1",
        (buyer, flow),
    ).fetchone()
    return row is not None


def is_known(connection: sqlite3.Connection, place: Place, digest: str) -> bool:
    """Did the same call come before?"""
    row = connection.execute(
        "SELECT 1 FROM fact WHERE lead = ? AND kind = ? AND json_extract(body, '$.digest') = ?",
        (place.lead, KIND, digest),
    ).fetchone()
    return row is not None


def note(core: Core, place: Place, said: Said) -> None:
    """Add the fact ``called_back/BUYER/NUMBER/K``."""
    prefix = f"{KIND}/{place.buyer}/{place.number}/"
    core.flush()
    before = core.connection.execute(
        "SELECT count(*) FROM fact WHERE lead = ? AND substr(key, 1, ?) = ?",
        (place.lead, len(prefix), prefix),
    ).fetchone()[0]
    body = {"digest": said.digest, "verdict": said.verdict, "reason": said.reason}
    at = core.clock.now()
    key = f"{prefix}{before + 1}"
    fact = append(core, place.lead, Fact(next_seq(core, place.lead), key, KIND, iso(at), body, said.content))
    project_called(event(core, place.lead, at, fact), key, body)


def project_called(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """Nothing is made of the call itself: what it says of the delivery is a fact of its own."""


def refuse(core: Core, flow: str, buyer: str, why: str) -> None:
    """Count a call that was refused: nothing of what it said is kept."""
    core.connection.execute(
        "INSERT INTO callback_refused VALUES (?,?,?,?,1) ON CONFLICT DO UPDATE SET times = times + 1",
        (flow, buyer, why, iso(core.clock.now())[:HOUR]),
    )
