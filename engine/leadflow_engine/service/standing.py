"""A post that comes back to its seller's ping: it finds the bids that were made, while they stand."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from leadflow_engine.effects import Fact
from leadflow_engine.intake.door import lead_id
from leadflow_engine.interpreter.cursor import Arrival, Standing
from leadflow_engine.interpreter.offering import STANDS
from leadflow_engine.runner import result_of
from leadflow_engine.service.served import Served, ServedSource
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.codec import iso, moment

PING_ID: Final = "ping_id"
"""The field in which a post names its ping."""


def ping_named(source: ServedSource, payload: Mapping[str, Any]) -> str:
    """The ping that a post comes back to; "" where it names none."""
    said = payload.get(PING_ID)
    return said if source.source.ping is not None and isinstance(said, str) and len(said) == 26 else ""


def answering(
    store: SqliteStore, served: Served, source: ServedSource, arrival: Arrival, now: datetime.datetime
) -> Arrival | None:
    """The post as it follows its ping, with the bids that were made; None where it names no ping of this source, or one
    that had come to nothing. Of two posts for one ping the second is the same lead."""
    named = ping_named(source, arrival.payload)
    facts = store.facts(named) if named else ()
    if not facts or not _is_mine(facts[0], served, source):
        return None
    asked = moment(facts[0].at)
    until = asked + (source.source.ping.hold if source.source.ping and source.source.ping.hold else STANDS)
    payload = {name: value for name, value in arrival.payload.items() if name != PING_ID}
    digest = hashlib.sha256(named.encode()).hexdigest()[:32]
    identity = f"{source.name}/ping/{digest}"
    standing = Standing(named, iso(until), answers_of(facts) if now < until else {})
    lead = lead_id(served.name, identity)
    return dataclasses.replace(
        arrival, lead=lead, identity=f"{served.name}/{identity}", payload=payload, standing=standing
    )


def _is_mine(received: Fact, served: Served, source: ServedSource) -> bool:
    body = received.body
    return bool(body.get("pinging")) and (body["flow"], body["source"]) == (served.name, source.name)


def answers_of(facts: Any) -> dict[str, dict[str, Any]]:
    """By buyer the last answer to a ping among a lead's facts; those whose content is gone are left out."""
    found: dict[str, dict[str, Any]] = {}
    for fact in facts:
        if fact.kind == "call" and fact.key.startswith("ping/") and fact.content is not None:
            found[fact.key.split("/")[1]] = {"key": fact.key, "at": fact.at, "result": dict(result_of(fact))}
    return found
