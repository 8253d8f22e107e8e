"""Caps that another limit of the same buyer or source always comes before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Label
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Buyer, Cap, Flow
from leadflow_dsl.rules.limits import CAP
from leadflow_dsl.terms import Const

PERIODS: Final = ("minute", "hour", "day", "week", "month", "total")
"""From short to long. Durations (``15m``) are only compared with themselves."""


def caps(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Caps that a budget, or a cap of a longer window, fills up first."""
    for source in flow.sources:
        yield from _behind_longer(source.caps)
    for buyer in flow.buyers:
        told = set[Cap]()
        for finding, cap in _over_budget(buyer):
            told.add(cap)
            yield finding
        yield from _behind_longer([cap for cap in buyer.caps if cap not in told])


def _over_budget(buyer: Buyer) -> Iterator[tuple[Diagnostic, Cap]]:
    price = _least_price(buyer)
    if price is None or price <= 0:
        return
    for cap in buyer.caps:
        if cap.counting != "sold" or cap.when is not None or cap.by is not None or cap.across or cap.shared:
            continue
        for budget in buyer.budgets:
            if budget.period == cap.period and price * cap.maximum > budget.maximum:
                most = int(budget.maximum / price)
                message = (
                    f"{cap.maximum} at {price} and more are over {budget.maximum}: the budget ends at {most}"
                )
                place = (Label(budget.span, "spent before the cap is full"),)
                help = (
                    f"write `cap {most} per {cap.period}`, or raise the budget"
                    if most
                    else "raise the budget"
                )
                yield CAP.at(cap.span, message, "never reached", help, place), cap


def _least_price(buyer: Buyer) -> Decimal | None:
    """The least that the buyer pays for a lead; None where that is not fixed."""
    amounts = [*buyer.offers]
    for price in buyer.prices:
        value = price.amount.value if isinstance(price.amount, Const) else None
        if price.kind != "amount" or not isinstance(value, Decimal):
            return None
        amounts.append(value)
    return min(amounts, default=None)


def _behind_longer(caps: Sequence[Cap]) -> Iterator[Diagnostic]:
    """Of caps that count the same, the one of a shorter window that is not less than one of a longer."""
    least: dict[object, Cap] = {}
    for cap in sorted((cap for cap in caps if cap.period in PERIODS), key=_length):
        identity = (cap.rolling, cap.when, cap.by, cap.counting, cap.across, cap.shared)
        longer = least.get(identity)
        if longer is not None and cap.maximum >= longer.maximum:
            word = "the same" if longer.period == cap.period else "the longer"
            message = f"at most {longer.maximum} per {longer.period} come, so {cap.maximum} per {cap.period} never do"
            place = (Label(longer.span, f"{word} window is full before"),)
            help = f"write less than {longer.maximum} per {cap.period}, or take it out"
            yield CAP.at(cap.span, message, "never reached", help, place)
        if longer is None or cap.maximum < longer.maximum:
            least[identity] = cap


def _length(cap: Cap) -> tuple[int, int]:
    return -PERIODS.index(cap.period), cap.maximum
