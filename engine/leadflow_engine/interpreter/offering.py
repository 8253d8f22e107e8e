"""A seller that asks first (``ping`` of a source): its lead goes through the flow up to where somebody would be posted
to, and no further; and the post that follows finds the bids that were made, while they stand."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from leadflow_dsl import model as m
from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import BuyerLimits, Effect, ReadLimits, Result
from leadflow_engine.evaluation.evaluate import holds
from leadflow_engine.intake import door
from leadflow_engine.interpreter import exchange as x
from leadflow_engine.interpreter.journey import Journey, moment
from leadflow_engine.interpreter.pinging import Pinged, read_ping, timed

STANDS: Final = datetime.timedelta(minutes=1)
"""How long what a seller was told stands, where neither its source nor the bids say."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one buyer would pay for the lead, until when its bid stands (None: it says no time), and who buys where the
    bid tells it."""

    buyer: str
    price: Decimal
    until: datetime.datetime | None = None
    legal_name: str = ""


@dataclass(frozen=True, slots=True)
class Offering:
    """What a seller hears: those to whom the lead would go, until when that stands, and what the seller would be paid:
    ``amount`` and the ``share`` of the buyers' price."""

    offers: tuple[Offer, ...]
    until: datetime.datetime
    amount: Decimal
    share: Decimal

    def pays(self, offer: Offer) -> Decimal:
        """What the seller would be paid for a sale to this buyer."""
        return self.amount + self.share * offer.price


class Offered(Exception):
    """A ping has come to where somebody would be posted to: its Run ends here."""

    def __init__(self, stage: m.Stage, offers: Iterable[Offer]) -> None:
        super().__init__()
        self.stage = stage
        self.offers = tuple(offers) if stage.kind != "fallback" else ()


# ------------------------------------------------------------------ the ping


def refused(journey: Journey) -> Generator[Any, Any, str]:
    """Why the source's door is shut to a ping; "" where it is open. What a ping does not tell refuses nobody, and
    nothing is claimed: what is asked is whether the post would be a duplicate, or over a cap."""
    plan, lead = journey.plan, journey.lead
    found = list(door.ping_problems(plan, lead))
    if found:
        return "; ".join(found)
    for criterion in plan.sources[lead.source].criteria:
        if holds(criterion.condition, lead) is (criterion.kind == "reject"):
            return criterion.reason
    claims = door.claims(plan, lead)
    asked = BuyerLimits("", claims.limits, claims.keys, m.DownAfter())
    reply = yield Effect(f"door/{lead.source}", ReadLimits((asked,)))
    return str(reply["out"][""]["reason"]) if "" in reply["out"] else ""


def come_to(journey: Journey, offered: Offered) -> Offering:
    """What is told of the offers at which a ping has ended."""
    source = journey.plan.sources[journey.lead.source]
    hold = source.ping.hold if source.ping is not None else None
    ends = [offer.until for offer in offered.offers if offer.until is not None]
    now = journey.now()
    until = min([now + (hold or STANDS), *ends]) if hold or not ends else min(ends)
    for place, offer in enumerate(offered.offers, 1):
        reason = f"would have it for {offer.price}: its seller asked"
        journey.considered(
            offered.stage.id, offer.buyer, "not_asked", reason=reason, price=offer.price, position=place
        )
    return Offering(offered.offers, until, journey.cost, journey.cost_share)


# ------------------------------------------------------------------ the post that follows


def kept_ping(journey: Journey, buyer: m.Buyer) -> Pinged | None:
    """What a buyer had answered to the seller's ping, while that stands; it is heard once. None: it is to be asked."""
    standing = journey.arrival.standing
    if standing is None or buyer.ping is None or buyer.name in journey.heard:
        return None
    answer = standing.answers.get(buyer.name)
    if answer is None or journey.now() >= moment(standing.until):
        return None
    journey.heard.add(buyer.name)
    result: Result = answer["result"]
    done = x.Exchange(str(answer["key"]), result, x.read_answer(journey, buyer.ping, result))
    pinged = timed(replace(read_ping(journey, done), ms=0.0), moment(str(answer["at"])))
    over = pinged.lapses is not None and pinged.lapses <= journey.now()
    return None if over else pinged


def kept_pings(journey: Journey, names: Iterable[str]) -> Mapping[str, Pinged]:
    """``kept_ping`` of several, those that are to be asked left out."""
    if journey.arrival.standing is None:
        return {}
    found = {name: kept_ping(journey, journey.plan.buyers[name].buyer) for name in names}
    return {name: pinged for name, pinged in found.items() if pinged is not None}
