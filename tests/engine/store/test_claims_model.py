"""Claims against a model that only counts: whatever happens in whatever order, the journal and the model
agree."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from leadflow_engine.store import SqliteStore

HOUR, DAY, BUDGET = 2, 3, 120_000_000
STATES = ("confirmed", "declined", "in_doubt", "not_sent", "pending")
RELEASED = ("declined", "not_sent")


@dataclass
class Post:
    """A delivery as the model sees it."""

    story: Any
    at: datetime.datetime
    phone: str
    state: str = "intent"

    @property
    def counts(self) -> bool:
        return self.state not in RELEASED


def test_the_journal_and_a_model_agree(kit: Any) -> None:
    class Claims(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.kit = type(kit)(type(kit.clock)())
            self.store = SqliteStore.memory(self.kit.clock)
            self.store.add_plan("4f1c09a", kit.plan)
            self.posts: list[Post] = []
            self.leads = 0

        def teardown(self) -> None:
            self.store.close_now()

        def claims(self, phone: str) -> dict[str, Any]:
            budget = self.kit.cap(
                BUDGET,
                limit="budget",
                period="month",
                zone="UTC",
                amount=50_000_000,
                code="balance",
                reason="budget 120.00 per month",
            )
            hour = self.kit.cap(HOUR, zone="UTC")
            day = self.kit.cap(DAY, limit="day", period="day", zone="UTC")
            return {"limits": [hour, day, budget], "keys": [self.kit.key(phone, within=3 * 3600.0)]}

        def expected(self, phone: str) -> str:
            now = self.kit.clock.at
            live = [post for post in self.posts if post.counts]
            hour = sum(
                post.at.replace(minute=0, second=0) == now.replace(minute=0, second=0) for post in live
            )
            day = sum(post.at.date() == now.date() for post in live)
            month = sum((post.at.year, post.at.month) == (now.year, now.month) for post in live)
            if hour >= HOUR or day >= DAY:
                return "capped"
            if (month + 1) * 50_000_000 > BUDGET:
                return "balance"
            since = now - datetime.timedelta(hours=3)
            return "duplicate" if any(post.phone == phone and post.at > since for post in live) else ""

        @rule(phone=st.sampled_from(["a", "b", "c", "d"]))
        def asks(self, phone: str) -> None:
            self.leads += 1
            story = self.kit.story(f"L{self.leads}")
            self.store.write_now(story.accept())
            expected = self.expected(phone)
            asked = self.kit.limits(**self.claims(phone))
            out = self.store.read(story.lead, asked)["out"].get("sunpath", {"code": ""})
            assert out["code"] in (expected, "paused")  # many failures in a minute take a buyer down besides
            result = self.store.write_now(story.intent(**self.claims(phone)))
            assert result.get("code", "") == expected
            if result["granted"]:
                self.posts.append(Post(story, self.kit.clock.at, phone))

        @rule(which=st.integers(0, 50), state=st.sampled_from(STATES))
        def hears(self, which: int, state: str) -> None:
            waiting = [post for post in self.posts if post.state == "intent"]
            if waiting:
                post = waiting[which % len(waiting)]
                self.store.write_now(post.story.settle(state))
                self.store.write_now(post.story.suspend())
                post.state = state

        @rule(which=st.integers(0, 50), word=st.sampled_from(["sold", "declined"]))
        def is_told_later(self, which: int, word: str) -> None:
            heard = [post for post in self.posts if post.state != "intent"]
            if heard:
                post = heard[which % len(heard)]
                said = self.store.settle_delivery(post.story.lead, "sunpath", 1, word, "ann", "asked")
                post.story.seq += 1
                post.state = said.state

        @rule(minutes=st.sampled_from([1, 20, 59, 60, 180, 1440, 20 * 1440]))
        def time_passes(self, minutes: int) -> None:
            self.kit.clock.pass_(minutes=minutes)

        @invariant()
        def no_cap_is_exceeded_and_all_are_the_sum_of_what_counts(self) -> None:
            most = {"sunpath/cap/hour": HOUR, "day": DAY, "budget": BUDGET}
            rows = self.store.query('SELECT "limit", held, counted FROM cap')
            for limit, held, counted in rows:
                assert min(held, counted) >= 0
                assert held + counted <= most[limit]
            held = sum(post.state in ("intent", "in_doubt", "pending") for post in self.posts)
            counted = sum(post.state == "confirmed" for post in self.posts)
            days = [row for row in rows if row[0] == "day"]
            assert (sum(row[1] for row in days), sum(row[2] for row in days)) == (held, counted)

    run_state_machine_as_test(
        Claims, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )
