"""Whether there is room for what is claimed: pauses, caps, budgets, accounts, dedupe keys. Reads only.

A buyer's claims are looked at by themselves (``claims_refused``), those of all buyers of a stage with few statements
(``each_refused``)."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from leadflow_engine.effects import BuyerLimits, KeyClaim, LimitClaim
from leadflow_engine.store import accounts, pools, sold_leads
from leadflow_engine.store.beside import Beside, overridden, paused
from leadflow_engine.store.codec import iso, moment
from leadflow_engine.store.digests import Digests
from leadflow_engine.store.overrides import sentence
from leadflow_engine.store.remembered import NEVER, Remembered
from leadflow_engine.store.room import Taken, Uses, first_full, plain_places
from leadflow_engine.store.rows import Rows

EARLIER_ATTEMPTS: Final = (
    "WITH RECURSIVE earlier (id) AS (SELECT lead FROM resubmission WHERE next = ?5 "
    "UNION SELECT r.lead FROM resubmission r JOIN earlier e ON r.next = e.id) SELECT id FROM earlier"
)
"""The leads that were earlier attempts at selling this one (``?5``)."""

LAST_SEEN: Final = (
    "SELECT max(at) FROM (SELECT max(k.at) AS at FROM dedupe_key f CROSS JOIN dedupe_key k ON k.lead = f.lead "
    "WHERE f.first AND f.hash = ?3 AND f.at > ?6 AND k.scope = ?1 AND k.fields = ?2 AND k.hash = ?3 "
    f"AND k.at > ?4 AND k.lead <> ?5 AND k.state <> 'released' AND k.lead NOT IN ({EARLIER_ATTEMPTS}) "
    "UNION ALL SELECT max(at) FROM imported_key WHERE scope = ?1 AND fields = ?2 AND hash = ?3 AND at > ?4)"
)
"""When a dedupe key (scope, fields, digest) was last seen after a time (``?4``; ``?6`` is an hour before it), of
another lead or in imported history. What a lead left within an hour is found by the first of it."""

HOUR: Final = datetime.timedelta(hours=1)

MOST_AT_ONCE: Final = 64

T = TypeVar("T")

Key = tuple[str, str, str]
"""A dedupe key: scope, fields, digest."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be claimed: a distribution word, a sentence, and until when, where that is
    known. ``of_price``: for the amount alone, so that less of it may fit."""

    code: str
    reason: str
    until: datetime.datetime | None = None
    of_price: bool = False


@dataclass(slots=True)
class Asking:
    """Who asks: a lead at a moment, with what stands beside it, and what is ``remembered`` of the journal. ``rows`` are
    for decisions: what waits there to be written, or to be committed; ``mark`` is for questions, from before the first
    of them: see ``Remembered.learn``."""

    connection: sqlite3.Connection
    digests: Digests
    lead: str
    at: datetime.datetime
    here: Beside
    remembered: Remembered | None = None
    rows: Rows | None = None
    mark: int = NEVER


def claims_refused(
    asking: Asking, limits: Iterable[LimitClaim], keys: Sequence[KeyClaim], taken: Taken | None = None
) -> Refusal | None:
    """The first of these claims that does not fit, caps before budgets before dedupe keys; None where all
    fit together, and beside what is ``taken``."""
    refusal = _full(asking, _in_order(asking, limits), taken)
    return refusal or _seen_of(asking, keys, seen_before(asking, keys))


def each_refused(asking: Asking, buyers: Sequence[BuyerLimits]) -> Mapping[str, Refusal]:
    """``claims_refused`` of each of these buyers by itself, and whether it has paid; those for which all fits are left
    out. Everybody's caps are one statement, and everybody's dedupe keys another."""
    uses = Uses(asking.connection, asking.at, asking.remembered, mark=asking.mark)
    limits = [_in_order(asking, buyer.limits) for buyer in buyers]
    places = [plain_places(uses, asking.digests, claims) for claims in limits]
    uses.learn(place for each in places for _, place in each or ())
    seen = seen_before(asking, [key for buyer in buyers for key in buyer.keys])
    found: dict[str, Refusal] = {}
    for buyer, claims, plain in zip(buyers, limits, places, strict=True):
        refusal = None
        if claims and (plain is None or not uses.plainly_fit(plain)):
            refusal = _full(asking, claims, None, uses)
        if refusal is None and seen:
            refusal = _seen_of(asking, buyer.keys, seen)
        refusal = or_overdue(asking, refusal, buyer.buyer)
        if refusal is not None:
            found[buyer.buyer] = refusal
    return found


def _full(
    asking: Asking, claims: Iterable[LimitClaim], taken: Taken | None, uses: Uses | None = None
) -> Refusal | None:
    uses = uses or Uses(asking.connection, asking.at, asking.remembered, asking.rows)
    full = first_full(asking.connection, asking.digests, claims, asking.at, taken, uses)
    return None if full is None else Refusal(full.claim.code, full.reason, full.until, full.claim.money)


def _in_order(asking: Asking, limits: Iterable[LimitClaim]) -> list[LimitClaim]:
    """The claims as they count: without those that the lead has made already, in the zones of those who count together,
    with the numbers that are set beside the flow; caps first."""
    claims = sold_leads.still_to_claim(asking.connection, asking.lead, limits)
    claims = overridden(asking.here, pools.in_their_zones(asking.connection, claims))
    return sorted(claims, key=_is_no_cap) if len(claims) > 1 else claims


def _is_no_cap(claim: LimitClaim) -> bool:
    return claim.code != "capped"


# ------------------------------------------------------------------ who pauses, who has not paid


def paused_now(asking: Asking, buyer: str) -> Refusal | None:
    """Whether an operator has paused the buyer in the lead's flow."""
    found = paused(asking.connection, asking.here, asking.lead, buyer)
    if found is None:
        return None
    return Refusal("paused", sentence(found), moment(found.until) if found.until else None)


def or_overdue(asking: Asking, refusal: Refusal | None, buyer: str) -> Refusal | None:
    """That the buyer has not paid an invoice that was due, which comes before a duplicate; else the refusal."""
    if buyer not in asking.here.billed or (refusal and refusal.code != "duplicate"):
        return refusal
    found = accounts.overdue(asking.connection, buyer, asking.at)
    if found is None:
        return refusal
    return Refusal("balance", accounts.overdue_sentence(found), accounts.look_again(asking.at))


# ------------------------------------------------------------------ dedupe keys


def seen_before(asking: Asking, keys: Iterable[KeyClaim]) -> Collection[Key]:
    """Those of the keys that were seen within their time, maybe of an earlier attempt at selling this very lead: that
    is looked at where one was. Whoever looks for the same fields looks for the same digest, and most leads are new:
    one look for that says so of all buyers."""
    asked = [(_key_of(asking.digests, key), key.within) for key in keys if key.asked]
    hashes = list({hash: None for (_, _, hash), _ in asked})
    if asking.remembered is not None and asking.remembered.are_new(hashes, asking.lead):
        return ()
    imported = asking.here.imported
    if not any(
        asking.connection.execute(_known(len(some), imported), (*some, asking.lead)).fetchone()
        for some in _some_of(hashes)
    ):
        if asking.rows is not None:
            waiting = asking.rows.hashes
            asking.rows.remembered.found_new((hash for hash in hashes if hash not in waiting), asking.lead)
        return ()
    since = {within: _since(asking.at, within) for _, within in asked}
    found: set[Key] = set()
    for rows in _some_of(list({(*key, *since[within]): None for key, within in asked})):
        values = [value for row in rows for value in row]
        values.append(asking.lead)
        found.update(asking.connection.execute(_seen(len(rows), imported), values))
    return found


def _some_of(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as one statement takes."""
    return (rows[start : start + MOST_AT_ONCE] for start in range(0, len(rows), MOST_AT_ONCE))


@lru_cache(2 * MOST_AT_ONCE)
def _known(count: int, imported: bool) -> str:
    """Whether any of these digests was left by another lead (the last value), or in imported history."""
    among = f"hash IN ({','.join(f'?{place}' for place in range(1, count + 1))})"
    before = f" UNION ALL SELECT 1 FROM imported_key WHERE {among}" if imported else ""
    return f"SELECT 1 FROM dedupe_key WHERE first AND {among} AND lead <> ?{count + 1}{before} LIMIT 1"


@lru_cache(2 * MOST_AT_ONCE)
def _seen(count: int, imported: bool) -> str:
    """Which of these keys (scope, fields, digest, since when, an hour before that) was seen of another lead (the last
    value)."""
    rows = ",".join(["(?,?,?,?,?)"] * count)
    before = (
        " OR EXISTS (SELECT 1 FROM imported_key WHERE scope = s AND fields = f AND hash = h AND at > t)"
        if imported
        else ""
    )
    return (
        f"WITH asked (s, f, h, t, u) AS (VALUES {rows}) SELECT s, f, h FROM asked WHERE EXISTS (SELECT 1 "
        "FROM dedupe_key one CROSS JOIN dedupe_key k ON k.lead = one.lead "
        "WHERE one.first AND one.hash = h AND one.at > u AND k.scope = s AND k.fields = f AND k.hash = h AND k.at > t "
        f"AND k.lead <> ?{5 * count + 1} AND k.state <> 'released'){before}"
    )


def _since(at: datetime.datetime, within: float) -> tuple[str, str]:
    """After when a key counts, and after when the first of its digest was left that its lead left in the same hour."""
    since = at - datetime.timedelta(seconds=within)
    return iso(since), iso(since - HOUR)


def _key_of(digests: Digests, claim: KeyClaim) -> Key:
    return claim.scope, claim.fields, digests.dedupe(claim.fields, claim.value)


def _seen_of(asking: Asking, keys: Iterable[KeyClaim], seen: Collection[Key]) -> Refusal | None:
    """That one of the keys, of which these were ``seen``, makes the lead a duplicate."""
    for claim in keys if seen else ():
        if not claim.asked or _key_of(asking.digests, claim) not in seen:
            continue
        last = last_seen(asking.connection, asking.digests, asking.lead, claim, asking.at)
        if last is not None:
            return Refusal("duplicate", claim.reason, last + datetime.timedelta(seconds=claim.within))
    return None


def last_seen(
    connection: sqlite3.Connection, digests: Digests, lead: str, claim: KeyClaim, at: datetime.datetime
) -> datetime.datetime | None:
    """When a dedupe key was last seen within its time, of another lead or in what another system sold. An earlier
    attempt at selling this lead is no other lead."""
    since, earlier = _since(at, claim.within)
    row = connection.execute(LAST_SEEN, (*_key_of(digests, claim), since, lead, earlier)).fetchone()
    return moment(row[0]) if row[0] is not None else None
