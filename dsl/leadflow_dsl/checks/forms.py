"""Forms that must agree with one another: what a buyer, a source or a stage says, and what that needs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.checks.routes_walk import routes, stages_of
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Buyer, Cap, Flow, Stage, Weight
from leadflow_dsl.rules.exchanges import NEVER_PENDING
from leadflow_dsl.rules.forms import BACK_ON_RETURN, NEVER_REPLIED, PING_LACKS, RETAIN
from leadflow_dsl.rules.trade import (
    AT_LEAST,
    COUNTS_PINGS,
    NEVER_OVERDUE,
    NO_WEIGHT,
    RETURNS_LIMIT,
    SHARED,
    TOO_FEW,
    WEIGHTS,
)
from leadflow_dsl.terms import Const

WHOLE: Final = Decimal(1)


def shared_caps(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Shared caps of one identity (all but the number) that say different numbers."""
    seen: dict[object, Cap] = {}
    caps = [cap for source in flow.sources for cap in source.caps]
    caps += [cap for buyer in flow.buyers for cap in buyer.caps]
    for cap in caps:
        if cap.shared:
            identity = (cap.shared, cap.period, cap.rolling, cap.paced, cap.when, cap.by, cap.counting)
            first = seen.setdefault(identity, cap)
            if first.maximum != cap.maximum:
                message = f"the shared cap `{cap.shared}` is {cap.maximum} here and {first.maximum} elsewhere"
                place = Label(first.span, f"{first.maximum} here")
                help = "write the same number, or another name"
                yield SHARED.at(cap.span, message, "", help, (place,))


def trade(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """What a buyer says that needs something else of the same buyer."""
    for buyer in flow.buyers:
        yield from _promised(buyer)
        yield from _pings_counted(buyer)
        yield from _never_pending(buyer)
        if buyer.terms is None and "overdue" in dict(buyer.holds):
            message = f"`{buyer.name}` is never overdue: it has no payment terms"
            yield NEVER_OVERDUE.at(_overdue(buyer, draft), message, "", "write `terms net 30`")
        for limit in buyer.returns_at_most if not buyer.returns else ():
            message = f"`{buyer.name}` may return nothing"
            yield RETURNS_LIMIT.at(
                limit.span, message, "nothing to limit", 'write `returns within 14d for "..."`'
            )


def _overdue(buyer: Buyer, draft: Draft) -> Span:
    """Where the buyer says it, or the buyer's name where it is taken from another."""
    node = draft.of("buyer")[buyer.name].node
    said = [item for item in getattr(node, "items", ()) if isinstance(item, nodes.OnState)]
    return next((item.span for item in said if item.state.text == "overdue"), buyer.span)


def _promised(buyer: Buyer) -> Iterator[Diagnostic]:
    plain = [cap for cap in buyer.caps if cap.when is None and cap.by is None and cap.counting == "sold"]
    for promise in buyer.at_least:
        for cap in plain:
            if cap.period == promise.period and cap.maximum < promise.minimum:
                message = f"at least {promise.minimum} per {cap.period} are promised, and at most {cap.maximum} sold"
                place = Label(cap.span, "the cap")
                yield AT_LEAST.at(
                    promise.span, message, "never met", "raise the cap, or promise less", (place,)
                )


def _pings_counted(buyer: Buyer) -> Iterator[Diagnostic]:
    for cap in buyer.caps:
        if cap.counting == "pings" and buyer.ping is None:
            message = f"`{buyer.name}` is never pinged"
            yield COUNTS_PINGS.at(cap.span, message, "counts nothing", "write `counting attempts`")


def _never_pending(buyer: Buyer) -> Iterator[Diagnostic]:
    leg = buyer.deliver or (buyer.batch.leg if buyer.batch else None) or buyer.ping
    if leg is None or any(verdict.outcome == "pending" for verdict in leg.response.verdicts):
        return
    message = f"no answer of `{buyer.name}` is ever pending"
    help = 'say which answer leaves it open: `pending when "status" == "queued"`'
    for waits in (buyer.pending_ends, buyer.inquire, None if _changes_a_sale(buyer) else buyer.callback):
        if waits is not None:
            yield NEVER_PENDING.at(waits.span, message, "nothing to wait for", help)


def _changes_a_sale(buyer: Buyer) -> bool:
    """Whether a callback can say that a sale came back, or at another price."""
    if buyer.callback is None:
        return False
    response = buyer.callback.response
    outcomes = {response.otherwise, *(verdict.outcome for verdict in response.verdicts)}
    return bool(outcomes & {"rejected", "duplicate"}) or any(name == "price" for name, _ in response.values)


# ------------------------------------------------------------------ stages


def stages(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Stages whose options need more of their buyers than those say."""
    buyers = {buyer.name: buyer for buyer in flow.buyers}
    for stage in (stage for route in routes(flow) for stage in stages_of(route.items)):
        inside = [buyers[name] for name in stage.buyers]
        if inside:
            yield from _too_few(stage, inside)
            yield from _weights(stage, inside)


def _too_few(stage: Stage, buyers: list[Buyer]) -> Iterator[Diagnostic]:
    """Two buyers of one group never share a lead."""
    most = len({buyer.group or f"{buyer.name} alone" for buyer in buyers})
    if stage.kind in ("auction", "multisell") and stage.sell_high > most:
        message = f"this stage sells to {stage.sell_high}, and at most {most} of its buyers can share a lead"
        yield TOO_FEW.at(stage.span, message, "never reached", f"write `sell {most}`, or name more buyers")


def _weights(stage: Stage, buyers: list[Buyer]) -> Iterator[Diagnostic]:
    key = next((key for key in stage.order if key.name == "weight"), None)
    if key is None:
        return
    if not any(buyer.weights for buyer in buyers):
        help = "write `order by round_robin`, or give the buyers a `weight`"
        yield NO_WEIGHT.at(key.span, "no buyer of this stage has a weight", "", help)
    always = [(b.name, w) for b in buyers for w in b.weights if w.when is None]
    place = (Label(key.span, "shared here"),)
    total = Decimal(0)
    for name, weight in always:
        total += _share(weight)
        if weight.percent != always[0][1].percent:
            message = f"`{name}` has a weight in {'percent' if weight.percent else 'parts'}, others do not"
            yield WEIGHTS.at(weight.span, message, "", "write all in percent, or all in parts", place)
            return
        if total > WHOLE:
            message = f"with `{name}` the shares of this stage come to {total * 100:f}%".replace(".00%", "%")
            yield WEIGHTS.at(weight.span, message, "more than the whole", "make them 100% together", place)
            return


def _share(weight: Weight) -> Decimal:
    value = weight.value.value if isinstance(weight.value, Const) else 0
    return value if weight.percent and isinstance(value, Decimal) else Decimal(0)


# ------------------------------------------------------------------ sources and what is kept


def sources(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Costs that cannot come back, replies that are never sent, pings that would all be refused."""
    returnable = any(buyer.returns or buyer.callback for buyer in flow.buyers)
    called_back = any(buyer.callback for buyer in flow.buyers)
    on_ping = [field.name for field in flow.fields if field.required == "ping"]
    for source in flow.sources:
        for cost in source.costs:
            if cost.back_on_return and not returnable:
                help = 'let a buyer return leads: `returns within 14d for "..."`'
                yield BACK_ON_RETURN.at(cost.span, "no buyer returns a lead", "never comes back", help)
        for reply in source.replies:
            if (reply.on == "ping" and source.ping is None) or (reply.on == "callback" and not called_back):
                message = (
                    f"`{source.name}` has no `ping`" if reply.on == "ping" else "no buyer has a `callback`"
                )
                yield NEVER_REPLIED.at(reply.span, message, "never sent", "take it out, or declare the call")
        ping = source.ping
        for name in on_ping if ping and ping.fields else ():
            if ping and name not in ping.fields:
                message = f"the ping of `{source.name}` lacks `{name}`, which is required on ping"
                label = "every ping would be refused"
                yield PING_LACKS.at(ping.span, message, label, f"add `{name}` to its fields")


def kept_long_enough(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Times that reach further back than leads are kept."""
    if flow.retain is None:
        return
    retain = next(item.span for item in draft.own_items() if isinstance(item, nodes.Retain))
    dedupes = [one for source in flow.sources for one in source.dedupes]
    dedupes += [one for buyer in flow.buyers for one in buyer.dedupes]
    needed = [(one.within, one.span, "a dedupe") for one in dedupes]
    needed += [(one.within, buyer.span, "a return") for buyer in flow.buyers for one in buyer.returns]
    for length, span, what in needed:
        if length > flow.retain:
            message = f"leads are kept {flow.retain.days} days, and {what} looks back {length.days}"
            yield RETAIN.at(
                retain, message, "", "keep them longer", (Label(span, f"{length.days} days here"),)
            )
            return
