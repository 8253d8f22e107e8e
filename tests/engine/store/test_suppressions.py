"""Suppression lists in the journal: an intent looks again, an entry ends, a rebuild leaves them as they are."""

from __future__ import annotations

import datetime
from typing import Any

from leadflow_engine.effects import Suppressible
from leadflow_engine.store import SqliteStore

PHONE = Suppressible("solar", "facebook", (("do_not_sell", "phone_1", "+15125550147"),))


def test_a_lead_that_came_onto_the_list_on_its_way_is_not_sold(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    store.suppress("do_not_sell", ["+15125550147"], "ann", "asked")
    said = store.write_now(story.intent(suppressible=PHONE))
    assert said == {"granted": False, "code": "filtered", "reason": "is on do_not_sell"}


def test_an_entry_for_one_buyer_stops_no_other(kit: Any, store: SqliteStore) -> None:
    store.suppress("do_not_sell", ["+15125550147"], "ann", "asked", scope="solar/buyer/westsun")
    story = kit.story("L1")
    store.write_now(story.accept())
    assert store.write_now(story.intent(suppressible=PHONE))["granted"]
    assert not store.write_now(story.intent("westsun", exclusive=False, suppressible=PHONE))["granted"]


def test_an_entry_ends_and_may_come_again(kit: Any, store: SqliteStore) -> None:
    length = datetime.timedelta(days=1)
    assert store.suppress("dns", ["a"], "ann", "asked", expires=length) == 1
    assert store.suppress("dns", ["a"], "ann", "again", expires=length) == 0
    kit.clock.pass_(days=1)
    assert store.suppressed("dns", "a") == []
    assert store.suppress("dns", ["a"], "ann", "once more", expires=length) == 1
    assert [change.entries for change in store.suppression_list("dns")[1]] == [1, 0, 1]


def test_a_rebuild_leaves_the_lists_as_they_are(kit: Any, store: SqliteStore) -> None:
    store.suppress("dns", ["a"], "ann", "asked")
    store.rebuild(lambda lead, facts: [])
    assert len(store.suppressed("dns", "a")) == 1
