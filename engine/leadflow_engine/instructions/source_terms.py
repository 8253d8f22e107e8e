"""What else a source's supplier is told: what is paid, how a call proves itself, pings, postbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_engine.instructions.answers import SOLD_PRICE
from leadflow_engine.instructions.payload import NoPlace, paths_of, place
from leadflow_engine.instructions.phrases import Name, Phrase, any_of, lasting, say
from leadflow_engine.instructions.records import FieldNote, Note, Request, ping_path
from leadflow_engine.instructions.requests import WRITERS, request
from leadflow_engine.instructions.sample import Sample
from leadflow_engine.instructions.wording import Wording
from leadflow_engine.plan import Plan
from leadflow_engine.reports.amounts import money

Json: TypeAlias = Any


def payment(source: m.Source, flow: m.Flow, wording: Wording) -> Iterator[Phrase]:
    """What the supplier is paid; the first that holds."""
    for cost in source.costs:
        amount = _amount(cost, flow, wording)
        owed = "on acceptance" if cost.owed == "accept" else "on sale"
        when = say(", where ", wording.condition(cost.when)) if cost.when else ()
        back = ", given back when the lead is returned" if cost.back_on_return else ""
        each = "" if cost.share is not None else " a lead"
        yield say(amount, f"{each}, {owed}{back}", when)


def _amount(cost: m.Cost, flow: m.Flow, wording: Wording) -> Phrase:
    share = cost.share
    if share is not None:
        return (f"{(share * 100).normalize():f}% of what the lead is sold for",)
    return amount_in_words(cost.value, flow.currency, wording)


def amount_in_words(term: t.Term | None, currency: str, wording: Wording) -> Phrase:
    """An amount of money: written out where it is a constant, else how it is computed."""
    if isinstance(term, t.Const) and isinstance(term.value, Decimal):
        return (money(term.value, currency),)
    return wording.value(term)


def example_price(source: m.Source) -> Decimal | None:
    """What an example of a sale pays; None where the flow says no cost."""
    first = next((cost.value for cost in source.costs if isinstance(cost.value, t.Const)), None)
    value = first.value if first is not None else None
    if isinstance(value, Decimal):
        return value
    return SOLD_PRICE if source.costs else None


def wrapped(source: m.Source, payload: Mapping[str, Json]) -> Mapping[str, Json]:
    """The payload with what else a call must hold: the secret field of ``verify``, the place of ``each``."""
    whole: dict[str, Json] = dict(payload)
    if source.each is not None:
        try:
            whole = place(None, source.each.source, whole)
        except NoPlace:
            return {}
    for check in source.verify:
        if check.kind == "field":
            whole = {**whole, check.name: "YOUR-VALUE"}
    return whole if isinstance(whole, dict) else {}


def ping_fields(source: m.Source, fields: tuple[FieldNote, ...]) -> tuple[str, ...]:
    """The fields of a ping, by name; none where the source has no ping."""
    if source.ping is None:
        return ()
    return source.ping.fields or tuple(note.name for note in fields if note.required in {"always", "ping"})


def ping_request(plan: Plan, source: m.Source, sample: Sample, base: str) -> Request | None:
    """A ping with the fields that it must hold, in the first content type that can carry it."""
    if source.ping is None or sample.problem:
        return None
    required = {field.name for field in plan.flow.fields if field.required in {"always", "ping"}}
    names = [name for name in sample.values if name in {*source.ping.fields, *required}]
    payload: Json = {}
    for name in names or list(sample.values):
        mapped = dict(source.map).get(name)
        for path in (f'"{name}"',) if mapped is None else paths_of(mapped):
            try:
                payload = place(payload, path, sample.values[name])
            except NoPlace:
                continue
    for kind in source.receive or ("json",):
        text = WRITERS[kind](payload)
        if text is not None:
            return request(source, kind, text, base + ping_path(plan.flow.name, source.name))
    return None


def postback_host(postback: m.Postback) -> str:
    """The host of a postback: the supplier knows its own address, and what else stands in it may be a secret."""
    first = next(iter(postback.leg.request.url.pieces), "")
    text = first if isinstance(first, str) else ""
    return "/".join(text.split("/", 3)[:3])


def notes(source: m.Source, flow: m.Flow, wording: Wording) -> Iterator[Note]:
    """What stands beside the rest, as sentences by what they are about."""
    for check in source.verify:
        yield Note("verify", _VERIFY[check.kind](check, wording))
    if source.each is not None:
        yield Note(
            "each", say("One call may hold several leads: they stand at ", Name(source.each.source), ".")
        )
    if source.fetch is not None:
        known = [
            read.name
            for term in _terms(source.fetch.request)
            for read in t.reads(term)
            if read.kind == "payload"
        ]
        named = any_of([f"payload.{name}" for name in dict.fromkeys(known)], "and")
        yield Note(
            "fetch",
            say("Your call only names the lead", f" ({named})" if named else "", "; we fetch it from you."),
        )
    if source.ping is not None:
        yield Note("ping", _after_a_ping(source.ping))
    if flow.retain is not None:
        yield Note("retain", (f"What is personal is removed after {lasting(flow.retain)}.",))


def _after_a_ping(ping: m.SourcePing) -> Phrase:
    stands = f" What it offers stands for {lasting(ping.hold)}." if ping.hold is not None else ""
    return say("The post that follows a ping carries the ", Name("ping_id"), " of its answer.", stands)


def _terms(request_: m.Request) -> Iterator[t.Term]:
    yield request_.url
    yield from (pair.right for pair in request_.query)
    yield from (term for _, term in request_.headers)
    yield from (pair.right for pair in (request_.body.pairs if request_.body else ()))


def _hmac(check: m.Verification, wording: Wording) -> Phrase:
    age = f", not older than {lasting(check.within)}" if check.within else ""
    time = say(" by the header ", Name(check.time_header)) if check.time_header else ()
    return say(
        "Sign ",
        wording.signed(check.over),
        f" with HMAC {check.algorithm} and the secret that you were given; put the signature into the header ",
        Name(check.name),
        age,
        time,
        ".",
    )


_VERIFY: Final[Mapping[str, Any]] = {
    "hmac": _hmac,
    "field": lambda check, wording: say(
        "Send the secret that you were given as the field ", Name(check.name), "."
    ),
    "challenge": lambda check, wording: say(
        "A call with the query parameter ",
        Name(check.name),
        " is answered with its value, as webhooks ask for when they are set up.",
    ),
}
