"""The cursor: where a lead goes on. JSON, with nothing personal in it: values are read again from facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, field, replace
from typing import Any, Final

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import Fact, Result
from leadflow_engine.settle import later_word

VERSION: Final = 1


class UnknownVersion(ValueError):
    """A cursor of a version that this program does not read."""


@dataclass(frozen=True, slots=True)
class Again:
    """A lead that is offered once more: the number of the ``attempt``, the lead ``of`` the one before and why;
    ``received_at`` (ISO) is when it came for the first time.

    ``without`` are buyers that do not get it (those that had it among them); ``entered`` is whether its source's door
    let it in before, ``paid`` whether its source has been paid for it; ``changed`` are corrected values by field
    (personal)."""

    attempt: int
    of: str
    because: str
    received_at: str
    without: tuple[str, ...] = ()
    entered: bool = False
    paid: bool = False
    changed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a seller's ping had brought for the post that follows it: the ping's lead, until when it stands (ISO), and
    by buyer its answer: ``key``, ``at`` (ISO) and ``result`` of the fact that keeps it (personal)."""

    of: str
    until: str
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead as it arrives, before anything is known of it. ``identity`` names it for ever: the same one again is the
    same lead. ``payload`` is what came of this lead, ``beside`` what stood beside it in a call of several. ``again`` is
    set where it is not the first attempt; ``pinging`` where its seller only asks, ``standing`` where it had asked
    before."""

    lead: str
    identity: str
    source: str
    payload: Any
    test: bool = False
    beside: Mapping[str, Any] = field(default_factory=dict)
    again: Again | None = None
    pinging: bool = False
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The state of a lead between two segments; see ``docs/run.md`` for its parts.

    ``deliveries`` is by ``BUYER/NUMBER``: state, price (text), stage, outcome, due. ``held`` is by buyer: the
    stage, since when, until when. ``lookups`` names the fact of each look-up's answer, "" for one that had none.
    """

    segment: int = 1
    step: int = 0
    agenda: tuple[str, ...] = ()
    stage: str = ""
    remaining: tuple[str, ...] = ()
    branches: Mapping[str, str] = field(default_factory=dict)
    tried: Mapping[str, str] = field(default_factory=dict)
    deliveries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    held: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lookups: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, str | None] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    spent: str = "0"
    costs: Mapping[str, str] = field(default_factory=dict)
    unsold_until: str = ""
    dropped: str = ""
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """The cursor as JSON."""
        return asdict(self)


BEGINNING: Final = Cursor()


def from_json(data: Mapping[str, Any]) -> Cursor:
    """A cursor from its JSON. Raises ``UnknownVersion``."""
    if data.get("version") != VERSION:
        raise UnknownVersion(f"cursor version {data.get('version')!r}, this program reads {VERSION}")
    steps = {name: (pair[0], pair[1]) for name, pair in data["steps"].items()}
    lists = {name: tuple(data[name]) for name in ("agenda", "remaining")}
    return Cursor(**{**data, **lists, "steps": steps})


WORDS: Final = frozenset({"settled", "returned", "retried", "dropped"})
"""Kinds of facts that say, while a lead waits, how it goes on."""


def settled(cursor: Cursor, facts: Iterable[Fact]) -> Cursor:
    """The cursor after later words: on its deliveries (``settled/BUYER/N/K``), that a sale came back
    (``returned/BUYER/N/K``), that its buyers are waited for no longer (``retried/K``), that it is given up
    (``dropped/K``).

    The place of a sale that came back is free for others where the buyer's terms say that the lead goes to others
    (``resubmit``); else it is used up, as it is of a lead that had ended."""
    deliveries = {name: dict(delivery) for name, delivery in cursor.deliveries.items()}
    held = {name: dict(each) for name, each in cursor.held.items()}
    dropped = cursor.dropped
    for fact in facts:
        if fact.kind == "settled":
            _, buyer, number, _ = fact.key.split("/")
            _apply(deliveries[f"{buyer}/{number}"], fact.body)
        elif fact.kind == "returned" and fact.body["accepted"] and fact.body["resubmit"]:
            deliveries["/".join(fact.key.split("/")[1:3])]["state"] = "returned"
        elif fact.kind == "retried":
            held = {name: each | {"until": min(each["until"], fact.at)} for name, each in held.items()}
        elif fact.kind == "dropped":
            dropped = f"dropped by {fact.body['by']}: {fact.body['because']}"
    return replace(cursor, deliveries=deliveries, held=held, dropped=dropped)


def _apply(delivery: dict[str, Any], said: Result) -> None:
    state = later_word(delivery["state"], said["word"])
    if state is not None:
        delivery["state"] = state
        delivery.update({name: said[name] for name in ("price", "reference") if said.get(name)})
