"""A call becomes leads, or an answer at once: whatever a source says of its calls, in the one order that is safe.

The service, ``leadflow receive`` and the tests all call ``receive``. It reads no network and no clock.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_engine.intake import proof
from leadflow_engine.intake.bodies import Body, read_body
from leadflow_engine.intake.call import Answered, Call, Payload, Received, Refused, Seen
from leadflow_engine.intake.door import DATED, dated, lead_id
from leadflow_engine.intake.each import leads_of
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.plan import Plan
from leadflow_engine.secrets import SecretMissing, Secrets
from leadflow_engine.texts.json_text import NotJson, dumps

Json: TypeAlias = Any

METHODS: Final = ("GET", "POST", "PUT")
IDEMPOTENCY: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255
MOST_PLAIN: Final = 1000
"""Fields of a lead that need no second look where they are plain."""
MOST_PLAIN_DIGITS: Final = 30
"""Characters of a number that needs none."""


@dataclass(slots=True)
class SeenHere:
    """``Seen`` in the memory of one process."""

    _until: dict[str, datetime.datetime] = field(default_factory=dict)

    def first(self, key: str, until: datetime.datetime) -> bool:
        """Is this key new? Then it is remembered."""
        return self._until.setdefault(key, until) is until

    def forget(self, now: datetime.datetime) -> None:
        """Let go of what is over."""
        self._until = {key: until for key, until in self._until.items() if until > now}


def receive(plan: Plan, source: str, call: Call, secrets: Secrets, seen: Seen) -> Answered | Received:
    """What a call to a source comes to: its leads, or the answer to it. Never raises for what a call can hold.

    Who calls is looked at before what he says; a signed call counts as seen only when all of it was good.
    """
    return receive_from(plan.sources[source], call, secrets, seen)


def receive_from(source: m.Source, call: Call, secrets: Secrets, seen: Seen) -> Answered | Received:
    """``receive`` for a source by itself."""
    try:
        return _received(source, call, secrets, seen)
    except Refused as refused:
        return refused.answered
    except SecretMissing:  # the service refuses to start so; a call must not get in because nobody noticed
        return Refused(503, "calls of this source cannot be checked now").answered


def _received(source: m.Source, call: Call, secrets: Secrets, seen: Seen) -> Answered | Received:
    if call.method.upper() not in METHODS:
        raise Refused(405, "a lead is sent by POST or GET", (("Allow", ", ".join(METHODS)),))
    answered = proof.challenged(source, call, secrets)
    if answered is not None:
        return answered
    proof.check_key(source, call, secrets)
    kept: list[Body] = []
    once = proof.check_signatures(source, call, secrets, lambda: _body(source, call, kept).tree)
    body = _body(source, call, kept)
    tree = proof.check_fields(source, body.tree, secrets)
    payloads = _payloads(source, tree, _name(source, call))
    proof.check_first(once, seen)
    return Received(payloads, body.kind)


def _body(source: m.Source, call: Call, kept: list[Body]) -> Body:
    if not kept:
        kept.append(read_body(call, source.receive))
    return kept[0]


def _name(source: m.Source, call: Call) -> str:
    """What names the call: its idempotency key, else what the service calls it, else when it came and what it said."""
    key = call.header(IDEMPOTENCY).strip()
    if len(key) > LONGEST_KEY:
        raise Refused(400, f"{IDEMPOTENCY} is longer than {LONGEST_KEY} characters")
    if key:
        return f"{source.name}/key/{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
    if call.name:
        return f"{source.name}{DATED}{dated(call.name, call.received_at)}"
    digest = hashlib.sha256(call.body or call.query.encode("utf-8", "surrogatepass")).hexdigest()
    own = hashlib.sha256(f"{call.received_at.isoformat()} {digest}".encode()).hexdigest()[:32]
    return f"{source.name}{DATED}{own}"


def _payloads(source: m.Source, tree: Json, name: str) -> tuple[Payload, ...]:
    try:
        found = leads_of(tree, source.each.source if source.each else "")
        several = len(found) > 1
        return tuple(
            Payload(
                _as_read_again(one.own),
                f"{name}/{number}" if several else name,
                _as_read_again(one.beside),
            )
            for number, one in enumerate(found, 1)
        )
    except IntakeError as problem:
        raise Refused(400, str(problem)) from None


def _as_read_again(values: Mapping[str, Json]) -> Mapping[str, Json]:
    """What came, as a replay will read it. Plain values, as most leads are made of, are what they were; a number may
    lose its exponent, a half surrogate pair becomes another character. Raises ``IntakeError`` for what JSON has no form
    for without one (1e308)."""
    if len(values) <= MOST_PLAIN and _are_plain(values):
        return values
    try:
        again: Mapping[str, Json] = read_json(dumps(values))
    except NotJson as problem:
        raise IntakeError(str(problem)) from None
    return again


def _are_plain(values: Mapping[str, Json]) -> bool:
    for name, value in values.items():
        kind = type(value)
        if kind is str:
            plain = value.isascii()
        elif kind is Decimal:
            digits = str(value)
            plain = digits.replace(".", "", 1).isdigit() and len(digits) <= MOST_PLAIN_DIGITS
        else:
            plain = value is None or kind is bool
        if not (plain and name.isascii()):
            return False
    return True


def arrivals(plan: Plan, source: str, received: Received) -> tuple[Arrival, ...]:
    """The leads of a call, as a Run takes them. Their identities name the flow, too: two flows of one journal may have
    a source of the same name."""
    flow = plan.flow.name
    return tuple(
        Arrival(lead_id(flow, each.identity), f"{flow}/{each.identity}", source, each.own, beside=each.beside)
        for each in received.payloads
    )


def arrivals_of_payload(
    plan: Plan, source: str, payload: Mapping[str, Json], identity: str, test: bool = False
) -> tuple[Arrival, ...]:
    """The leads of a payload that came in no call: a record of a file, a scenario's. Nothing is verified; the secrets
    by which calls prove themselves are left out. The flow is part of who a lead is, as of one that came in a call: the
    same file through two flows is two leads a record. Raises ``IntakeError`` where ``each`` finds no lead, and for a
    number that cannot be written."""
    said = plan.sources[source]
    tree = proof.without_secrets(said, payload)
    found = leads_of(tree, said.each.source if said.each else "")
    names = [identity] if len(found) == 1 else [f"{identity}/{number}" for number in range(1, len(found) + 1)]
    return tuple(
        Arrival(
            lead_id(plan.flow.name, name),
            f"{plan.flow.name}/{name}",
            source,
            _as_read_again(one.own),
            test,
            _as_read_again(one.beside),
        )
        for name, one in zip(names, found, strict=True)
    )
