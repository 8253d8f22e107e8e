"""Caps, budgets, throttles, promises and dedupes made ready: each with the identity under which the journal counts.

An identity is everything but the maximum, the reason and the pace: a changed maximum keeps its count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from leadflow_dsl import model as m
from leadflow_dsl.terms import Read
from leadflow_engine.effects import LimitClaim
from leadflow_engine.evaluation.conditions import ALWAYS, Condition, Interned


@dataclass(frozen=True, slots=True)
class PlannedCap:
    """A limit with its identity. ``maximum`` is None where it only counts, for others that look at it.

    ``window`` is calendar, rolling or paced; ``counting`` is sold, attempts or pings; ``zone`` is that of its calendar.
    ``once``: it counts a lead once, when it is sold, however many buyers take it. ``pace`` is the number and the reason
    of a paced cap of the same identity that is higher than this one, and holds beside it. ``claims`` are those made
    of it so far, by patience in seconds, where no lead changes them: see ``claim_of``.
    """

    limit: str
    period: str
    zone: str
    maximum: int | Decimal | None
    reason: str
    when: Condition = ALWAYS
    by: Read | None = None
    money: bool = False
    window: str = "calendar"
    counting: str = "sold"
    once: bool = False
    pace: tuple[int, str] | None = None
    claims: dict[float, LimitClaim] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PlannedDedupe:
    """Fields that must not have been seen in a scope. ``asked`` and ``kept`` say whether this place looks there, and
    whether it leaves its own; ``counting`` is "sold" (a refusal takes it back) or "attempts". ``names`` are its fields,
    as the journal keeps them; ``within`` is in seconds; ``of_fields``: of the lead's own fields alone; ``said`` is what
    of a ``KeyClaim`` stands behind its value, the same for every lead."""

    dedupe: m.Dedupe
    scope: str
    asked: bool = True
    kept: bool = True
    counting: str = "sold"
    names: str = field(init=False, repr=False, compare=False)
    within: float = field(init=False, repr=False, compare=False)
    of_fields: bool = field(init=False, repr=False, compare=False)
    said: tuple[float, str, bool, bool, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", names_of(self.dedupe))
        object.__setattr__(self, "within", self.dedupe.within.total_seconds())
        said = (self.within, self.dedupe.reason, self.asked, self.kept, self.counting)
        object.__setattr__(self, "said", said)
        object.__setattr__(self, "of_fields", all(read.kind == "field" for read in self.dedupe.fields))


# ------------------------------------------------------------------ caps


def claim_of(cap: PlannedCap, timeout: float, amount: int = 1, by: str = "") -> LimitClaim:
    """What a cap needs of somebody whose answer may take ``timeout`` seconds; made once where that is the same of every
    lead: every buyer's caps are asked for."""
    known = cap.claims.get(timeout)
    if known is not None:
        return known
    claim = LimitClaim(
        limit=cap.limit,
        period=cap.period,
        zone=cap.zone,
        amount=amount,
        maximum=most(cap),
        code="capped",
        reason=cap.reason,
        by=by,
        timeout=_patience(cap, timeout),
        window=cap.window,
        counting=cap.counting,
        money=cap.money,
        once=cap.once,
        pace=cap.pace,
    )
    if cap.by is None and not cap.money:
        cap.claims[timeout] = claim
    return claim


def _patience(cap: PlannedCap, timeout: float) -> float:
    """How much later than now this may count: a sale with its answer, what is only asked when it is asked."""
    return 0.0 if cap.window == "rolling" and cap.counting != "sold" else timeout


def most(cap: PlannedCap) -> int | None:
    """A limit's number as the journal counts it; None where it is only counted."""
    if cap.maximum is None:
        return None
    return millionths(Decimal(cap.maximum)) if cap.money else int(cap.maximum)


def millionths(amount: Decimal) -> int:
    """Money as tables keep it: whole millionths, half to even."""
    return int((amount * 1_000_000).to_integral_value(rounding="ROUND_HALF_EVEN"))


def claims_for_all(caps: Iterable[PlannedCap], timeout: float) -> tuple[LimitClaim, ...] | None:
    """What these caps need of every lead; None where that differs from lead to lead."""
    known = tuple(caps)
    if any(cap.when is not ALWAYS or cap.by is not None or cap.money for cap in known):
        return None
    return tuple(claim_of(cap, timeout) for cap in known)


@dataclass(frozen=True, slots=True)
class Across:
    """What buyers say that concerns all of them: caps that count all buyers' leads, dedupes that look at all (by whose
    they are)."""

    caps: tuple[m.Cap, ...] = ()
    dedupes: tuple[tuple[str, PlannedDedupe], ...] = ()


NOTHING = Across()


def across_all(flow: m.Flow) -> Across:
    """What the buyers of a flow say that concerns all of them, looked for once."""
    return Across(
        tuple(cap for buyer in flow.buyers for cap in buyer.caps if cap.across),
        tuple((buyer.name, left) for buyer in flow.buyers for left in _left_across(buyer, flow)),
    )


def _left_across(buyer: m.Buyer, flow: m.Flow) -> Iterator[PlannedDedupe]:
    """What every other buyer's sale leaves for this one to find."""
    for each in buyer.dedupes:
        if each.across:
            scope = _buyer_scope(each, buyer, flow)
            yield PlannedDedupe(each, scope, asked=False, counting=each.counting or "sold")


def buyer_caps(buyer: m.Buyer, flow: m.Flow, interned: Interned, across: Across) -> tuple[PlannedCap, ...]:
    """All that counts a buyer's leads and money; a cap across all buyers (``across``) counts at each of them."""
    owner = f"{flow.name}/buyer/{buyer.name}"
    own = [cap_of(cap, owner, buyer.timezone, flow, interned) for cap in buyer.caps]
    elsewhere = [
        replace(cap_of(cap, owner, flow.timezone, flow, interned), maximum=None)
        for cap in across.caps
        if cap.counting != "pings" or buyer.ping is not None
    ]
    asked = "pings" if buyer.ping is not None else "attempts"
    throttles = (
        [replace(_throttle(buyer.throttle, owner, buyer.timezone), counting=asked)] if buyer.throttle else []
    )
    budgets = [
        PlannedCap(
            limit=f"{owner}/budget/{budget.period}",
            period=budget.period,
            zone=buyer.timezone,
            maximum=budget.maximum,
            reason=f"budget {budget.maximum} per {budget.period}",
            money=True,
        )
        for budget in buyer.budgets
    ]
    promises = [replace(promise_of(each, buyer, flow), maximum=None) for each in buyer.at_least]
    return _once((*own, *budgets, *throttles, *elsewhere, *promises))


def source_caps(source: m.Source, flow: m.Flow, interned: Interned) -> tuple[PlannedCap, ...]:
    """A source's caps, in written order."""
    owner = f"{flow.name}/source/{source.name}"
    return tuple(cap_of(cap, owner, flow.timezone, flow, interned, "source") for cap in source.caps)


def source_counts(source: m.Source, flow: m.Flow, interned: Interned) -> tuple[PlannedCap, ...]:
    """What else counts a source's leads: its throttle, what policies may slow it by, other sources' caps across all."""
    owner = f"{flow.name}/source/{source.name}"
    across = [
        replace(cap_of(cap, owner, flow.timezone, flow, interned, "source"), maximum=None)
        for other in flow.sources
        for cap in other.caps
        if cap.across and other.name != source.name
    ]
    mine = {cap_of(cap, owner, flow.timezone, flow, interned, "source").limit for cap in source.caps}
    throttles = [_throttle(source.throttle, owner, flow.timezone)] if source.throttle else []
    throttles += [
        replace(_throttle(action.throttle, owner, flow.timezone), maximum=None)
        for policy in flow.policies
        for action in policy.actions
        if isinstance(action, m.SlowSource) and action.source == source.name
    ]
    return _once((*throttles, *(cap for cap in across if cap.limit not in mine)))


def cap_of(
    cap: m.Cap, owner: str, zone: str, flow: m.Flow, interned: Interned, place: str = "buyer"
) -> PlannedCap:
    """One cap. One that is shared, or counts across all, is in nobody's name, and its calendar is the flow's."""
    owner = f"shared/{place}/{cap.shared}" if cap.shared else f"all/{place}" if cap.across else owner
    by = f"/by {cap.by.name}{'.' + cap.by.part if cap.by.part else ''}" if cap.by else ""
    when = f"/when {hashlib.sha256(repr_term(cap.when).encode()).hexdigest()[:12]}" if cap.when else ""
    rolling = " rolling" if cap.rolling else ""
    once = cap.counting == "sold_leads"
    counting = "/sold" if once else f"/{cap.counting}" if cap.counting != "sold" else ""
    return PlannedCap(
        limit=f"{owner}/cap/{cap.period}{rolling}{by}{when}{counting}",
        period=cap.period,
        zone=flow.timezone if cap.shared or cap.across else zone,
        maximum=cap.maximum,
        reason=cap.reason or _said(cap),
        when=interned.condition(cap.when),
        by=cap.by,
        window="rolling" if cap.rolling else "paced" if cap.paced else "calendar",
        counting="sold" if once else cap.counting,
        once=once,
    )


def _said(cap: m.Cap) -> str:
    """A reason made from the cap: what a person would call it."""
    words = [f"cap {cap.maximum} per {cap.period}"]
    words += ["rolling"] if cap.rolling else []
    words += [f"by {cap.by.name}{'.' + cap.by.part if cap.by.part else ''}"] if cap.by else []
    counting = cap.counting.removesuffix("_leads")
    words += [f"counting {counting}"] if cap.counting != "sold" else []
    words += [f"shared {cap.shared}"] if cap.shared else ["across all"] if cap.across else []
    return " ".join(words)


def _throttle(throttle: m.Throttle, owner: str, zone: str) -> PlannedCap:
    said = f"throttle {throttle.maximum} per {throttle.period}"
    return PlannedCap(
        throttle_limit(owner, throttle), throttle.period, zone, throttle.maximum, said, window="rolling"
    )


def throttle_limit(owner: str, throttle: m.Throttle) -> str:
    """The identity of a throttle of a buyer or a source (``FLOW/source/NAME``)."""
    return f"{owner}/throttle/{throttle.period}"


def promise_of(promise: m.AtLeast, buyer: m.Buyer, flow: m.Flow) -> PlannedCap:
    """``at least N per day``: a count that is to be reached."""
    limit = f"{flow.name}/buyer/{buyer.name}/at least/{promise.period}"
    reason = f"at least {promise.minimum} per {promise.period}"
    return PlannedCap(limit, promise.period, buyer.timezone, promise.minimum, reason)


def _once(caps: Iterable[PlannedCap]) -> tuple[PlannedCap, ...]:
    """Each identity once, its lowest maximum: nobody counts twice on the same limit. A higher one that is paced still
    holds its pace."""
    found: dict[str, PlannedCap] = {}
    paced: dict[str, PlannedCap] = {}
    for cap in caps:
        found[cap.limit] = _lower(found.get(cap.limit, cap), cap)
        if cap.window == "paced" and cap.maximum is not None:
            paced[cap.limit] = _lower(paced.get(cap.limit, cap), cap)
    return tuple(_beside(cap, paced.get(cap.limit)) for cap in found.values())


def _lower(known: PlannedCap, cap: PlannedCap) -> PlannedCap:
    lower = cap.maximum is not None and (known.maximum is None or cap.maximum < known.maximum)
    return cap if lower else known


def _beside(cap: PlannedCap, paced: PlannedCap | None) -> PlannedCap:
    if paced is None or paced.maximum is None or cap.window == "paced":
        return cap
    return replace(cap, pace=(int(paced.maximum), paced.reason))


def repr_term(term: object) -> str:
    """A term's structure without its places in the text: equal terms, equal text."""
    if isinstance(term, tuple):
        return "(" + ",".join(map(repr_term, term)) + ")"
    if hasattr(term, "__dataclass_fields__"):
        names = [name for name in term.__dataclass_fields__ if name != "span"]
        return f"{type(term).__name__}({','.join(repr_term(getattr(term, name)) for name in names)})"
    return repr(term)


# ------------------------------------------------------------------ dedupes


def buyer_dedupes(buyer: m.Buyer, flow: m.Flow, across: Across) -> tuple[PlannedDedupe, ...]:
    """What a delivery to this buyer looks for, and what it leaves for others and for the sources to look for."""
    own = [
        PlannedDedupe(each, _buyer_scope(each, buyer, flow), counting=each.counting or "sold")
        for each in buyer.dedupes
    ]
    return _unlike((*own, *(left for name, left in across.dedupes if name != buyer.name)))


def sold_dedupes(source: m.Source, flow: m.Flow) -> tuple[PlannedDedupe, ...]:
    """What a sale of a lead of this source leaves for the sources that count what was sold. What the source itself
    counts so is looked for, too: another lead may have been offered since the door let this one in."""
    return _unlike(
        PlannedDedupe(each, _source_scope(each, other, flow), asked=other.name == source.name)
        for other in flow.sources
        for each in other.dedupes
        if each.counting == "sold" and (each.across or other.name == source.name)
    )


def source_dedupes(source: m.Source, flow: m.Flow) -> tuple[PlannedDedupe, ...]:
    """What this source's door looks for, and what it leaves: leads that were taken, unless only sold ones count."""
    own = [
        PlannedDedupe(each, _source_scope(each, source, flow), kept=each.counting != "sold")
        for each in source.dedupes
    ]
    others = [
        PlannedDedupe(each, _source_scope(each, other, flow), asked=False)
        for other in flow.sources
        if other.name != source.name
        for each in other.dedupes
        if each.across and each.counting != "sold"
    ]
    return _unlike((*own, *others))


def _buyer_scope(dedupe: m.Dedupe, buyer: m.Buyer, flow: m.Flow) -> str:
    scope = {"flow": f"{flow.name}/buyers", "all": "buyers"}.get(
        dedupe.across, f"{flow.name}/buyer/{buyer.name}"
    )
    return scope + ("/attempts" if dedupe.counting == "attempts" else "")


def _source_scope(dedupe: m.Dedupe, source: m.Source, flow: m.Flow) -> str:
    scope = {"flow": f"{flow.name}/sources", "all": "sources"}.get(
        dedupe.across, f"{flow.name}/source/{source.name}"
    )
    return scope + ("/sold" if dedupe.counting == "sold" else "")


def _unlike(found: Iterable[PlannedDedupe]) -> tuple[PlannedDedupe, ...]:
    return tuple(_first_of_its_kind(found))


def _first_of_its_kind(found: Iterable[PlannedDedupe]) -> Iterator[PlannedDedupe]:
    """Those that look somewhere, and of those that only leave something one for each scope and fields."""
    seen: set[tuple[str, str, bool]] = set()
    for each in found:
        place = (each.scope, names_of(each.dedupe), each.dedupe.by_hash)
        if each.asked or place not in seen:
            yield each
        seen.add(place)


def names_of(dedupe: m.Dedupe) -> str:
    """The fields of a dedupe, as the journal keeps them."""
    return "+".join(f"{read.name}{'.' + read.part if read.part else ''}" for read in dedupe.fields)
