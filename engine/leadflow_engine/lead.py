"""A lead while it runs: its values, what look-ups said of it, and the scope in which the flow's terms are read."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from leadflow_dsl.model import Field
from leadflow_dsl.terms import Answer, Path, Read
from leadflow_engine.evaluation.comparing import Open, plain
from leadflow_engine.evaluation.conditions import Truth
from leadflow_engine.evaluation.evaluate import evaluate, holds, part_of
from leadflow_engine.evaluation.places import Several
from leadflow_engine.limits.calling import may_call
from leadflow_engine.plan import Plan
from leadflow_engine.values import Value, parse, written


@dataclass(slots=True)
class Lead:
    """One lead. It is a ``Scope``: terms are evaluated against it.

    ``payload`` is what came of it, ``beside`` what stood beside it in a call of several leads. ``given`` are the
    fields' values as they arrived (computed ones are added when first read); ``asked`` the look-ups that
    were asked (or skipped, or failed); ``results`` what they set. ``delivered`` is the reference of the delivery that
    is asked about, ``callback_url`` where the buyer that is asked may call; ``offered`` is what the seller of a
    ping is told (``interpreter.offering.Offering``); ``keys`` are the values of dedupe keys of its own fields; ``told``
    are the values of its fields as people may read them, kept by ``masking``.
    """

    plan: Plan
    id: str
    source: str
    random: int
    received_at: datetime.datetime
    clock: datetime.datetime
    test: bool = False
    given: dict[str, Value] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)
    beside: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    results: dict[str, dict[str, object]] = field(default_factory=dict)
    scores: dict[str, Decimal | None] = field(default_factory=dict)
    steps: dict[str, tuple[str, str]] = field(default_factory=dict)
    buyers: dict[str, str] = field(default_factory=dict)
    sold_to: list[str] = field(default_factory=list)
    suppressed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kept_from: Mapping[str, str] = field(default_factory=dict)
    ping: Mapping[str, object] = field(default_factory=dict)
    delivery_key: str = ""
    delivered: str = ""
    callback_url: str = ""
    asked_price: Decimal | None = None
    figures: Mapping[str, Decimal | None] = field(default_factory=dict)
    offered: object = None
    told: dict[str, object] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    _truths: dict[int, Truth] = field(default_factory=dict)
    _computing: set[str] = field(default_factory=set)

    # -------------------------------------------------------------- the scope

    def read(self, read: Read) -> object:
        """The value of a name of the flow; ``Open`` for a look-up that has not been asked."""
        if read.kind == "field":
            value = self.given.get(read.name) or self.value(read.name)
            return part_of(value, read.part) if read.part else value
        return _READ[read.kind](self, read)

    def path(self, path: Path) -> object:
        """A lead has no body to search: only a source's map and a response do."""
        return None

    def answer(self, answer: Answer) -> object:
        """A lead is no answer."""
        return None

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list, as comparisons see it; of one that changes at run time, what this lead has on it."""
        return self.suppressed.get(name) or self.plan.lists.get(name, frozenset())

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A row of a declared table."""
        return self.plan.tables.get(table, {}).get(key)

    def now(self) -> datetime.datetime:
        """The segment's clock, in the flow's time zone."""
        return self.clock.astimezone(ZoneInfo(self.plan.flow.timezone))

    # -------------------------------------------------------------- fields and truths

    def value(self, name: str) -> Value | Open | None:
        """A field's value; a computed one is computed at its first reading and kept once nothing in it is open."""
        if name in self.given:
            return self.given[name]
        declared = self.plan.fields.get(name)
        if declared is None or declared.computed is None or name in self._computing:
            return None
        return self._computed(declared)

    def _computed(self, declared: Field) -> Value | Open | None:
        self._computing.add(declared.name)
        result = evaluate(declared.computed, self) if declared.computed else None
        self._computing.discard(declared.name)
        if isinstance(result, Open):
            return result
        raw = written(plain(result), "json")
        value = parse(
            declared.type, raw, self.plan.flow.country, self.plan.flow.timezone, now=self.received_at
        )
        self.given[declared.name] = value
        return value

    def truth(self, number: int) -> Truth:
        """The truth of the plan's predicate of this number; kept while it cannot change."""
        if number in self._truths:
            return self._truths[number]
        term = self.plan.predicates[number]
        result = holds(term, self)
        if not isinstance(result, Open) and number not in self.plan.volatile:
            self._truths[number] = result
        return result

    def wants(self, lookup: str) -> bool:
        """Has this on-demand look-up still to be asked?"""
        return lookup not in self.asked and self.plan.lookups[lookup].on_demand


@dataclass(frozen=True, slots=True)
class LeadScope:
    """A ``Scope`` around a lead: all of it is the lead's, but what a subclass knows beside."""

    lead: Lead

    def read(self, read: Read) -> object:
        """A name of the flow."""
        return self.lead.read(read)

    def path(self, path: Path) -> object:
        """There is no body to search."""
        return None

    def answer(self, answer: Answer) -> object:
        """There is no answer of somebody else."""
        return None

    def named_list(self, name: str) -> frozenset[str]:
        """A declared list."""
        return self.lead.named_list(name)

    def lookup(self, table: str, key: str) -> Mapping[str, object] | None:
        """A row of a declared table."""
        return self.lead.lookup(table, key)

    def now(self) -> datetime.datetime:
        """The segment's clock, in the flow's time zone."""
        return self.lead.now()


def _result(lead: Lead, read: Read) -> object:
    if read.name not in lead.asked:
        lookup = lead.plan.lookups.get(read.name)
        return Open((read.name,)) if lookup and lookup.on_demand else None
    if read.part in {"outcome", "reason"}:
        return lead.steps.get(read.name, ("", ""))[read.part == "reason"] or None
    return _dotted(lead.results.get(read.name, {}), read.part)


def _dotted(values: Mapping[str, object], name: str) -> object:
    """``owner_phone.e164``: a value by the first word, its parts by the rest."""
    first, *rest = name.split(".")
    value = values.get(first)
    for part in rest:
        value = part_of(value, part)
    return value


def _step(lead: Lead, read: Read) -> object:
    return lead.steps.get(read.name, ("", ""))[read.part == "reason"] or None


def _lead(lead: Lead, read: Read) -> object:
    return _BUILT_IN[read.name](lead)


def walk(value: object, dotted: str) -> object:
    """A dotted path into what the source sent, indexes included; blank where it leads nowhere."""
    for name in filter(None, dotted.replace("[", ".").replace("]", "").split(".")):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _payload(lead: Lead, read: Read) -> object:
    """What came of this lead, else what stood beside it in its call."""
    own = walk(lead.payload, read.name)
    return walk(lead.beside, read.name) if own is None else own


def _local_time(lead: Lead) -> object:
    """The time where the lead lives, in seconds; several where its possible zones disagree about it."""
    return Several.of(tuple(here.time().replace(microsecond=0) for here in _local_moments(lead)))


def _local_moments(lead: Lead) -> tuple[datetime.datetime, ...]:
    return tuple(lead.clock.astimezone(ZoneInfo(zone)) for zone in _zones(lead))


def _call_window(lead: Lead, read: Read) -> bool | None:
    """Whether the lead may be called now; unknown where its place is not known, or its possible zones disagree."""
    window = next(one for one in lead.plan.flow.call_windows if one.name == read.name)
    state = _state(lead)
    if state is None and any(rule.state for rule in window.rules):
        return None
    truths = {may_call(window, state or "", here) for here in _local_moments(lead)}
    return truths.pop() if len(truths) == 1 else None


def _state(lead: Lead) -> str | None:
    """The code of the lead's state: its own field's, else its postal code's."""
    good = _good_values(lead)
    states = [value.normal for value in good if value.type.name == "state"]
    states += [value.part("state") for value in good if value.type.name == "postal_code"]
    return next((state for state in states if isinstance(state, str)), None)


def _good_values(lead: Lead) -> list[Value]:
    values = [lead.value(declared.name) for declared in lead.plan.flow.fields]
    return [value for value in values if isinstance(value, Value) and value.valid and not value.blank]


def _zones(lead: Lead) -> tuple[str, ...]:
    """The lead's possible time zones: its postal code's, else those of its phone's area."""
    good = _good_values(lead)
    for value in good:
        zone = value.part("timezone") if value.type.name == "postal_code" else None
        if isinstance(zone, str):
            return (zone,)
    for value in good:
        zones = value.part("timezones") if value.type.name == "phone" else None
        if isinstance(zones, tuple) and zones:
            return zones
    return ()


_BUILT_IN: Mapping[str, Callable[[Lead], object]] = {
    "id": lambda lead: lead.id,
    "received_at": lambda lead: lead.received_at,
    "age": lambda lead: lead.clock - lead.received_at,
    "test": lambda lead: lead.test,
    "fields_present": lambda lead: Decimal(sum(not value.blank for value in lead.given.values())),
    "sold_to": lambda lead: list(lead.sold_to),
    "sold_count": lambda lead: Decimal(len(lead.sold_to)),
    "outcome": lambda lead: "sold" if lead.sold_to else None,
    "local_time": _local_time,
}

_READ: Mapping[str, Callable[[Lead, Read], object]] = {
    "result": _result,
    "step": _step,
    "score": lambda lead, read: lead.scores.get(read.name),
    "buyer": lambda lead, read: lead.buyers.get(read.name),
    "lead": _lead,
    "source": lambda lead, read: lead.source,
    "now": lambda lead, read: lead.now(),
    "call_window": _call_window,
    "random": lambda lead, read: Decimal(lead.random),
    "extra": lambda lead, read: walk(lead.extra, read.name),
    "payload": _payload,
    "ping": lambda lead, read: _dotted(lead.ping, f"{read.name}.{read.part}" if read.part else read.name),
    "delivery": lambda lead, read: lead.delivery_key or None,
    "deliver": lambda lead, read: lead.delivered or None,
    "callback": lambda lead, read: lead.callback_url or None,
    "offer": lambda lead, read: lead.asked_price,
    "figure": lambda lead, read: lead.figures.get(read.name),
}
