"""Sources: where leads come from, and what refuses them at the door."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Diagnostic, Edit, Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.heads import zone_of
from leadflow_dsl.meaning.intake import fetch, postback, reply, source_ping
from leadflow_dsl.meaning.limits import amount, cap, criterion, dedupe, share, throttle
from leadflow_dsl.meaning.names import field_of_alias
from leadflow_dsl.meaning.paths import path
from leadflow_dsl.meaning.places import PAYLOAD
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.meaning.verification import verification
from leadflow_dsl.rules.conditions import VALUE
from leadflow_dsl.rules.forms import COSTS_DIFFER
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import Path, SecretRef, Term
from leadflow_dsl.types import SECRET
from leadflow_dsl.unguarded import dataclass

NOTHING_RAN = Scope(known=frozenset()).having(PAYLOAD)
"""A source judges before any step has run; what came can be named as it came."""


def build_sources(draft: Draft) -> None:
    """Every source of the flow; one named ``default`` where there is none."""
    for loaded in draft.files:
        for item in loaded.tree.items:
            if isinstance(item, nodes.Source):
                draft.sources.append(_source(draft, item))
    if not draft.sources:
        draft.sources.append(model.Source("default"))


@dataclass(slots=True)
class _Said:
    """What a source said so far."""

    key: SecretRef | None = None
    receive: tuple[str, ...] = ()
    map: list[tuple[str, Term]] = field(default_factory=list)
    criteria: list[model.Criterion] = field(default_factory=list)
    dedupes: list[model.Dedupe] = field(default_factory=list)
    caps: list[model.Cap] = field(default_factory=list)
    throttle: model.Throttle | None = None
    costs: list[model.Cost] = field(default_factory=list)
    answer_within: Any = None
    test_when: Term | None = None
    timezone: str = ""
    verify: list[model.Verification] = field(default_factory=list)
    each: Path | None = None
    fetch: model.Leg | None = None
    ping: model.SourcePing | None = None
    replies: list[model.Reply] = field(default_factory=list)
    postbacks: list[model.Postback] = field(default_factory=list)


def _source(draft: Draft, node: nodes.Source) -> model.Source:
    r, said = Resolver(draft, NOTHING_RAN), _Said()
    _check_once(draft, node)
    for item in node.items:
        _read(r, item, said)
    return model.Source(
        name=node.name.text,
        title=node.title.value if node.title else "",
        key=said.key,
        receive=said.receive,
        map=tuple(said.map),
        criteria=tuple(said.criteria),
        dedupes=tuple(said.dedupes),
        caps=tuple(said.caps),
        throttle=said.throttle,
        costs=tuple(said.costs),
        cost_on=said.costs[-1].owed if said.costs else "sale",
        answer_within=said.answer_within,
        test_when=said.test_when,
        timezone=said.timezone,
        verify=tuple(said.verify),
        each=said.each,
        fetch=said.fetch,
        ping=said.ping,
        replies=tuple(said.replies),
        postbacks=tuple(said.postbacks),
        span=node.name.span,
    )


_ONCE = (
    nodes.Key,
    nodes.Receive,
    nodes.Map,
    nodes.Throttle,
    nodes.AnswerWithin,
    nodes.TestWhen,
    nodes.EachLead,
    nodes.Fetch,
    nodes.SourcePing,
    nodes.Timezone,
)


def _check_once(draft: Draft, node: nodes.Source) -> None:
    seen: set[type] = set()
    for item in node.items:
        if isinstance(item, _ONCE) and type(item) in seen:
            draft.found(SAID_TWICE.at(item.span, "this is said twice", "said again", "take one out"))
        seen.add(type(item))


def _read(r: Resolver, item: Any, said: _Said) -> None:
    match item:
        case nodes.Key(secret=secret):
            said.key = SecretRef(secret.name.text, SECRET, secret.span)
        case nodes.Receive(kinds=kinds):
            said.receive = tuple(name.text for name in kinds)
        case nodes.Map(pairs=pairs):
            said.map.extend(_mapped(r, pairs))
        case nodes.Accept() | nodes.Reject():
            said.criteria.append(criterion(r, item))
        case nodes.Dedupe():
            said.dedupes.append(dedupe(r, item, ("sold",), of_source=True))
        case nodes.Cap():
            said.caps.append(_cap(r, item))
        case nodes.Throttle():
            said.throttle = throttle(r.draft, item)
        case nodes.Cost():
            _cost(r, item, said)
        case nodes.AnswerWithin(limit=limit):
            said.answer_within = limit.value
        case nodes.TestWhen(condition=condition):
            said.test_when = r.at(r.scope.in_payload()).condition(condition)
        case nodes.Timezone():
            said.timezone = zone_of(r.draft, item)
        case nodes.EachLead(path=node):
            said.each = path(r.draft, node)
        case nodes.Fetch():
            said.fetch = fetch(r, item)
        case nodes.SourcePing():
            said.ping = source_ping(r, item)
        case nodes.Reply():
            _reply(r, item, said)
        case nodes.Postback():
            said.postbacks.extend(postback(r, item))
        case _:
            said.verify.append(verification(r, item))


def _cap(r: Resolver, item: nodes.Cap) -> model.Cap:
    """A source's cap counts what it accepts, or what of it is sold: a lead once, however many buyers take it."""
    built = cap(r, item)
    if item.counting is None:
        return built
    if item.counting.text != "sold":
        message = f"a source has no {item.counting.text}: they are a buyer's"
        help = "write `counting sold`, or nothing for what the source accepts"
        r.draft.found(VALUE.at(item.counting.span, message, "", help))
    return replace(built, counting="sold_leads")


def _reply(r: Resolver, item: nodes.Reply, said: _Said) -> None:
    built = reply(r, item)
    if any(earlier.on == built.on for earlier in said.replies):
        r.draft.found(SAID_TWICE.at(item.span, "this is answered already", "said again", "take one out"))
    said.replies.append(built)


def _mapped(r: Resolver, pairs: tuple[nodes.MapPair, ...]) -> list[tuple[str, Term]]:
    found: list[tuple[str, Term]] = []
    here = r.at(r.scope.in_payload())
    for pair in pairs:
        symbol = r.draft.words.get(pair.name.text)
        if symbol is None or symbol.kind != "field":
            r.draft.found(_no_field(r.draft, pair.name))
        elif any(name == pair.name.text for name, _ in found):
            message = f"`{pair.name.text}` is mapped twice"
            r.draft.found(SAID_TWICE.at(pair.name.span, message, "said again", "take one out"))
        found.append((pair.name.text, here.value(pair.value)))
    return found


def _no_field(draft: Draft, name: nodes.Name) -> Diagnostic:
    """The finding for the left side of a ``map`` that is no field: maybe one of a field's aliases."""
    field_name = field_of_alias(draft, name.text)
    if field_name:
        help: tuple[str, ...] = (
            f"write `{field_name}`; an alias is what a source may call it in its payload",
        )
        message = f"`{name.text}` is an alias of the field `{field_name}`"
        return UNKNOWN.at(name.span, message, "an alias, no field", help, fix=(Edit(name.span, field_name),))
    fields = [known for known, symbol in draft.words.items() if symbol.kind == "field"]
    help = did_you_mean(name.text, fields, draft)
    return UNKNOWN.at(name.span, f"unknown field `{name.text}`", "not declared in `lead`", help)


def _cost(r: Resolver, item: nodes.Cost, said: _Said) -> None:
    later = r.at(Scope())  # a cost is owed on the sale, when everything is known
    part = item.value if isinstance(item.value, nodes.RevenueShare) else None
    value = None if part else amount(later, item.value, "a cost")
    cost = model.Cost(
        value=value,
        when=later.condition(item.when) if item.when is not None else None,
        span=item.span,
        share=share(r.draft, part.share, "a share of the revenue") if part else None,
        owed=item.owed.text if item.owed else "sale",
        back_on_return=item.back_on_return,
    )
    _check_owed(r, cost, said.costs)
    said.costs.append(cost)


def _check_owed(r: Resolver, cost: model.Cost, earlier: list[model.Cost]) -> None:
    if cost.share is not None and cost.owed == "accept":
        message = "there is no revenue yet when the lead is accepted"
        r.draft.found(COSTS_DIFFER.at(cost.span, message, "", "a share of the revenue is owed `on sale`"))
    elif earlier and earlier[0].owed != cost.owed:
        message = f"this cost is owed on {cost.owed}, another of this source on {earlier[0].owed}"
        place = Label(earlier[0].span, f"owed on {earlier[0].owed}")
        help = f"write `on {earlier[0].owed}` here, too"
        r.draft.found(COSTS_DIFFER.at(cost.span, message, "", help, (place,)))
