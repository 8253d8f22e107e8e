"""Buyers: what they take, pay and are sent; ``like`` applied, a deliver completed from its ping."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.bodies import left_of
from leadflow_dsl.meaning.declaring import all_steps, set_types
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.heads import zone_of
from leadflow_dsl.meaning.like import with_like
from leadflow_dsl.meaning.limits import (
    CAP_PERIODS,
    amount,
    cap,
    conditional,
    criterion,
    dedupe,
    on_doubt,
    period,
    throttle,
    whole,
)
from leadflow_dsl.meaning.names import PING
from leadflow_dsl.meaning.requests import Said, inherited, leg, said
from leadflow_dsl.meaning.responses import check_accepted
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.meaning.unbuilt import check_loosely
from leadflow_dsl.rules.buyers import EQUAL_HOURS, NO_DELIVERY, NO_PRICE
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.terms import Const, Term, Type
from leadflow_dsl.types import NUMBER

FORMS: Final[dict[type, str]] = {
    nodes.Group: "group",
    nodes.Offer: "offer",
    nodes.AtLeast: "at least",
    nodes.Balance: "balance",
    nodes.Terms: "terms",
    nodes.Inquire: "inquire",
    nodes.Callback: "callback",
    nodes.PendingEnds: "pending ends",
    nodes.DeliverBatch: "deliver batch",
    nodes.DeliverEmail: "deliver email",
    nodes.ReturnsAtMost: "returns at most",
}
FREE: Final = frozenset(("deliver", "callback", "offer"))
ONCE: Final = (
    nodes.Timezone,
    nodes.LegalName,
    nodes.Group,
    nodes.Hours,
    nodes.DownAfter,
    nodes.OnDoubt,
    nodes.Ping,
    nodes.Deliver,
    nodes.Throttle,
    nodes.TestMark,
)
ALL_DAYS: Final = tuple(range(7))


def build_buyers(draft: Draft) -> None:
    """Every buyer in written order, those of imports first."""
    for symbol in draft.of("buyer").values():
        node = symbol.node
        assert isinstance(node, nodes.Buyer)
        items = with_like(draft, node, ())
        draft.buyers.append(_Builder(draft, node, items).build())


@dataclass(slots=True)
class _Parts:
    """What a buyer said so far, in the model's words."""

    tags: list[str] = field(default_factory=list)
    criteria: list[model.Criterion] = field(default_factory=list)
    prices: list[model.Price] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    priorities: list[model.Conditional] = field(default_factory=list)
    weights: list[model.Conditional] = field(default_factory=list)
    paused: list[model.Conditional] = field(default_factory=list)
    caps: list[model.Cap] = field(default_factory=list)
    budgets: list[model.Budget] = field(default_factory=list)
    openings: list[model.Opening] = field(default_factory=list)
    closed_on: list[str | datetime.date] = field(default_factory=list)
    holds: dict[str, model.Hold] = field(default_factory=dict)
    dedupes: list[model.Dedupe] = field(default_factory=list)
    returns: list[model.Returns] = field(default_factory=list)
    test_fields: list[model.TestField] = field(default_factory=list)
    one: dict[str, Any] = field(default_factory=dict)


class _Builder:
    """One buyer."""

    def __init__(self, draft: Draft, node: nodes.Buyer, items: Sequence[Any]) -> None:
        self.draft, self.node, self.items = draft, node, items
        self.r = Resolver(draft, Scope(known=all_steps(draft)))
        self.parts = _Parts()

    def build(self) -> model.Buyer:
        self._check_once()
        for item in self.items:
            self._read(item)
        ping, deliver = self._legs()
        parts, node = self.parts, self.node
        self._check_whole(ping, deliver)
        return model.Buyer(
            name=node.name.text,
            title=node.title.value if node.title else "",
            tags=tuple(dict.fromkeys(parts.tags)),
            criteria=tuple(parts.criteria),
            prices=tuple(parts.prices),
            needs=tuple(dict.fromkeys(parts.needs)),
            priorities=tuple(parts.priorities),
            weights=tuple(parts.weights),
            paused=tuple(parts.paused),
            caps=tuple(parts.caps),
            budgets=tuple(parts.budgets),
            openings=tuple(parts.openings),
            closed_on=tuple(parts.closed_on),
            holds=tuple(parts.holds.items()),
            dedupes=tuple(parts.dedupes),
            ping=ping,
            deliver=deliver,
            returns=tuple(parts.returns),
            test_fields=tuple(parts.test_fields),
            span=node.name.span,
            **{"timezone": self.draft.timezone, "on_doubt": self.draft.on_doubt, **parts.one},
        )

    def _check_once(self) -> None:
        seen: set[type] = set()
        for item in self.items:
            if isinstance(item, ONCE) and type(item) in seen:
                self.draft.found(SAID_TWICE.at(item.span, "this is said twice", "said again", "take one out"))
            seen.add(type(item))

    def _check_whole(self, ping: model.Leg | None, deliver: model.Leg | None) -> None:
        name = self.node.name
        if not self.parts.prices and not any(isinstance(item, nodes.Offer) for item in self.items):
            help = "write `price 25.00`, `price from bid` or `price 0.00`"
            self.draft.found(NO_PRICE.at(name.span, f"buyer `{name.text}` says no price", "", help))
        blocks = (nodes.Ping, nodes.Deliver, nodes.DeliverBatch, nodes.DeliverEmail)
        if not any(isinstance(item, blocks) for item in self.items):
            help = 'write `deliver { post "https://..." ... }`'
            message = f"nothing can be sent to buyer `{name.text}`"
            self.draft.found(NO_DELIVERY.at(name.span, message, "neither `ping` nor `deliver`", help))

    # -------------------------------------------------------------- statements

    def _read(self, item: Any) -> None:
        read = _READ.get(type(item))
        if read is not None:
            read(self, item)
        elif type(item) in FORMS:
            self.draft.not_built(FORMS[type(item)], item.span)
            check_loosely(self.r.at(replace(self.r.scope, ping=self._ping_values())), item, FREE)

    def _tag(self, item: nodes.Tag) -> None:
        self.parts.tags.extend(name.text for name in item.names)

    def _legal_name(self, item: nodes.LegalName) -> None:
        self.parts.one["legal_name"] = item.text.value

    def _exclusive(self, item: nodes.Exclusive) -> None:
        self.parts.one["exclusive"] = True

    def _group(self, item: nodes.Group) -> None:
        self.draft.not_built("group", item.span)
        self.parts.one["group"] = item.name.text

    def _needs(self, item: nodes.Needs) -> None:
        self.parts.needs.extend(name.text for name in item.names if self._is_lookup(name))

    def _is_lookup(self, name: nodes.Name) -> bool:
        known = [word for word, symbol in self.draft.words.items() if symbol.kind == "enhance"]
        if name.text in known:
            self.draft.used.add(("enhance", name.text))
            return True
        help = did_you_mean(name.text, known)
        message = f"unknown look-up `{name.text}`"
        self.draft.found(UNKNOWN.at(name.span, message, "no `enhance` of this name", help))
        return False

    def _priority(self, item: nodes.Priority) -> None:
        value = Const(item.value.value, NUMBER, item.value.span)
        self.parts.priorities.append(conditional(self.r, value, item.when, item))

    def _weight(self, item: nodes.Weight) -> None:
        self.draft.not_built("weight", item.span)
        value = Const(item.value.value, NUMBER, item.value.span)
        self.parts.weights.append(conditional(self.r, value, item.when, item))

    def _paused(self, item: nodes.Paused) -> None:
        self.parts.paused.append(conditional(self.r, None, item.when, item))

    def _price(self, item: nodes.Price) -> None:
        when = self.r.condition(item.when) if item.when is not None else None
        match item.value:
            case nodes.FromBid():
                price = model.Price("bid", when=when, span=item.span)
            case nodes.FromResponse(limit=limit):
                self.draft.not_built("price from response", item.span)
                price = model.Price(
                    "response", limit=limit.value if limit else None, when=when, span=item.span
                )
            case nodes.Amount() as said_amount:
                price = self._amount(said_amount, when, item)
        self.parts.prices.append(price)

    def _amount(self, value: nodes.Amount, when: Term | None, item: nodes.Price) -> model.Price:
        plus = value.plus_cost_of
        if plus is not None:
            self.draft.not_built("price ... plus cost of", item.span)
            self._is_lookup(plus)
        term = amount(self.r, value.value, "a price")
        return model.Price("amount", term, None, plus.text if plus else "", when, item.span)

    def _criterion(self, item: nodes.Accept | nodes.Reject) -> None:
        self.parts.criteria.append(criterion(self.r, item))

    def _cap(self, item: nodes.Cap) -> None:
        self.parts.caps.append(cap(self.r, item))

    def _throttle(self, item: nodes.Throttle) -> None:
        self.parts.one["throttle"] = throttle(self.draft, item)

    def _budget(self, item: nodes.Budget) -> None:
        when = period(self.draft, item.period, CAP_PERIODS)
        self.parts.budgets.append(model.Budget(item.maximum.value, when, item.span))

    def _timezone(self, item: nodes.Timezone) -> None:
        self.parts.one["timezone"] = zone_of(self.draft, item)

    def _hours(self, item: nodes.Hours) -> None:
        for opening in item.openings:
            start, end = opening.hours.start, opening.hours.end
            if start == end and not opening.hours.raw.endswith("-24:00"):
                message = f"`{opening.hours.raw}` opens and closes at the same moment"
                help = "for a whole day say no hours, or 00:00-24:00"
                self.draft.found(EQUAL_HOURS.at(opening.hours.span, message, "", help))
            days = opening.days.value if opening.days else ALL_DAYS
            self.parts.openings.append(model.Opening(days, start, end))

    def _closed_on(self, item: nodes.ClosedOn) -> None:
        known = self.draft.of("calendar")
        for day in item.days:
            if isinstance(day, nodes.Date):
                self.parts.closed_on.append(day.value)
            elif day.text in known:
                self.draft.used.add(("calendar", day.text))
                self.parts.closed_on.append(day.text)
            else:
                help = did_you_mean(day.text, known)
                if day.text == "us_federal_holidays":
                    help = ('import "library/calendars.flow" declares it',)
                message = f"unknown calendar `{day.text}`"
                self.draft.found(UNKNOWN.at(day.span, message, "no `calendar` of this name", help))

    def _on_state(self, item: nodes.OnState) -> None:
        state = item.state.text
        if state == "overdue":
            self.draft.not_built("on overdue", item.span)
        if isinstance(item.action, nodes.Hold):
            hold = model.Hold("hold_first" if item.action.first else "hold", item.action.up_to.value)
        else:
            hold = model.Hold()
        if state in self.parts.holds:
            message = f"`on {state}` is said twice"
            self.draft.found(SAID_TWICE.at(item.span, message, "said again", "take one out"))
        self.parts.holds.setdefault(state, hold)

    def _down_after(self, item: nodes.DownAfter) -> None:
        failures = whole(self.draft, item.failures, "a number of failures")
        self.parts.one["down_after"] = model.DownAfter(failures, item.within.value, item.length.value)

    def _dedupe(self, item: nodes.Dedupe) -> None:
        self.parts.dedupes.append(dedupe(self.r, item))

    def _idempotent(self, item: nodes.Idempotent) -> None:
        self.parts.one["idempotent"] = True

    def _doubt(self, item: nodes.OnDoubt) -> None:
        self.parts.one["on_doubt"] = on_doubt(item)

    def _returns(self, item: nodes.Returns) -> None:
        resubmit = item.resubmit
        when = self.r.condition(resubmit.when) if resubmit and resubmit.when is not None else None
        reasons = tuple(reason.value for reason in item.reasons)
        self.parts.returns.append(model.Returns(item.within.value, reasons, resubmit is not None, when))

    def _test(self, item: nodes.TestMark) -> None:
        for one in item.items:
            if isinstance(one, nodes.TestUrl):
                self.draft.not_built("test url", one.span)
                self.parts.one["test_url"] = one.url.value
            else:
                value = self.r.at(self.r.scope.in_request()).value(one.value)
                self.parts.test_fields.append(model.TestField(left_of(one.left), value))

    # -------------------------------------------------------------- ping and deliver

    def _block(self, kind: type) -> Any:
        return next((item for item in self.items if isinstance(item, kind)), None)

    def _ping_values(self) -> dict[str, Type] | None:
        """What the ping's answer gives to the post, by name and type; None where there is no ping."""
        ping = self._block(nodes.Ping)
        if ping is None:
            return None
        found = set_types(self.draft, ping.items)
        response = next((item for item in ping.items if isinstance(item, nodes.Response)), None)
        for item in response.items if response else ():
            inner = item.items if isinstance(item, nodes.Bids) else (item,)
            for value in inner:
                if isinstance(value, nodes.Value) and value.name.text in PING:
                    found[value.name.text] = PING[value.name.text]
        return found

    def _legs(self) -> tuple[model.Leg | None, model.Leg | None]:
        ping, deliver = self._block(nodes.Ping), self._block(nodes.Deliver)
        asked = said(self.r, ping.items) if ping else None
        first = leg(self.r, asked, "ping", ping.span) if ping and asked else None
        if deliver is None:
            return first, None
        later = self.r.at(replace(self.r.scope, ping=self._ping_values()))
        own = said(later, deliver.items)
        block = inherited(own, asked) if asked else own
        second = leg(later, block, "deliver", deliver.span)
        self._check_answer(later, second, own)
        return first, second

    def _check_answer(self, r: Resolver, second: model.Leg | None, own: Said) -> None:
        if second is not None and own.response is not None:
            check_accepted(r, own.response, second.response)


_READ: Final[dict[type, Any]] = {
    nodes.Tag: _Builder._tag,
    nodes.LegalName: _Builder._legal_name,
    nodes.Exclusive: _Builder._exclusive,
    nodes.Group: _Builder._group,
    nodes.Needs: _Builder._needs,
    nodes.Priority: _Builder._priority,
    nodes.Weight: _Builder._weight,
    nodes.Paused: _Builder._paused,
    nodes.Price: _Builder._price,
    nodes.Accept: _Builder._criterion,
    nodes.Reject: _Builder._criterion,
    nodes.Cap: _Builder._cap,
    nodes.Throttle: _Builder._throttle,
    nodes.Budget: _Builder._budget,
    nodes.Timezone: _Builder._timezone,
    nodes.Hours: _Builder._hours,
    nodes.ClosedOn: _Builder._closed_on,
    nodes.OnState: _Builder._on_state,
    nodes.DownAfter: _Builder._down_after,
    nodes.Dedupe: _Builder._dedupe,
    nodes.Idempotent: _Builder._idempotent,
    nodes.OnDoubt: _Builder._doubt,
    nodes.Returns: _Builder._returns,
    nodes.TestMark: _Builder._test,
}
