"""The plan: a checked flow made ready to meet leads. Built once, immutable, named by the hash of its sources.

Everything that does not differ from lead to lead is done here: predicates are interned, lists become sets, tables
become rows by key, limits get their identities. Requests, templates and responses are compiled at first use, once.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property
from importlib.metadata import version
from typing import Final

from leadflow_dsl import model as m
from leadflow_dsl.terms import Term, Text, Type, reads
from leadflow_engine import planned_prices as prices
from leadflow_engine.criteria.changing import may_open_from, volatile_from
from leadflow_engine.criteria.groups import Group
from leadflow_engine.effects import BuyerLimits, LimitClaim
from leadflow_engine.evaluation.conditions import ALWAYS, Any, Condition, Interned, predicates_of
from leadflow_engine.figures import Figure, figures_in
from leadflow_engine.limits.planned import (
    Across,
    PlannedCap,
    PlannedDedupe,
    across_all,
    buyer_caps,
    buyer_dedupes,
    claims_for_all,
    promise_of,
    sold_dedupes,
    source_caps,
    source_counts,
    source_dedupes,
)
from leadflow_engine.mapping import RequestBuilder, compile_request
from leadflow_engine.own_texts import texts_of
from leadflow_engine.planned_fields import PlannedField, planned_fields
from leadflow_engine.planned_lists import list_values, table_rows
from leadflow_engine.response import Mask, Reader, compile_response
from leadflow_engine.templates import Templates
from leadflow_engine.values import Value

SEMANTICS: Final = 1
"""Raised whenever the same flow, facts and lead would come to another decision than before."""

DATA_PACKAGES: Final = ("tzdata", "phonenumbers", "zipcodes", "holidays")
"""Libraries whose data decide: their versions are part of a plan's name."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can put a buyer out, in the order in which reasons are looked for.

    ``kind``: accept (out where it does not hold), reject (out where it holds), closed (judged by the clock).
    ``code`` is the distribution word, ``text`` the reason.
    """

    kind: str
    code: str
    text: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class PlannedBuyer:
    """A buyer, with what judging it needs laid out. ``sale_caps`` and ``ping_caps`` are those of ``caps`` that a
    delivery and a ping claim; ``counts_money`` is whether what a sale brings decides if there is room for it.
    ``sole`` is the one of its prices that holds for every lead. Where they are the same for all: ``flat`` its amount,
    ``sale_claims`` what ``sale_caps`` claim, ``unlimited`` the question for limits of one that has none.
    ``patience`` is how many seconds its answer may take; ``bids_alone``: nothing but a bid ever tells what it pays."""

    buyer: m.Buyer
    position: int
    items: tuple[Item, ...]
    prices: tuple[prices.PlannedPrice, ...]
    priorities: tuple[tuple[Decimal, Condition], ...]
    weights: tuple[tuple[Decimal, Condition], ...]
    caps: tuple[PlannedCap, ...]
    sale_caps: tuple[PlannedCap, ...]
    sale_claims: tuple[LimitClaim, ...] | None
    ping_caps: tuple[PlannedCap, ...]
    promises: tuple[PlannedCap, ...]
    dedupes: tuple[PlannedDedupe, ...]
    closed_on: tuple[m.Calendar | datetime.date, ...]
    lookups: frozenset[str]
    counts_money: bool
    sole: m.Price | None
    flat: Decimal | None
    patience: float
    unlimited: BuyerLimits | None
    bids_alone: bool


@dataclass(frozen=True)
class Plan:
    """What a Run needs to know. ``name`` is a hash in hex; ``short`` is what people read. ``interned`` are the
    predicates, and those of plans that were patched out of this one (``replanning``); ``replaced`` are buyers that were
    patched out, kept because what was compiled of them stands under their legs' identity."""

    name: str
    flow: m.Flow
    predicates: tuple[Term, ...]
    buyers: Mapping[str, PlannedBuyer]
    source_caps: Mapping[str, tuple[PlannedCap, ...]]
    source_counts: Mapping[str, tuple[PlannedCap, ...]]
    source_dedupes: Mapping[str, tuple[PlannedDedupe, ...]]
    sold_dedupes: Mapping[str, tuple[PlannedDedupe, ...]]
    lookups: Mapping[str, m.Enhance]
    fields: Mapping[str, m.Field]
    sources: Mapping[str, m.Source]
    stages: Mapping[str, m.Stage]
    interned: Interned = field(repr=False, compare=False)
    replaced: tuple[m.Buyer, ...] = field(default=(), repr=False, compare=False)
    _builders: dict[int, RequestBuilder] = field(default_factory=dict, repr=False, compare=False)
    _readers: dict[int, Reader] = field(default_factory=dict, repr=False, compare=False)
    _groups: dict[int, tuple[tuple[str, ...], Group]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def short(self) -> str:
        """The first seven digits of the name."""
        return self.name[:7]

    @cached_property
    def caps_once_sold(self) -> Mapping[str, tuple[PlannedCap, ...]]:
        """By source the caps of its sold leads: claimed by a lead's first intent."""
        counted = {name: (*caps, *self.source_counts[name]) for name, caps in self.source_caps.items()}
        return {name: tuple(cap for cap in caps if cap.once) for name, caps in counted.items()}

    @cached_property
    def planned_fields(self) -> tuple[PlannedField, ...]:
        """The fields in written order, laid out."""
        return planned_fields(self.flow.fields)

    @cached_property
    def field_names(self) -> frozenset[str]:
        """Names under which fields come, as names are compared."""
        return frozenset(name for planned in self.planned_fields for name in planned.keys)

    @cached_property
    def planned_field(self) -> Mapping[str, PlannedField]:
        """The same by name."""
        return {planned.name: planned for planned in self.planned_fields}

    @cached_property
    def hidden_fields(self) -> tuple[str, ...]:
        """Names of the fields that are masked wherever a person can read them."""
        return tuple(planned.name for planned in self.planned_fields if planned.hidden)

    @cached_property
    def maps(self) -> Mapping[str, Mapping[str, Term]]:
        """By source what its ``map`` says of fields."""
        return {name: dict(source.map) for name, source in self.sources.items()}

    @cached_property
    def lists(self) -> Mapping[str, frozenset[str]]:
        """Each list's values as comparisons see them; a value that is on many lists is one."""
        texts, one = dict(self.flow.sources_text), dict[str, str]()
        return {
            entry.name: frozenset(one.setdefault(value, value) for value in list_values(entry, texts))
            for entry in self.flow.lists
        }

    @cached_property
    def tables(self) -> Mapping[str, Mapping[str, Mapping[str, Value]]]:
        """Each table's rows by key."""
        texts = dict(self.flow.sources_text)
        return {table.name: table_rows(table, texts, self.flow) for table in self.flow.tables}

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that leads read, each once, in written order: what policies watch is no lead's."""
        return tuple(dict.fromkeys(figures_in(replace(self.flow, policies=(), alerts=()))))

    @cached_property
    def volatile(self) -> frozenset[int]:
        """Predicates whose truth may change while a lead runs."""
        return volatile_from(self, 0)

    @cached_property
    def may_open(self) -> frozenset[int]:
        """Predicates that a look-up on demand may leave open."""
        return may_open_from(self, 0)

    def group(self, stage: m.Stage) -> Group:
        """The buyers of a stage, ready to be judged together: made at first use, once for all stages that have the
        same. Names are kept beside their group, so that their identity is a safe key."""
        found = self._groups.get(id(stage.buyers))
        if found is None:
            alike = (group for names, group in self._groups.values() if names == stage.buyers)
            found = stage.buyers, next(alike, None) or Group(self, stage.buyers)
            self._groups[id(stage.buyers)] = found
        return found[1]

    def ready(self) -> Plan:
        """This plan, with all made that is else made at first use while a lead waits."""
        for stage in self.stages.values():
            self.group(stage)
        return self

    @cached_property
    def counts_fields(self) -> bool:
        """Whether the flow may see when a computed field is first read: it counts the fields that are there. Its buyers
        are walked one by one, in order, as the count has always been meant."""
        computed = any(field.computed is not None for field in self.flow.fields)
        return computed and any("fields_present" in text for _, text in self.flow.sources_text)

    def is_steady(self, planned: PlannedBuyer) -> bool:
        """Whether nothing that happens to a lead while it runs changes what this buyer's criteria come to."""
        if self.counts_fields or planned.buyer.needs:
            return False
        numbers = {number for item in planned.items for number in predicates_of(item.condition)}
        return self.volatile.isdisjoint(numbers) and self.may_open.isdisjoint(numbers)

    @cached_property
    def templates(self) -> Templates:
        """The project's templates."""
        return Templates.of(self.flow)

    def builder(self, leg: m.Leg) -> RequestBuilder:
        """A leg's request, compiled at first use. Legs live as long as their plan: their identity is a safe key."""
        found = self._builders.get(id(leg))
        if found is None:
            found = self._builders[id(leg)] = compile_request(leg.request, self.templates)
        return found

    def reply_builder(self, reply: m.Reply) -> RequestBuilder:
        """A source's answer, compiled at first use by the writer of every body. Raises ``MappingError``."""
        if id(reply) not in self._builders:
            nowhere = Text(("https://reply.invalid/",), Type("text"), reply.span)
            request = m.Request("POST", nowhere, body=reply.body)
            self._builders[id(reply)] = compile_request(request, self.templates)
        return self._builders[id(reply)]

    def row_builder(self, batch: m.Batch) -> RequestBuilder:
        """What writes a lead as a row of a batch, as the body of a request that is never made, compiled at first use.
        Raises ``MappingError``."""
        if id(batch) not in self._builders:
            nowhere = Text(("https://row.invalid/",), Type("text"), batch.span)
            request = m.Request("POST", nowhere, body=batch.body)
            self._builders[id(batch)] = compile_request(request, self.templates)
        return self._builders[id(batch)]

    @cached_property
    def transient(self) -> tuple[str, ...]:
        """Fields whose values are used in a run and kept nowhere."""
        return tuple(field.name for field in self.flow.fields if field.transient)

    @cached_property
    def own_texts(self) -> frozenset[str]:
        """Reasons and addresses that the flow says itself."""
        return texts_of(self.flow)

    def masked(self, mask: Mask, text: str) -> str:
        """A text from outside as records may keep it; what the flow says itself is told as it is."""
        return text if text in self.own_texts else mask.excerpt(text)

    def reader(self, leg: m.Leg) -> Reader:
        """A leg's response, compiled at first use."""
        found = self._readers.get(id(leg))
        if found is None:
            found = self._readers[id(leg)] = compile_response(leg.response, self.flow.currency)
        return found


def make_plan(flow: m.Flow) -> Plan:
    """The plan of a checked flow."""
    interned = Interned()
    lookups = {step.name: step for step in flow.steps if isinstance(step, m.Enhance)}
    on_demand = frozenset(name for name, step in lookups.items() if step.on_demand)
    across = across_all(flow)
    buyers = {
        buyer.name: plan_buyer(buyer, position, flow, interned, on_demand, across)
        for position, buyer in enumerate(flow.buyers)
    }
    source_caps_ = {source.name: source_caps(source, flow, interned) for source in flow.sources}
    source_counts_ = {source.name: source_counts(source, flow, interned) for source in flow.sources}
    interned.at_first = len(interned.terms)
    return Plan(
        name=plan_name(flow),
        flow=flow,
        buyers=buyers,
        source_caps=source_caps_,
        source_counts=source_counts_,
        source_dedupes={source.name: source_dedupes(source, flow) for source in flow.sources},
        sold_dedupes={source.name: sold_dedupes(source, flow) for source in flow.sources},
        predicates=tuple(interned.terms),
        interned=interned,
        lookups=lookups,
        fields={f.name: f for f in flow.fields},
        sources={source.name: source for source in flow.sources},
        stages={
            stage.id: stage
            for step in flow.steps
            if isinstance(step, m.Route)
            for stage in stages_of(step.items)
        },
    )


def plan_name(flow: m.Flow) -> str:
    """SHA-256 over everything that decides: the flow's files, the data libraries, our own semantics."""
    digest = hashlib.sha256(f"semantics {SEMANTICS}\n".encode())
    for package in DATA_PACKAGES:
        digest.update(f"{package} {_version(package)}\n".encode())
    for path, text in sorted(flow.sources_text):
        digest.update(f"{path}\0{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
    digest.update(flow.file.rsplit("/", 1)[-1].encode())
    return digest.hexdigest()


@cache
def _version(package: str) -> str:
    """Of a library that is installed: 0.4 ms to look up."""
    return version(package)


def stages_of(items: tuple[m.RouteItem, ...]) -> tuple[m.Stage, ...]:
    """All stages of a route, through all branches, in written order."""
    found: list[m.Stage] = []
    for item in items:
        if isinstance(item, m.Stage):
            found.append(item)
        elif isinstance(item, m.If):
            found += stages_of(item.then) + stages_of(item.otherwise)
        else:
            found += stages_of(item.stages)
    return tuple(found)


def plan_buyer(
    buyer: m.Buyer,
    position: int,
    flow: m.Flow,
    interned: Interned,
    on_demand: frozenset[str],
    across: Across,
) -> PlannedBuyer:
    """A buyer laid out, at its position among the flow's; ``on_demand`` are the look-ups that wait until somebody needs
    them, ``across`` what concerns all buyers."""
    calendars = {calendar.name: calendar for calendar in flow.calendars}
    caps = buyer_caps(buyer, flow, interned, across)
    sale_caps = tuple(cap for cap in caps if cap.counting != "pings")
    dedupes = buyer_dedupes(buyer, flow, across)
    limited = bool(caps or dedupes) or buyer.balance is not None
    return PlannedBuyer(
        buyer=buyer,
        position=position,
        items=_items(buyer, interned),
        prices=tuple(prices.PlannedPrice(price, interned.condition(price.when)) for price in buyer.prices),
        priorities=tuple(
            (prices.number(entry.value), interned.condition(entry.when))
            for entry in buyer.priorities
            if entry.value
        ),
        weights=tuple((prices.number(each.value), interned.condition(each.when)) for each in buyer.weights),
        caps=caps,
        sale_caps=sale_caps,
        sale_claims=claims_for_all(sale_caps, prices.patience(buyer)),
        ping_caps=tuple(cap for cap in caps if cap.counting == "pings"),
        promises=tuple(promise_of(each, buyer, flow) for each in buyer.at_least),
        dedupes=dedupes,
        closed_on=tuple(calendars[day] if isinstance(day, str) else day for day in buyer.closed_on),
        lookups=_lookups_of(buyer) & on_demand,
        counts_money=prices.counts_money(buyer, sale_caps),
        sole=prices.sole_price(buyer),
        flat=prices.flat_price(buyer),
        patience=prices.patience(buyer),
        unlimited=None if limited else BuyerLimits(buyer.name, (), (), buyer.down_after),
        bids_alone=prices.bids_alone(buyer),
    )


def _items(buyer: m.Buyer, interned: Interned) -> tuple[Item, ...]:
    paused = [Item("reject", "paused", "paused", interned.condition(entry.when)) for entry in buyer.paused]
    criteria = [
        Item(criterion.kind, "filtered", criterion.reason, interned.condition(criterion.condition))
        for criterion in buyer.criteria
    ]
    price = Item("accept", "price", "no price for this lead", _any_price(buyer, interned))
    closed = Item("closed", "closed", "closed", ALWAYS)
    return (*paused, *criteria, price, *([closed] if buyer.openings or buyer.closed_on else []))


def _any_price(buyer: m.Buyer, interned: Interned) -> Condition:
    if buyer.offers or any(price.when is None for price in buyer.prices):
        return ALWAYS
    return Any(tuple(interned.condition(price.when) for price in buyer.prices))


def _lookups_of(buyer: m.Buyer) -> frozenset[str]:
    terms = [criterion.condition for criterion in buyer.criteria]
    terms += [price.when for price in buyer.prices if price.when]
    return frozenset(read.name for term in terms for read in reads(term) if read.kind == "result") | set(
        buyer.needs
    )
