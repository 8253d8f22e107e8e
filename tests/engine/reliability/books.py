"""The comparison that counts: what the buyers' own books say against what the journal says.

``faults`` gives sentences, none where all is well, both after a kill (where leads may be unfinished) and at the end
(where none may be).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.effects import Fact
from leadflow_engine.interpreter.selling import delivery_key
from leadflow_engine.interpreter.sharing import shares
from leadflow_engine.operations.loading import load
from leadflow_engine.operations.resume import at_once, replay, writes_again
from leadflow_engine.plan import Plan
from leadflow_engine.runner import arrival_of
from leadflow_engine.sandbox.ledger import field_digest
from leadflow_engine.store import SqliteStore
from leadflow_engine.store.rebuild import contents

Post = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Intent:
    """One delivery as the journal has it."""

    lead: str
    buyer: str
    number: int
    state: str


class Compared:
    """The journal and the books side by side. ``ref`` is the lead's field that every post carries."""

    def __init__(self, store: SqliteStore, posts: list[Post]) -> None:
        self.posts = posts
        rows = store.query("SELECT lead, buyer, number, state FROM delivery ORDER BY lead, intent_at")
        self.intents = [Intent(*row) for row in rows]
        self.by_key = {delivery_key(each.lead, each.buyer, each.number): each for each in self.intents}
        leads = store.query("SELECT id, outcome FROM lead")
        self.outcomes: Mapping[str, str | None] = dict(leads)
        self.lead_of = {self._ref(store, lead): lead for lead in self.outcomes}

    @staticmethod
    def _ref(store: SqliteStore, lead: str) -> str:
        payload = arrival_of(lead, store.facts(lead)[0]).payload
        return field_digest(payload["ref"])

    def lead(self, post: Post) -> str:
        """The lead that a post was for; "" where the journal has none."""
        return self.lead_of.get(post["fields"]["ref"], "")

    # ---------------------------------------------------------------- after every kill

    def posts_without_intent(self) -> Iterator[str]:
        """G3: no byte of a post leaves before its intent is committed."""
        for post in self.posts:
            intent = self.by_key.get(post["idempotency_key"])
            if intent is None or intent.buyer != post["name"] or intent.lead != self.lead(post):
                yield f"post {post['seq']} to {post['name']} has no intent in the journal"

    def posts_made_twice(self, idempotent: frozenset[str]) -> Iterator[str]:
        """Nobody is posted the same lead twice, but a buyer that may be, under one key."""
        keys: dict[tuple[str, str], list[str]] = defaultdict(list)
        for post in self.posts:
            keys[post["fields"]["ref"], post["name"]].append(post["idempotency_key"])
        for (ref, buyer), used in keys.items():
            if len(used) > 1 and (buyer not in idempotent or len(set(used)) > 1):
                yield f"{buyer} was posted lead {self.lead_of.get(ref)} {len(used)} times"

    def takers(self) -> Mapping[str, set[str]]:
        """By lead, the buyers that took it, by their own books."""
        taken: dict[str, set[str]] = defaultdict(set)
        for post in self.posts:
            if post["taken"]:
                taken[self.lead(post)].add(post["name"])
        return taken

    def sold_twice(self, goes_on: frozenset[str], sharing: Mapping[str, int]) -> Iterator[str]:
        """Nobody takes a lead that somebody else took; a doubt of ``goes_on`` is passed over. ``sharing`` is how many
        may have a lead, by the buyers that share it."""
        states = self.states()
        for lead, buyers in self.takers().items():
            firm = {b for b in buyers if not (b in goes_on and "in_doubt" in states[lead, b])}
            if len(firm) > _may_have_it(firm, sharing):
                yield f"lead {lead} was taken by {', '.join(sorted(firm))}"
        sales: dict[str, set[str]] = defaultdict(set)
        for each in self.intents:
            if each.state == "confirmed":
                sales[each.lead].add(each.buyer)
        for lead, buyers in sales.items():
            if len(buyers) > _may_have_it(buyers, sharing):
                yield f"lead {lead} was sold to {', '.join(sorted(buyers))}"

    def states(self) -> Mapping[tuple[str, str], set[str]]:
        """The states of each lead's deliveries to a buyer."""
        states: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self.intents:
            states[each.lead, each.buyer].add(each.state)
        return states

    def over_cap(self, caps: Mapping[str, int]) -> Iterator[str]:
        """No cap is exceeded, by the buyer's count."""
        taken = Counter(buyer for buyers in self.takers().values() for buyer in buyers)
        yield from (
            f"{buyer} took {taken[buyer]}, its cap is {most}"
            for buyer, most in caps.items()
            if taken[buyer] > most
        )

    # ---------------------------------------------------------------- at the end

    def sales_that_differ(self) -> Iterator[str]:
        """Who took a lead has a sale or a doubt in the journal; who has a sale there took the lead."""
        states, takers = self.states(), self.takers()
        for lead, buyers in takers.items():
            for buyer in buyers:
                if not states[lead, buyer] & {"confirmed", "in_doubt"}:
                    yield f"{buyer} took lead {lead}; the journal says {states[lead, buyer]}"
        for each in self.intents:
            if each.state == "confirmed" and each.buyer not in takers.get(each.lead, ()):
                yield f"the journal sold {each.lead} to {each.buyer}, which did not take it"

    def unfinished(self, store: SqliteStore) -> Iterator[str]:
        """Every lead has ended, or waits with a row that says for what."""
        waiting = {work.lead for work in store.work()}
        for lead, outcome in self.outcomes.items():
            if outcome is None or (outcome in {"held", "pending", "in_doubt"}) != (lead in waiting):
                yield f"lead {lead} has outcome {outcome} and {'a' if lead in waiting else 'no'} row of work"
        yield from (f"{each} is still an intent" for each in self.intents if each.state == "intent")


def _may_have_it(buyers: set[str], sharing: Mapping[str, int]) -> int:
    """How many may have a lead, where these have it."""
    return min((sharing.get(buyer, 1) for buyer in buyers), default=1)


def sharing_of(plan: Plan) -> Mapping[str, int]:
    """How many may have a lead, by the buyers that only ever share one."""
    several = {
        name: stage.sell_high for stage in plan.stages.values() if shares(stage) for name in stage.buyers
    }
    alone = {name for stage in plan.stages.values() if not shares(stage) for name in stage.buyers}
    return {name: most for name, most in several.items() if name not in alone}


def policy(plan: Plan) -> tuple[frozenset[str], frozenset[str]]:
    """The buyers that may be posted twice, and those whose doubt is passed over, at once or after a time."""
    buyers = [planned.buyer for planned in plan.buyers.values()]
    idempotent = frozenset(buyer.name for buyer in buyers if buyer.idempotent)
    over = [b for b in buyers if b.on_doubt.action == "next" or b.on_doubt.after is not None]
    return idempotent, frozenset(buyer.name for buyer in over)


@cache
def plan_of(flow: Path) -> Plan:
    """A flow's plan, made once."""
    return load(flow).plan


def faults(
    db: Path, flow: Path, entries: list[dict[str, Any]], caps: Mapping[str, int], ended: bool = True
) -> list[str]:
    """What is wrong with a journal, held against the other side's books. ``ended``: nothing runs now."""
    plan = plan_of(flow)
    posts = [entry for entry in entries if entry["leg"] == "post"]
    idempotent, goes_on = policy(plan)
    store = SqliteStore.read_only(db, RealClock())
    try:
        both = Compared(store, posts)
        found = [
            *both.posts_without_intent(),
            *both.posts_made_twice(idempotent),
            *both.sold_twice(goes_on, sharing_of(plan)),
            *both.over_cap(caps),
            *(f"the chain breaks: {each}" for each in store.verify()),
        ]
        if ended:
            found += [*both.sales_that_differ(), *both.unfinished(store), *stories_that_differ(store, plan)]
        return found
    finally:
        store.close_now()


def stories_that_differ(store: SqliteStore, plan: Plan) -> Iterator[str]:
    """Each lead's facts, replayed, make the same facts again."""
    for (lead,) in store.query("SELECT id FROM lead ORDER BY id"):
        facts = store.facts(lead)
        again = [fact for ending in at_once(replay(plan, lead, facts)) for fact in ending.facts]
        if [shape_of(fact) for fact in again if fact.kind != "received"] != [
            shape_of(fact) for fact in facts if fact.kind not in {"received", "settled"}
        ]:
            yield f"lead {lead} is another when it is replayed"


def shape_of(fact: Fact) -> tuple[int, str, str]:
    """What of a fact a replay must give again beside its content."""
    return fact.seq, fact.key, fact.kind


def rebuilt(db: Path, flow: Path) -> list[str]:
    """The projections that differ after they were all made again from the facts."""
    plan = plan_of(flow)
    store = SqliteStore.open(db, RealClock())
    try:
        before = store.transact(lambda core: contents(core.connection))
        store.rebuild(lambda lead, facts: writes_again(plan, lead, facts))
        after = store.transact(lambda core: contents(core.connection))
        return [table for table in before if before[table] != after[table]]
    finally:
        store.close_now()
