"""Buyers: what they take, pay and are sent; ``like`` applied, a deliver completed from its ping."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import Any, Final, TypeAlias

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning import trade
from leadflow_dsl.meaning.bodies import left_of
from leadflow_dsl.meaning.declaring import all_steps
from leadflow_dsl.meaning.deliveries import batch, callback, email, inquire
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.heads import zone_of
from leadflow_dsl.meaning.like import with_like
from leadflow_dsl.meaning.limits import amount, cap, conditional, criterion, dedupe, on_doubt, throttle
from leadflow_dsl.meaning.pings import ping_values
from leadflow_dsl.meaning.places import CALLBACK, OFFER
from leadflow_dsl.meaning.requests import Said, inherited, leg, said, url
from leadflow_dsl.meaning.responses import check_accepted
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.meaning.suggestions import did_you_mean
from leadflow_dsl.rules.buyers import EQUAL_HOURS, NO_DELIVERY, NO_PRICE
from leadflow_dsl.rules.exchanges import UNPROVEN_CALL, WHOSE_CALL
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE
from leadflow_dsl.rules.trade import OFFER_UNSAID
from leadflow_dsl.terms import Const, Term, Type
from leadflow_dsl.types import NUMBER
from leadflow_dsl.unguarded import dataclass

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
    nodes.Offer,
    nodes.Balance,
    nodes.Terms,
    nodes.Inquire,
    nodes.Callback,
    nodes.PendingEnds,
    nodes.DeliverBatch,
    nodes.DeliverEmail,
    nodes.TestMark,
)
DELIVERIES: Final = (nodes.Deliver, nodes.DeliverBatch, nodes.DeliverEmail)
"""The ways in which a lead reaches a buyer."""
Make: TypeAlias = Callable[[Resolver, Any], Any]
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
    weights: list[model.Weight] = field(default_factory=list)
    at_least: list[model.AtLeast] = field(default_factory=list)
    paused: list[model.Conditional] = field(default_factory=list)
    caps: list[model.Cap] = field(default_factory=list)
    budgets: list[model.Budget] = field(default_factory=list)
    openings: list[model.Opening] = field(default_factory=list)
    closed_on: list[str | datetime.date] = field(default_factory=list)
    holds: dict[str, model.Hold] = field(default_factory=dict)
    dedupes: list[model.Dedupe] = field(default_factory=list)
    returns: list[model.Returns] = field(default_factory=list)
    returns_at_most: list[model.ReturnsAtMost] = field(default_factory=list)
    test_fields: list[model.TestField] = field(default_factory=list)
    one: dict[str, Any] = field(default_factory=dict)


class _Builder:
    """One buyer."""

    def __init__(self, draft: Draft, node: nodes.Buyer, items: Sequence[Any]) -> None:
        self.draft, self.node, self.items = draft, node, items
        self.r = Resolver(draft, Scope(known=all_steps(draft)))
        self.asked = self.r.at(self._asked_scope())
        self.parts = _Parts()

    def build(self) -> model.Buyer:
        self._check_once()
        self.draft.used -= {("offer", "price"), ("callback", "url")}  # of buyers that were read before
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
            at_least=tuple(parts.at_least),
            openings=tuple(parts.openings),
            closed_on=tuple(parts.closed_on),
            holds=tuple(parts.holds.items()),
            dedupes=tuple(parts.dedupes),
            ping=ping,
            deliver=deliver,
            returns=tuple(parts.returns),
            returns_at_most=tuple(parts.returns_at_most),
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
        name, offer = self.node.name, self._block(nodes.Offer)
        if self.parts.prices and offer is not None:
            help = "take one of the two out: the offer that is accepted is the price"
            message = "a buyer with an `offer` has no other price"
            self.draft.found(SAID_TWICE.at(offer.span, message, "priced already", help))
        if not self.parts.prices and offer is None:
            help = "write `price 25.00`, `price from bid` or `price 0.00`"
            self.draft.found(NO_PRICE.at(name.span, f"buyer `{name.text}` says no price", "", help))
        if offer is not None and ("offer", "price") not in self.draft.used:
            help = "send `offer.price`"
            message = f"`{name.text}` is not told what it is offered the lead for"
            self.draft.found(OFFER_UNSAID.at(offer.span, message, "asked the same again", help))
        self._check_callback()
        ways = [item for item in self.items if isinstance(item, DELIVERIES)]
        if len(ways) > 1 and len({type(item) for item in ways}) > 1:
            message = "a buyer is delivered to in one way"
            self.draft.found(SAID_TWICE.at(ways[1].span, message, "a second one", "take one out"))
        if not ways and self._block(nodes.Ping) is None:
            help = 'write `deliver { post "https://..." ... }`'
            message = f"nothing can be sent to buyer `{name.text}`"
            self.draft.found(NO_DELIVERY.at(name.span, message, "neither `ping` nor `deliver`", help))

    def _check_callback(self) -> None:
        """A call is about the lead whose reference it says, or whose own address is called."""
        said = self.parts.one.get("callback")
        if said is not None and ("callback", "url") in self.draft.used:
            self.parts.one["callback"] = replace(said, by_url=True)
            return
        if said is None:
            return
        if not any(name == "reference" for name, _ in said.response.values):
            ways = ('read it in the call: `reference "id"`', "or send `callback.url` with the lead")
            message = f"a call of `{self.node.name.text}` does not tell which lead it is about"
            self.draft.found(WHOSE_CALL.at(said.span, message, "no `reference`", ways))
        if not said.verify:
            ways = ('ask for a proof: `verify field "key" env NAME`', "or send `callback.url` with the lead")
            message = f"anybody could call as `{self.node.name.text}`"
            self.draft.found(UNPROVEN_CALL.at(said.span, message, "no `verify`", ways))

    # -------------------------------------------------------------- statements

    def _read(self, item: Any) -> None:
        kind = type(item)
        if kind in _ONE:
            name, make = _ONE[kind]
            self.parts.one[name] = make(self.later if kind in SENT_LATER else self.r, item)
        elif kind in _MANY:
            name, make = _MANY[kind]
            getattr(self.parts, name).append(make(self.r, item))
        elif kind in _READ:
            _READ[kind](self, item)

    def _tag(self, item: nodes.Tag) -> None:
        self.parts.tags.extend(name.text for name in item.names)

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

    def _paused(self, item: nodes.Paused) -> None:
        self.parts.paused.append(conditional(self.r, None, item.when, item))

    def _price(self, item: nodes.Price) -> None:
        when = self.r.condition(item.when) if item.when is not None else None
        match item.value:
            case nodes.FromBid():
                price = model.Price("bid", when=when, span=item.span)
            case nodes.FromResponse(limit=limit):
                price = model.Price(
                    "response", limit=limit.value if limit else None, when=when, span=item.span
                )
            case nodes.Amount() as said_amount:
                price = self._amount(said_amount, when, item)
        self.parts.prices.append(price)

    def _amount(self, value: nodes.Amount, when: Term | None, item: nodes.Price) -> model.Price:
        plus = value.plus_cost_of
        if plus is not None:
            self._is_lookup(plus)
        term = amount(self.r, value.value, "a price")
        return model.Price("amount", term, None, plus.text if plus else "", when, item.span)

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
        if isinstance(item.action, nodes.Hold):
            hold = model.Hold("hold_first" if item.action.first else "hold", item.action.up_to.value)
        else:
            hold = model.Hold()
        if state in self.parts.holds:
            message = f"`on {state}` is said twice"
            self.draft.found(SAID_TWICE.at(item.span, message, "said again", "take one out"))
        self.parts.holds.setdefault(state, hold)

    def _test(self, item: nodes.TestMark) -> None:
        for one in item.items:
            if isinstance(one, nodes.TestUrl):
                self.parts.one["test_url"] = url(self.r, one.url)
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
        return ping_values(self.draft, ping)

    def _asked_scope(self) -> Scope:
        """What a request to this buyer can name beside what every request can."""
        words = ((nodes.Offer, OFFER), (nodes.Callback, CALLBACK))
        return self.r.scope.having(*(table for kind, table in words if self._block(kind) is not None))

    @property
    def later(self) -> Resolver:
        """The place of what is sent after the ping was answered."""
        return self.asked.at(replace(self.asked.scope, ping=self._ping_values()))

    def _legs(self) -> tuple[model.Leg | None, model.Leg | None]:
        ping, deliver = self._block(nodes.Ping), self._block(nodes.Deliver)
        asked = said(self.asked, ping.items) if ping else None
        first = leg(self.asked, asked, "ping", ping.span) if ping and asked else None
        if deliver is None:
            return first, None
        later = self.later
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
    nodes.Needs: _Builder._needs,
    nodes.Priority: _Builder._priority,
    nodes.Paused: _Builder._paused,
    nodes.Price: _Builder._price,
    nodes.Timezone: _Builder._timezone,
    nodes.Hours: _Builder._hours,
    nodes.ClosedOn: _Builder._closed_on,
    nodes.OnState: _Builder._on_state,
    nodes.TestMark: _Builder._test,
}

SENT_LATER: Final = (nodes.Inquire, nodes.DeliverBatch, nodes.DeliverEmail)
"""Statements that may read what the ping's answer gave."""

_ONE: Final[dict[type, tuple[str, Make]]] = {
    nodes.LegalName: ("legal_name", lambda r, item: item.text.value),
    nodes.Exclusive: ("exclusive", lambda r, item: True),
    nodes.Group: ("group", trade.group),
    nodes.Offer: ("offers", trade.offer),
    nodes.Throttle: ("throttle", lambda r, item: throttle(r.draft, item)),
    nodes.Balance: ("balance", trade.balance),
    nodes.Terms: ("terms", trade.terms),
    nodes.DownAfter: ("down_after", trade.down_after),
    nodes.Idempotent: ("idempotent", lambda r, item: True),
    nodes.OnDoubt: ("on_doubt", lambda r, item: on_doubt(item)),
    nodes.Inquire: ("inquire", inquire),
    nodes.Callback: ("callback", callback),
    nodes.PendingEnds: ("pending_ends", trade.pending_ends),
    nodes.DeliverBatch: ("batch", batch),
    nodes.DeliverEmail: ("email", email),
}
"""Statements that stand once: the buyer's field, and what makes it."""

_MANY: Final[dict[type, tuple[str, Make]]] = {
    nodes.Accept: ("criteria", criterion),
    nodes.Reject: ("criteria", criterion),
    nodes.Weight: ("weights", trade.weight),
    nodes.Cap: ("caps", cap),
    nodes.AtLeast: ("at_least", trade.at_least),
    nodes.Budget: ("budgets", trade.budget),
    nodes.Dedupe: ("dedupes", lambda r, item: dedupe(r, item, ("sold", "attempts"))),
    nodes.Returns: ("returns", trade.returns),
    nodes.ReturnsAtMost: ("returns_at_most", trade.returns_at_most),
}
"""Statements of which each adds one."""
