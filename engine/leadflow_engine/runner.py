"""The runner: the one loop that drives every Run, whatever answers its effects.

It feeds results in the order in which the driver lets them arrive, keeps each as a fact, and brings facts and records
to the store with every durable effect. Nothing else builds a Run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

from leadflow_engine.effects import DURABLE, KIND, Effect, End, Fact, Result, Suspend, Write
from leadflow_engine.intake.strict_json import read_json
from leadflow_engine.interpreter.cursor import BEGINNING, Again, Arrival, Cursor, Standing
from leadflow_engine.interpreter.flow import main
from leadflow_engine.interpreter.journey import Journey
from leadflow_engine.interpreter.run import Run
from leadflow_engine.lead import Lead
from leadflow_engine.plan import SEMANTICS, Plan
from leadflow_engine.records import Record
from leadflow_engine.texts.json_text import dumps

PERSONAL = ("body", "headers", "answer")
"""What of a call's result is personal and stands in a fact's content."""


RECEIVED = "received"
"""The key of a lead's first fact."""


_GOES_ON: Final = Effect("", End("", ""))
"""The last effect of a segment that has none yet."""


class Driver(Protocol):
    """Answers effects. ``perform`` begins one, ``next`` gives the next result that arrives."""

    def perform(self, effect: Effect, write: Write | None) -> None:
        """Begin an effect; ``write`` is what a durable one brings to the store."""
        ...

    async def next(self) -> tuple[str, Result]:
        """The key and result of whichever effect ends next."""
        ...

    def time(self) -> str:
        """What time it is, for facts: ISO 8601 in UTC."""
        ...


@dataclass(slots=True)
class Ending:
    """How a segment ended: ``effect`` is the last one (end or suspend), with all that was seen on the way; ``scope`` is
    the lead as it was known then, for reports that ask more of it."""

    lead: str
    effect: Effect
    facts: list[Fact] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    writes: list[tuple[Write, Result]] = field(default_factory=list)
    late: int = 0
    scope: Lead | None = None

    @property
    def outcome(self) -> str:
        """The lead's word: sold, unsold, held ..."""
        data = self.effect.data
        return data.outcome if isinstance(data, End) else data.why if isinstance(data, Suspend) else ""

    @property
    def reason(self) -> str:
        """The sentence beside it."""
        data = self.effect.data
        return data.reason if isinstance(data, End | Suspend) else ""


async def run_lead(
    plan: Plan, arrival: Arrival, driver: Driver, cursor: Cursor = BEGINNING, past: Sequence[Fact] = ()
) -> Ending:
    """Drive one segment of one lead to its end. ``past`` are the facts of earlier segments.

    Raises whatever the driver raises (``StoreError``, ``Differs``): then nobody was contacted after the last commit.
    """
    journey = Journey(plan, arrival, cursor, {fact.key: result_of(fact) for fact in past}, None)  # type: ignore[arg-type]
    run = Run(journey, main(journey))
    ending = Ending(arrival.lead, _GOES_ON)
    facts = [] if past else [_received(plan, arrival, driver.time())]
    records: list[Record] = []  # these and the facts no durable effect has brought to the store yet
    ending.facts += facts
    seq, all_facts = len(past) + len(facts), ending.facts
    asked: dict[str, Effect] = {}
    written: Write | None = None
    wanted: Sequence[Effect] | None = run.start()
    while not run.ended:
        if journey.records:
            made = journey.take_records()
            ending.records += made
            records += made
        for effect in wanted or ():
            asked[effect.key] = effect
            if type(effect.data) in DURABLE:
                written = Write(arrival.lead, effect, tuple(facts), tuple(records))
                driver.perform(effect, written)
            else:
                driver.perform(effect, None)
        key, result = await driver.next()
        wanted = run.feed(key, result)
        if wanted is None:
            ending.late += 1
            continue
        effect = asked[key]
        fact = fact_of(seq, effect, result, driver.time())
        seq += 1
        all_facts.append(fact)
        if written is not None and written.effect is effect:  # it is stored by now, and so is all before it
            ending.writes.append((written, result))
            facts, records, written = [], [], None
        else:
            facts.append(fact)
    ending.effect = asked[run.ended]
    ending.scope = journey.lead
    return ending


def fact_of(seq: int, effect: Effect, result: Result, at: str) -> Fact:
    """A result as a fact: what is personal apart."""
    kind, body, content = KIND[type(effect.data)], dict(result), None
    if kind == "call":
        content = {name: body.pop(name) for name in PERSONAL if name in body}
    elif body.get("answer"):
        content = {"answer": body.pop("answer")}
    return Fact(seq, effect.key, kind, at, body, content)


def result_of(fact: Fact) -> Result:
    """The result that a fact keeps, whole again."""
    return {**fact.body, **(fact.content or {})}


def _received(plan: Plan, arrival: Arrival, at: str) -> Fact:
    body = {
        "flow": plan.flow.name,
        "plan": plan.name,
        "semantics": SEMANTICS,
        "source": arrival.source,
        "identity": arrival.identity,
        "test": arrival.test,
    }
    content = {"payload": dumps(arrival.payload)}
    if arrival.beside:
        content["beside"] = dumps(arrival.beside)
    if arrival.again is not None:
        said = asdict(arrival.again)
        content["changed"] = dumps(said.pop("changed"))
        body["again"] = {**said, "without": list(arrival.again.without)}
    if arrival.pinging:
        body["pinging"] = True
    if arrival.standing is not None:
        body["standing"] = {"of": arrival.standing.of, "until": arrival.standing.until}
        content["answers"] = json.dumps(arrival.standing.answers)
    return Fact(0, RECEIVED, "received", at, body, content)


def arrival_of(lead: str, received: Fact) -> Arrival:
    """The arrival that a lead's first fact keeps; its payload is empty where that was removed.

    The payload stands there as JSON text, so that its numbers come back as they came.
    """
    body: Mapping[str, Any] = received.body
    content = received.content or {}
    payload, beside = (
        read_json(content.get(name, empty)) for name, empty in (("payload", "null"), ("beside", "{}"))
    )
    return Arrival(
        lead,
        body["identity"],
        body["source"],
        payload,
        bool(body["test"]),
        beside,
        _again(body, content),
        bool(body.get("pinging")),
        _standing(body, content),
    )


def _standing(body: Mapping[str, Any], content: Mapping[str, Any]) -> Standing | None:
    said = body.get("standing")
    if said is None:
        return None
    return Standing(said["of"], said["until"], json.loads(content.get("answers", "{}")))


def _again(body: Mapping[str, Any], content: Mapping[str, Any]) -> Again | None:
    said = body.get("again")
    if said is None:
        return None
    changed = read_json(content.get("changed", "{}"))
    return Again(**{**said, "without": tuple(said["without"]), "changed": changed})
