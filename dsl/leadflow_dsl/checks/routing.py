"""Buyers and the stages that name them: nobody forgotten, every bid readable, every price reachable."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl import nodes
from leadflow_dsl.checks.routes_walk import blocks_of, routes, stages_of
from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Buyer, Conditional, Flow, Price, Stage
from leadflow_dsl.rules.buyers import BID_NEVER_READ, UNREACHABLE
from leadflow_dsl.rules.routes import FALLBACK_LAST, NEVER_ROUTED, NO_BID


def never_routed(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """The flow's own buyers that no stage names."""
    if not any(routes(flow)):
        return
    named = {name for route in routes(flow) for stage in stages_of(route.items) for name in stage.buyers}
    for buyer in flow.buyers:
        symbol = draft.of("buyer")[buyer.name]
        if buyer.name not in named and symbol.own:
            tags = f", nor one of its tags ({', '.join(buyer.tags)})" if buyer.tags else ""
            message = f"no stage names buyer `{buyer.name}`{tags}"
            help = f"write `waterfall {buyer.name}` in the route, or take the buyer out"
            yield NEVER_ROUTED.at(buyer.span, message, "never offered a lead", help)


def auctions(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Buyers in an auction that neither bid nor have an amount for a price."""
    by_name = {buyer.name: buyer for buyer in flow.buyers}
    for route in routes(flow):
        for stage in stages_of(route.items):
            if stage.kind == "auction":
                yield from (
                    _no_bid(by_name[name], stage) for name in stage.buyers if _stands_dumb(by_name[name])
                )


def _stands_dumb(buyer: Buyer) -> bool:
    amounts = any(price.kind == "amount" for price in buyer.prices)
    return buyer.ping is None and bool(buyer.prices) and not amounts


def _no_bid(buyer: Buyer, stage: Stage) -> Diagnostic:
    message = f"buyer `{buyer.name}` has nothing to bid in an auction"
    place = Label(buyer.span, "has no ping and no amount for a price")
    help = ("give it a `ping` that reads a `bid`, or a `price` that is an amount",)
    return NO_BID.at(stage.span, message, "", help, (place,))


def bids(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """``price from bid`` where no ping's answer gives a bid."""
    told: set[Span] = set()  # `like` takes the same line over
    for buyer in flow.buyers:
        for price in buyer.prices:
            if price.span in told:
                continue
            if price.kind == "bid" and not _reads_bid(buyer) and not _broken_ping(buyer, draft):
                missing = "has no ping" if buyer.ping is None else "has a ping whose response reads no `bid`"
                help = 'write `bid "price"` in the ping\'s response'
                message = f"buyer `{buyer.name}` {missing}"
                told.add(price.span)
                yield BID_NEVER_READ.at(price.span, message, "no bid to take the price from", help)


def _reads_bid(buyer: Buyer) -> bool:
    if buyer.ping is None:
        return False
    answer = buyer.ping.response
    return any(name == "bid" for name, _ in answer.values) or answer.bids is not None


def _broken_ping(buyer: Buyer, draft: Draft) -> bool:
    """A ping that was written and could not be built has its own finding."""
    node = draft.of("buyer")[buyer.name].node
    return buyer.ping is None and any(isinstance(item, nodes.Ping) for item in getattr(node, "items", ()))


def fallbacks(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Stages that stand behind a fallback in the same block."""
    for route in routes(flow):
        for block in blocks_of(route.items):
            last: Stage | None = None
            for item in block:
                if isinstance(item, Stage) and item.kind == "fallback":
                    last = item
                elif last is not None:
                    place = Label(last.span, "the fallback")
                    message = "this stands behind a fallback"
                    help = "put the fallback last"
                    yield FALLBACK_LAST.at(
                        item.span, message, "reached only when it took nothing", help, (place,)
                    )


def unreachable_prices(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Prices, costs and priorities behind one that always holds."""
    groups: list[tuple[tuple[Price | Conditional, ...], str]] = []
    groups += [(buyer.prices, "price") for buyer in flow.buyers]
    groups += [(buyer.priorities, "priority") for buyer in flow.buyers]
    groups += [(source.costs, "cost") for source in flow.sources]
    for items, word in groups:
        always = next((item for item in items if item.when is None), None)
        if always is not None and always is not items[-1]:
            place = Label(always.span, f"this {word} always holds")
            wrong = items[items.index(always) + 1]
            message = f"this {word} is never reached"
            help = "put what has a `when` first"
            yield UNREACHABLE.at(wrong.span, message, "", help, (place,))
