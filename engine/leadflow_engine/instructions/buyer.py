"""What a buyer gets, made from the checked flow: the engine's own builder makes its requests of a made-up lead."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_engine.instructions.phrases import Name, Phrase, any_of, joined, lasting, period, say
from leadflow_engine.instructions.reading import reading, values_read
from leadflow_engine.instructions.records import BuyerInstructions, Leg, Note, Refusal
from leadflow_engine.instructions.requests import pretty
from leadflow_engine.instructions.sample import Criterion, Sample, buyer_sample, of_the_lead
from leadflow_engine.instructions.scopes import Beside
from leadflow_engine.instructions.source_fields import short_lists
from leadflow_engine.instructions.source_refusals import cap_in_words, criterion_refusal
from leadflow_engine.instructions.source_terms import amount_in_words
from leadflow_engine.instructions.types_in_words import example_of
from leadflow_engine.instructions.wording import FOR_BUYERS, Wording
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.mapping import MappingError, RequestProblem
from leadflow_engine.mapping.tree import written_left
from leadflow_engine.plan import Plan
from leadflow_engine.reports.amounts import money
from leadflow_engine.secrets import masked_placeholders
from leadflow_engine.texts.counted import counted

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BID: Final = Decimal("25.00")
KEY: Final = "d3f1a9c0-example"


def buyer_instructions(plan: Plan, buyer: m.Buyer, moment: datetime.datetime) -> BuyerInstructions:
    """What this buyer has to know. ``moment`` (aware) is when the example lead comes."""
    flow = plan.flow
    wording = Wording(FOR_BUYERS, lists=short_lists(plan))
    sample = _sample(plan, buyer, moment)
    return BuyerInstructions(
        flow=flow.name,
        flow_title=flow.title,
        buyer=buyer.name,
        title=buyer.legal_name or buyer.title,
        currency=flow.currency,
        timezone=buyer.timezone,
        criteria=tuple(_criterion(each, wording) for each in buyer.criteria),
        prices=tuple(_prices(buyer, flow.currency, wording)),
        limits=tuple(_limits(buyer, flow.currency, wording)),
        hours=tuple(_hours(buyer)),
        duplicates=tuple(_duplicates(buyer, wording)),
        legs=tuple(_legs(plan, buyer, sample, wording)),
        doubt=_doubt(buyer),
        returns=tuple(_returns(buyer, wording)),
        test=tuple(_test(buyer)),
        notes=tuple(_notes(buyer, wording)),
    )


def _criterion(criterion: m.Criterion, wording: Wording) -> Refusal:
    """A criterion as what is sold: ``state is one of CA, TX``, or what is not."""
    told = criterion_refusal("criterion", criterion, wording)
    word = "only where " if criterion.kind == "accept" else "never where "
    return Refusal(criterion.kind, say(word, wording.condition(criterion.condition)), told.reason)


def _sample(plan: Plan, buyer: m.Buyer, moment: datetime.datetime) -> Sample:
    """A lead for this buyer; its ping has answered with everything that the post may read."""
    names = tuple(field.name for field in plan.flow.fields if field.computed is None)
    first = buyer.prices[0].when if buyer.prices else None
    sample = buyer_sample(
        plan, buyer, moment, names, (Criterion(first),) if first is not None and of_the_lead(first) else ()
    )
    sample.lead.delivery_key = KEY
    if buyer.ping is not None:
        sample.lead.ping = _ping_answered(buyer.ping.response, plan.flow.country, sample.lead.received_at)
    return sample


def _ping_answered(response: m.Response, country: str, moment: datetime.datetime) -> dict[str, object]:
    said: dict[str, object] = {"reference": "P-20871", "bid": BID, "expires": moment}
    of_bids = response.bids.sets if response.bids else ()
    chosen = {**said, "legal_name": "Example LLC", **_examples(of_bids, country)}
    return {**said, "chosen": chosen, **_examples(response.sets, country)}


def _examples(sets: Sequence[m.SetValue], country: str) -> dict[str, object]:
    return {one.name: example_of(one.type, country) for one in sets}


# ------------------------------------------------------------------ money, numbers, hours


def _prices(buyer: m.Buyer, currency: str, wording: Wording) -> Iterator[Phrase]:
    for price in buyer.prices:
        when = say(", where ", wording.condition(price.when)) if price.when is not None else ()
        plus = " and the cost of a look-up" if price.plus_cost_of else ""
        yield say(_PRICES[price.kind](price, currency, wording), plus, when)
    if buyer.offers:
        offered = any_of([money(each, currency) for each in buyer.offers], "and then")
        yield (f"offered at {offered}, until one is accepted",)


def _answered_price(price: m.Price, currency: str, wording: Wording) -> Phrase:
    limit = f", up to {money(price.limit, currency)}" if price.limit is not None else ""
    return (f"the price in your answer{limit}",)


_PRICES: Final[Mapping[str, Any]] = {
    "amount": lambda price, currency, wording: amount_in_words(price.amount, currency, wording),
    "bid": lambda price, currency, wording: ("your bid",),
    "response": _answered_price,
}


def _limits(buyer: m.Buyer, currency: str, wording: Wording) -> Iterator[Phrase]:
    for cap in buyer.caps:
        what = {"attempts": "attempt", "pings": "ping"}.get(cap.counting, "lead")
        told = cap_in_words(cap, wording, buyer.timezone, what)
        shared = ", shared with others" if cap.shared or cap.across else ""
        yield say("no more ", told, shared)
    for budget in buyer.budgets:
        yield (f"no more after {money(budget.maximum, currency)} {period(budget.period)}",)
    if buyer.throttle is not None:
        yield (f"no more than {counted(buyer.throttle.maximum, 'request')} {period(buyer.throttle.period)}",)
    yield from (
        (f"preferred until you have {counted(each.minimum, 'lead')} {period(each.period)}",)
        for each in buyer.at_least
    )
    if buyer.balance is not None:
        credit = f" and a credit of {money(buyer.balance.credit, currency)}" if buyer.balance.credit else ""
        yield (f"only while what you paid in{credit} covers the price",)
    if buyer.terms is not None:
        yield (f"invoices are due after {counted(buyer.terms.days, 'day')}",)


def _hours(buyer: m.Buyer) -> Iterator[Phrase]:
    for opening in buyer.openings:
        night = " (past midnight)" if opening.end < opening.start else ""
        span = f"{opening.start:%H:%M} to {opening.end:%H:%M}{night}"
        yield (f"{days_in_words(opening.days)}, {span}",)
    for day in buyer.closed_on:
        named = (Name(day),) if isinstance(day, str) else (f"{day.isoformat()}",)
        yield say("closed on ", named)
    for why, hold in buyer.holds:
        if hold.action != "skip" and hold.up_to is not None:
            first = (
                ", before others are asked" if hold.action == "hold_first" else ", where nobody else took it"
            )
            yield (f"{_WHY.get(why, why)}, a lead waits for you up to {lasting(hold.up_to)}{first}",)


_WHY: Final = {
    "closed": "when you are closed",
    "capped": "when a limit is reached",
    "down": "when you cannot be reached",
    "overdue": "when an invoice is overdue",
}


def days_in_words(days: tuple[int, ...]) -> str:
    """Days of the week (0 is Monday): ``Monday to Friday``, ``Saturday``, ``Monday, Wednesday``."""
    if len(days) > 2 and days == tuple(range(days[0], days[0] + len(days))):
        return f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    return any_of([DAYS[day] for day in days], "and")


def _duplicates(buyer: m.Buyer, wording: Wording) -> Iterator[Phrase]:
    for dedupe in buyer.dedupes:
        named = joined([wording.read(read) for read in dedupe.fields], ", ", " and ")
        whom = "anybody was sold" if dedupe.across else "you were sold"
        yield say("no lead with the same ", named, f" as one that {whom} within {lasting(dedupe.within)}")


# ------------------------------------------------------------------ requests


def _legs(plan: Plan, buyer: m.Buyer, sample: Sample, wording: Wording) -> Iterator[Leg]:
    if buyer.ping is not None:
        kind = "ping" if buyer.deliver is not None else "ping, which also sells"
        asked = _leg(plan, kind, buyer.ping, sample, wording)
        yield replace(asked, timeout=min([asked.timeout, *_windows(plan, buyer.name)]))
    if buyer.deliver is not None:
        yield _leg(plan, "post", buyer.deliver, sample, wording)


def _windows(plan: Plan, buyer: str) -> Iterator[datetime.timedelta]:
    """How long the auctions that a buyer stands in wait for its bid; what comes later is late."""
    stages = (stage for stage in plan.stages.values() if stage.kind == "auction" and buyer in stage.buyers)
    yield from (stage.window for stage in stages if stage.window is not None)


def _leg(plan: Plan, kind: str, leg: m.Leg, sample: Sample, wording: Wording) -> Leg:
    request = leg.request
    url, headers, content_type, body, problem = _built(plan, leg, sample)
    return Leg(
        kind=kind,
        method=request.method,
        url=url,
        headers=headers,
        auth=tuple(_auth(auth, wording) for auth in request.auth),
        content_type=content_type,
        body=body,
        problem=problem,
        timeout=request.timeout,
        retry=_retry(request.retry),
        idempotency_header=request.idempotency_header,
        reading=tuple(reading(leg.response, wording, kind.startswith("ping"))),
        taken=tuple(values_read(leg.response, wording)),
    )


def _built(plan: Plan, leg: m.Leg, sample: Sample) -> tuple[str, tuple[str, ...], str, str, str]:
    """The url, the headers' names, the content type and the body of the example; or why there is no body."""
    try:
        built = plan.builder(leg).build(Beside(sample.lead, _OFFERED))
    except MappingError as problem:
        return _written_url(leg), (), "", "", str(problem)
    if isinstance(built, RequestProblem):
        return _written_url(leg), (), "", "", built.reason
    headers = dict(built.headers)
    content_type = headers.get("Content-Type", "")
    url = masked_placeholders(built.url)
    return url, tuple(headers), content_type, _shown(built.body or "", content_type), ""


_OFFERED: Final[Mapping[str, Mapping[str, Any]]] = {
    "offer": {"price": BID},
    "callback": {"url": "https://YOUR-HOST/flows/FLOW/buyers/BUYER/callback/C-20871"},
}


def _written_url(leg: m.Leg) -> str:
    return "".join(piece if isinstance(piece, str) else "..." for piece in leg.request.url.pieces)


def _shown(body: str, content_type: str) -> str:
    """A body as people read it: JSON over several lines, secrets masked."""
    text = masked_placeholders(body)
    if not content_type.partition(";")[0].endswith("json"):
        return text
    try:
        return pretty(read_json(text))
    except IntakeError:
        return text


def _auth(auth: m.Auth, wording: Wording) -> Phrase:
    if auth.kind == "hmac":
        over = wording.signed(auth.over)
        made = f" with HMAC {auth.algorithm}, in the {auth.place}{' as' * (auth.place == 'query')} "
        return say("a signature over ", over, made, Name(auth.name))
    return _AUTH[auth.kind](auth) if auth.kind in _AUTH else (f"by {auth.kind}",)


_AUTH: Final[Mapping[str, Callable[[m.Auth], Phrase]]] = {
    "bearer": lambda auth: say("your token in the header ", Name("Authorization: Bearer ***")),
    "basic": lambda auth: say("a user and a password, in the header ", Name("Authorization: Basic ***")),
    "header": lambda auth: say("your key in the header ", Name(f"{auth.name}: {auth.prefix}***")),
    "query": lambda auth: say("your key in the query as ", Name(auth.name)),
    "body": lambda auth: say("your key in the body as ", Name(auth.name)),
    "oauth": lambda auth: ("a token that we ask your authorization server for, as a bearer",),
}
_CAUSES: Final[Mapping[str, str]] = {
    "timeout": "no answer came in time",
    "connect": "no connection could be made",
    "5xx": "the answer had a 5xx status",
}


def _retry(retry: m.Retry | None) -> Phrase:
    if retry is None:
        return ("not repeated",)
    causes = any_of([_CAUSES.get(cause, f"the status was {cause}") for cause in retry.causes])
    times = "once" if retry.times == 1 else f"{retry.times} times"
    return (f"repeated {times} where {causes}, first after {lasting(retry.backoff)}",)


# ------------------------------------------------------------------ doubt, returns, tests


def _doubt(buyer: m.Buyer) -> Phrase:
    doubt = buyer.on_doubt
    if doubt.action == "next":
        return ("Where your answer does not tell whether you took a lead, it is offered to others.",)
    if doubt.action == "assume_sold" and doubt.after is not None:
        return (f"Where your answer does not tell, the lead counts as sold after {lasting(doubt.after)}.",)
    how_long = f"up to {lasting(doubt.after)}" if doubt.after is not None else "until somebody has settled it"
    again = " and asked again under the same key" if buyer.idempotent else ""
    return (
        f"Where your answer does not tell whether you took a lead, it is kept for you {how_long}{again}.",
    )


def _returns(buyer: m.Buyer, wording: Wording) -> Iterator[Phrase]:
    for each in buyer.returns:
        reasons = joined([(f"“{reason}”",) for reason in each.reasons], ", ", " or ")
        yield say(f"within {lasting(each.within)}", say(" for ", reasons) if reasons else ())
    for limit in buyer.returns_at_most:
        yield (f"at most {(limit.share * 100).normalize():f}% {period(limit.period)}",)


def _test(buyer: m.Buyer) -> Iterator[Phrase]:
    for each in buyer.test_fields:
        left = Name(written_left(each.left))
        yield say("a test lead has ", left, " = ", Wording(FOR_BUYERS).value(each.value))
    if buyer.test_url is not None:
        pieces = "".join(piece if isinstance(piece, str) else "..." for piece in buyer.test_url.pieces)
        yield say("test leads go to ", Name(pieces))


def _notes(buyer: m.Buyer, wording: Wording) -> Iterator[Note]:
    if buyer.exclusive:
        yield Note("exclusive", ("What you are sold is sold to nobody else.",))
    if buyer.batch is not None:
        yield Note("delivery", _batch(buyer.batch))
    if buyer.email is not None:
        yield Note("delivery", ("Leads come by e-mail; one is accepted when your mail server takes it.",))
    if buyer.inquire is not None:
        every, up_to = lasting(buyer.inquire.every), lasting(buyer.inquire.up_to)
        yield Note("verdict", (f"What became of a lead is asked every {every}, for up to {up_to}.",))
    if buyer.callback is not None:
        yield Note(
            "verdict", ("You may call us with the verdict later; a refusal after an acceptance is a return.",)
        )
    if buyer.pending_ends is not None:
        ends = buyer.pending_ends
        yield Note(
            "verdict", (f"A lead that is pending counts as {ends.outcome} after {lasting(ends.after)}.",)
        )


def _batch(batch: m.Batch) -> Phrase:
    when = [f"every {lasting(batch.every)}"] if batch.every is not None else []
    when += [f"at {any_of([f'{at:%H:%M}' for at in batch.at], 'and')}"] if batch.at else []
    when += [f"once there are {batch.size:,}"] if batch.size is not None else []
    return (f"Leads are collected and sent together as {batch.body.kind.upper()}, {any_of(when)}.",)
