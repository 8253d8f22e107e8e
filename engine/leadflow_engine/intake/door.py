"""Intake: what a source sent becomes a lead, or is refused at the door with every problem named at once."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.terms import Path, Pattern, Term, Type
from leadflow_engine.effects import Accept, KeyClaim, LimitClaim
from leadflow_engine.evaluation.comparing import Open, folded, plain
from leadflow_engine.evaluation.conditions import ALWAYS, decide
from leadflow_engine.evaluation.evaluate import evaluate, holds
from leadflow_engine.intake.hashes import hash_claims
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead, LeadScope
from leadflow_engine.limits.planned import PlannedCap, PlannedDedupe, claim_of
from leadflow_engine.limits.planned import millionths as millionths
from leadflow_engine.limits.planned import most as most
from leadflow_engine.plan import Plan
from leadflow_engine.planned_fields import PlannedField
from leadflow_engine.texts.jmes import Unfit, compile_path
from leadflow_engine.texts.patterns import search
from leadflow_engine.values import Context, Value, written

MOST_MEMBERS = 12
"""How many words of an enum a refusal lists."""
UNIT = "\x1f"
"""Between the parts of a dedupe key: no value can hold it."""


@dataclass(frozen=True, slots=True)
class PayloadScope(LeadScope):
    """The scope of a source's ``map``: paths over ``body`` (what came, or was fetched), names over the lead so far."""

    body: Mapping[str, object]

    def path(self, path: Path) -> object:
        """A JMESPath over the payload; blank where it does not fit."""
        try:
            return compile_path(path.source).of(self.body)
        except Unfit:
            return None


ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS: Final = frozenset(ALPHABET)
PAIRS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
DATED: Final = "/call/"
MOMENT: Final = 9
"""Characters of a moment in an id: 45 bits of milliseconds."""


def lead_id(flow: str, identity: str) -> str:
    """A lead's id, made from its identity: 26 letters and digits, the same wherever the same lead arrives.

    Where the identity is of a call that bears its moment (``dated``), the id begins with it. Leads that come after each
    other then lie beside each other in every index of the journal: it writes a quarter less, and a large one that does
    not fit into memory is not read all over for every lead."""
    number = int.from_bytes(hashlib.sha256(f"{flow}\0{identity}".encode()).digest()[:17], "big") >> 6
    _, _, call = identity.partition(DATED)
    moment = call[:MOMENT] if call[MOMENT : MOMENT + 1] == "-" and LETTERS.issuperset(call[:MOMENT]) else ""
    return moment + _letters(number, 26 - len(moment))


def dated(name: str, at: datetime.datetime) -> str:
    """The name of a call that came at a moment: those of later milliseconds sort behind it."""
    return f"{_letters(int(at.timestamp() * 1000), MOMENT)}-{name}"


def _letters(number: int, count: int) -> str:
    pairs = "".join([PAIRS[(number >> shift) & 1023] for shift in range(5 * count - 10, -1, -10)])
    return pairs + ALPHABET[number & 31] if count % 2 else pairs


def luck(lead: str) -> int:
    """``random``: from 1 to 100, fixed for the lead."""
    return int.from_bytes(hashlib.sha256(f"random\0{lead}".encode()).digest()[:8], "big") % 100 + 1


def read_lead(
    plan: Plan,
    arrival: Arrival,
    received_at: datetime.datetime,
    now: datetime.datetime,
    fetched: Mapping[str, object] | None = None,
) -> Lead:
    """The lead of an arrival: fields by ``map``, else by name or alias; defaults filled; the rest is ``extra``.

    ``fetched`` is the answer in which the lead is, where the payload only names it.
    """
    source = plan.sources[arrival.source]
    lead = bare_lead(plan, arrival, received_at, now)
    body = lead.payload if fetched is None else fetched
    mapped = plan.maps[arrival.source]
    names = plan.field_names
    by_name: Mapping[str, str] = (
        {key: key for key in body}
        if names.issuperset(body)
        else {key if key in names else folded(str(key)): key for key in reversed(list(body))}
    )
    used: set[str] = set()
    corrected = arrival.again.changed if arrival.again else {}
    scope = PayloadScope(lead, body)
    country, zone, unsaid = plan.flow.country, plan.flow.timezone, source.timezone
    context = Context(country, zone, received_at, unsaid or zone)
    for planned in plan.planned_fields:
        if not planned.computed:
            name = planned.name
            raw = _mapped(mapped[name], scope) if name in mapped else _named(planned, body, by_name, used)
            raw = corrected.get(name, raw)
            value = planned.read(raw, context)
            if value.blank or planned.bounded:
                value = _checked(planned, value, lead, context)
            lead.given[name] = value
    lead.extra = {key: value for key, value in body.items() if key not in used}
    if source.test_when is not None and holds(source.test_when, scope) is True:
        lead.test = True
    return lead


def bare_lead(plan: Plan, arrival: Arrival, received_at: datetime.datetime, now: datetime.datetime) -> Lead:
    """A lead of which nothing is mapped yet: what came is all that is known of it."""
    return Lead(
        plan,
        arrival.lead,
        arrival.source,
        luck(arrival.lead),
        received_at,
        now,
        arrival.test,
        payload=arrival.payload if isinstance(arrival.payload, dict | Mapping) else {},
        beside=arrival.beside,
    )


def _mapped(term: Term, scope: PayloadScope) -> object:
    value = evaluate(term, scope)
    return value.raw if isinstance(value, Value) else value


def _named(
    planned: PlannedField, body: Mapping[str, object], by_name: Mapping[str, str], used: set[str]
) -> object:
    for name in planned.keys:
        key = by_name.get(name)
        if key is not None:
            used.add(key)
            return body[key]
    return None


def _checked(planned: PlannedField, value: Value, lead: Lead, context: Context) -> Value:
    """A field's value, within what its declaration allows: what is not is invalid, and keeps what came."""
    field = planned.field
    if value.blank and field.default is not None:
        said = written(plain(evaluate(field.default, lead)), "json")
        return planned.read(said, replace(context, unsaid=context.zone))
    if planned.bounded and value.valid and not value.blank and not _allowed(field, value, lead):
        return value.refused()
    return value


def _allowed(field: m.Field, value: Value, lead: Lead) -> bool:
    if field.low is not None and field.high is not None:
        low, high = plain(evaluate(field.low, lead)), plain(evaluate(field.high, lead))
        try:
            if not low <= value.normal <= high:
                return False
        except TypeError:
            return False
    if isinstance(field.pattern, Pattern):
        return (
            search(field.pattern.source, str(written(value, "text")), flags=field.pattern.flags) is not None
        )
    return True


def not_valid(name: str, type_: Type) -> str:
    """Why a value is refused that cannot be read as its field's type, without the value."""
    if type_.name == "enum" and len(type_.members) <= MOST_MEMBERS:
        return f"{name} is none of {', '.join(type_.members)}"
    return f"{name} is not a valid {type_.name}"


def problems(plan: Plan, lead: Lead) -> Iterator[str]:
    """Everything that keeps a lead out at the door, each in a sentence without the value."""
    for planned in plan.planned_fields:
        if not planned.needed:
            continue
        value = lead.given.get(planned.name) or lead.value(planned.name)
        if isinstance(value, Open):
            continue
        if value is None or value.blank:
            yield f"{planned.name} is missing"
        elif not value.valid:
            yield not_valid(planned.name, planned.field.type)
    for require in plan.flow.require_any:
        given = [lead.value(name) for name in require.fields]
        if not any(isinstance(value, Value) and value.valid and not value.blank for value in given):
            yield require.reason


def ping_problems(plan: Plan, lead: Lead) -> Iterator[str]:
    """The same of a seller's ping: of the fields that it is to have, and of those that it has."""
    source = plan.sources[lead.source]
    told = set(source.ping.fields) if source.ping is not None else set()
    for field in plan.flow.fields:
        value = lead.value(field.name)
        asked = field.required == "ping" or (field.required == "always" and (not told or field.name in told))
        if isinstance(value, Open) or not asked:
            continue
        if value is None or value.blank:
            yield f"{field.name} is missing"
        elif not value.valid:
            yield not_valid(field.name, field.type)


def refusal(plan: Plan, lead: Lead) -> str:
    """The reason why the source's criteria refuse the lead; "" where they take it."""
    for criterion in plan.sources[lead.source].criteria:
        held = holds(criterion.condition, lead) is True
        if held is (criterion.kind == "reject"):
            return criterion.reason
    return ""


def claims(plan: Plan, lead: Lead) -> Accept:
    """What taking this lead claims: the source's dedupe keys and caps. A test lead claims nothing."""
    source = plan.sources[lead.source]
    if lead.test:
        return Accept(source.name, (), ())
    caps = (*plan.source_caps[source.name], *plan.source_counts[source.name])
    limits = tuple(
        replace(claim, kept=False, once=False) if claim.once else claim for claim in limit_claims(caps, lead)
    )
    keys = key_claims(plan.source_dedupes[source.name], lead)
    return Accept(source.name, limits, keys)


def limit_claims(
    caps: Iterable[PlannedCap], lead: Lead, price: Decimal = Decimal(0), timeout: float = 0.0
) -> tuple[LimitClaim, ...]:
    """The slots that these caps and budgets need for this lead; one whose ``when`` does not hold needs none."""
    return tuple(
        [
            cap.claims.get(timeout) or claim_of(cap, timeout, *_counted(cap, lead, price))
            for cap in caps
            if cap.when is ALWAYS or decide(cap.when, lead.truth) is not False
        ]
    )


def _counted(cap: PlannedCap, lead: Lead, price: Decimal) -> tuple[int, str]:
    """How much of a cap a lead needs, and the value by which it counts."""
    by = folded(str(written(lead.read(cap.by), "text") or "")) if cap.by else ""
    return millionths(price) if cap.money else 1, by


def key_claims(dedupes: Iterable[PlannedDedupe], lead: Lead) -> tuple[KeyClaim, ...]:
    """The dedupe keys of this lead; one with a blank in it equals nothing and is left out."""
    found = []
    for planned in dedupes:
        value = lead.keys.get(planned.names) if planned.of_fields else None
        if value is None and (value := _key_value(planned, lead)) is None:
            continue
        found.append(KeyClaim(planned.scope, planned.names, value, *planned.said))
        if planned.dedupe.by_hash:
            found += hash_claims(planned, lead)
    return tuple(found)


def _key_value(planned: PlannedDedupe, lead: Lead) -> str | None:
    """The normal forms of a dedupe's fields; None where one is blank, or waits for a look-up. A lead keeps those of its
    own fields, which do not change: many buyers look at the same."""
    values = [plain(lead.read(read)) for read in planned.dedupe.fields]
    if any(value is None or isinstance(value, Open) for value in values):
        return None
    value = UNIT.join(folded(str(written(value, "text"))) for value in values)
    if planned.of_fields:
        lead.keys[planned.names] = value
    return value


@dataclass(frozen=True, slots=True)
class Owed:
    """What a source is owed for a lead: an amount, and a share (0.7) of what it is sold for."""

    amount: Decimal = Decimal(0)
    share: Decimal = Decimal(0)


def cost_of(plan: Plan, lead: Lead) -> Owed:
    """What the source is owed for this lead: the first of its costs that holds."""
    for cost in plan.sources[lead.source].costs:
        if cost.when is None or holds(cost.when, lead) is True:
            value = plain(evaluate(cost.value, lead)) if cost.value else None
            return Owed(value if isinstance(value, Decimal) else Decimal(0), cost.share or Decimal(0))
    return Owed()
