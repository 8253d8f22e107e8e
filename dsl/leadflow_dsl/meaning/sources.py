"""Sources: where leads come from, and what refuses them at the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Diagnostic, Edit
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.limits import amount, cap, conditional, criterion, dedupe, throttle
from leadflow_dsl.meaning.names import field_of_alias
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.meaning.unbuilt import check_loosely
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import SecretRef, Term
from leadflow_dsl.types import SECRET

NOTHING_RAN = Scope(known=frozenset())
"""A source judges before any step has run."""

FORMS: dict[type, str] = {
    nodes.SourcePing: "ping of a source",
    nodes.VerifyHmac: "verify",
    nodes.VerifyField: "verify",
    nodes.VerifyChallenge: "verify",
    nodes.EachLead: "each",
    nodes.Fetch: "fetch",
    nodes.Reply: "reply",
    nodes.Postback: "postback",
}
FREE = frozenset("outcome reason details reference price redirect sales return callback".split())
"""What replies and postbacks may name beside what every expression may."""


def build_sources(draft: Draft) -> None:
    """Every source of the flow; one named ``default`` where there is none."""
    for item in draft.own_items():
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
    costs: list[model.Conditional] = field(default_factory=list)
    cost_on: str = "sale"
    answer_within: Any = None
    test_when: Term | None = None


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
        cost_on=said.cost_on,
        answer_within=said.answer_within,
        test_when=said.test_when,
        span=node.name.span,
    )


_ONCE = (nodes.Key, nodes.Receive, nodes.Map, nodes.Throttle, nodes.AnswerWithin, nodes.TestWhen)


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
            said.dedupes.append(dedupe(r, item))
        case nodes.Cap():
            said.caps.append(cap(r, item))
        case nodes.Throttle():
            said.throttle = throttle(r.draft, item)
        case nodes.Cost():
            _cost(r, item, said)
        case nodes.AnswerWithin(limit=limit):
            said.answer_within = limit.value
        case nodes.TestWhen(condition=condition):
            said.test_when = r.at(r.scope.in_payload()).condition(condition)
        case _:
            r.draft.not_built(FORMS[type(item)], item.span)
            check_loosely(r, item, FREE)


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
    if isinstance(item.value, nodes.RevenueShare):
        r.draft.not_built("cost ... of revenue", item.span)
        value: Term | None = None
    else:
        value = amount(later, item.value, "a cost")
    if item.back_on_return:
        r.draft.not_built("cost ... back on return", item.span)
    if item.owed is not None:
        said.cost_on = item.owed.text
    said.costs.append(conditional(later, value, item.when, item))
