"""What was asked of a buyer about a delivery, or sent to it again: facts ``inquired/BUYER/N/K``, ``resent/BUYER/N/K``.

What was asked and not noted, because a crash came between, is asked again: at least once."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from leadflow_engine.effects import Fact, Result
from leadflow_engine.records import Posting
from leadflow_engine.store.codec import iso
from leadflow_engine.store.core import Core, append, event, next_seq
from leadflow_engine.store.event import Event
from leadflow_engine.store.follow_ups import FollowUp, again
from leadflow_engine.store.later import is_under_way, settle_delivery
from leadflow_engine.store.project import project_posting

KINDS: Final[Mapping[str, str]] = {"inquiry": "inquired", "resend": "resent"}
"""The kind of the fact of a follow-up that asks somebody."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of asking. ``posting`` is the call (its key is the fact's), None where none could be made: ``problem``
    says why. ``content`` is the answer whole (personal). ``word`` is what it says of the delivery, "" where nothing
    yet; ``price`` what the sale is then worth. ``again`` is when it is asked once more."""

    posting: Posting | None
    content: Result
    word: str = ""
    because: str = ""
    problem: str = ""
    price: Decimal | None = None
    again: datetime.datetime | None = None


def key_of(what: FollowUp) -> str:
    """The key of the next fact of such a follow-up."""
    return f"{KINDS[what.kind]}/{what.buyer}/{what.number}/{what.attempts + 1}"


def note(core: Core, what: FollowUp, heard: Heard) -> str | None:
    """Add the fact of one inquiry or resend, and the word that it brought. Gives the delivery's state, None where the
    lead is under way or somebody else has noted it meanwhile: then nothing is noted, and it is done again."""
    core.flush()
    if is_under_way(core.connection, what.lead) or _is_noted(core, what):
        return None
    body: dict[str, Any] = {
        "word": heard.word,
        "problem": heard.problem,
        "again": iso(heard.again) if heard.again else None,
        "posting": _plain(heard.posting) if heard.posting else None,
    }
    at = core.clock.now()
    key = key_of(what)
    kind = KINDS[what.kind]
    fact = append(core, what.lead, Fact(next_seq(core, what.lead), key, kind, iso(at), body, heard.content))
    project_asked(event(core, what.lead, at, fact), key, body)
    if not heard.word:
        return ""
    by = f"{'inquiry' if what.kind == 'inquiry' else 'resend'} {what.attempts + 1}"
    reference = heard.posting.reference if heard.posting else ""
    place = (what.lead, what.buyer, what.number)
    return settle_delivery(core, *place, heard.word, by, heard.because, heard.price, reference).state


def end(core: Core, what: FollowUp, word: str, because: str, price: Decimal | None = None) -> str | None:
    """``pending ends``: the word that the flow says where no other came; None where the lead is under way."""
    core.flush()
    row = core.connection.execute(
        "SELECT state FROM delivery WHERE lead = ? AND buyer = ? AND number = ?",
        (what.lead, what.buyer, what.number),
    ).fetchone()
    if row is None or row[0] != "pending" or is_under_way(core.connection, what.lead):
        return None
    return settle_delivery(core, what.lead, what.buyer, what.number, word, "leadflow", because, price).state


def project_asked(event: Event, key: str, body: Mapping[str, Any]) -> None:
    """The projection of such a fact, live and in a rebuild."""
    kind, buyer, number, attempt = key.split("/")
    if body["posting"]:
        posting = Posting(**{**body["posting"], "cost": Decimal(body["posting"]["cost"])})
        project_posting(event, posting, {})
    name = next(follow_up for follow_up, fact in KINDS.items() if fact == kind)
    again(event, buyer, int(number), name, int(attempt), body["again"])


def _is_noted(core: Core, what: FollowUp) -> bool:
    row = core.connection.execute(
        "SELECT 1 FROM fact WHERE lead = ? AND key = ?", (what.lead, key_of(what))
    ).fetchone()
    return row is not None


def _plain(posting: Posting) -> dict[str, Any]:
    return {**asdict(posting), "cost": str(posting.cost)}
