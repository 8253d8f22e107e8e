"""Money: what is paid for every lead, and what is sold for less than it cost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from leadflow_dsl.diagnostics import Diagnostic, Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Conditional, Enhance, Filter, Flow, Price, Score
from leadflow_dsl.rules.buyers import MARGIN, PAID_FOR_ALL
from leadflow_dsl.terms import Const, Read, Term, reads


def paid_for_every_lead(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """On-demand look-ups with a cost that a filter or a score reads, directly or through a computed field."""
    paid = {
        step.name: step for step in flow.steps if isinstance(step, Enhance) and step.on_demand and step.cost
    }
    computed = {field.name: field.computed for field in flow.fields if field.computed is not None}
    for step in flow.steps:
        seen: set[str] = set()
        for term in _terms(step):
            for read in _all_reads(term, computed):
                if read.kind == "result" and read.name in paid and read.name not in seen:
                    seen.add(read.name)
                    yield _paid(paid[read.name], read, step)


def _terms(step: object) -> Iterator[Term]:
    if isinstance(step, Filter):
        yield from (criterion.condition for criterion in step.criteria)
    elif isinstance(step, Score):
        yield from (points.when for points in step.points)
        yield from (points.amount for points in step.points)
        yield from (
            (feature.read for feature in step.trained.features) if step.trained and not step.shadow else ()
        )
    if isinstance(step, Filter | Score) and step.when is not None:
        yield step.when


def _all_reads(term: Term, computed: dict[str, Term], depth: int = 0) -> Iterator[Read]:
    for read in reads(term):
        yield read
        if read.kind == "field" and read.name in computed and depth < 8:
            yield from _all_reads(computed[read.name], computed, depth + 1)


def _paid(lookup: Enhance, read: Read, step: object) -> Diagnostic:
    word = "filter" if isinstance(step, Filter) else "score"
    message = f"`{lookup.name}` costs {lookup.cost} and is asked for every lead here"
    place = Label(lookup.span, "on demand")
    help = ("read it in a buyer's criteria", "or drop `on demand`, if every lead is worth it")
    return PAID_FOR_ALL.at(read.span, message, f"every lead reaches this {word}", help, (place,))


def sold_below_cost(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Buyers whose every price is a fixed amount under the least that any source is owed on a sale."""
    costs = [cost for source in flow.sources for cost in source.costs]
    least = min((amount for cost in costs if (amount := _fixed(cost)) is not None), default=None)
    if least is None or any(_fixed(cost) is None for cost in costs) or any(not s.costs for s in flow.sources):
        return
    for buyer in flow.buyers:
        amounts = [_fixed_price(price) for price in buyer.prices]
        highest = max((amount for amount in amounts if amount is not None), default=None)
        if highest is not None and None not in amounts and Decimal(0) < highest < least:
            message = f"buyer `{buyer.name}` pays {highest}, and a lead costs {least}"
            help = "`min margin 0.00` in the stage keeps such leads from it"
            yield MARGIN.at(buyer.prices[0].span, message, "less than the lead costs", help)


def _fixed(cost: Conditional) -> Decimal | None:
    value = cost.value.value if isinstance(cost.value, Const) else None
    return value if isinstance(value, Decimal) else None


def _fixed_price(price: Price) -> Decimal | None:
    value = price.amount.value if isinstance(price.amount, Const) else None
    return value if isinstance(value, Decimal) else None
