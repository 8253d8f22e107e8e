"""What is said of a delivery after its Run."""

from __future__ import annotations

from typing import Any

import pytest

from leadflow_engine.store import Later, SqliteStore, StoreError


def waiting(kit: Any, store: SqliteStore, lead: str = "L1") -> Any:
    story = kit.sell(store, lead, "in_doubt", limits=[kit.cap(5)], keys=[kit.key("+15125550147")])
    store.write_now(story.suspend(due=None))
    return story


@pytest.mark.parametrize(
    ("word", "state", "cap", "sales"), [("sold", "confirmed", (0, 1), 1), ("declined", "declined", (0, 0), 0)]
)
def test_a_word_ends_the_doubt(
    kit: Any, store: SqliteStore, word: str, state: str, cap: tuple[int, int], sales: int
) -> None:
    waiting(kit, store)
    assert [each.state for each in store.doubts()] == ["in_doubt"]
    kit.clock.pass_(hours=2)
    assert store.settle_delivery("L1", "sunpath", 1, word, "ann", "she called them") == Later(state)
    assert store.doubts() == []
    assert store.query("SELECT held, counted FROM cap") == [cap]
    assert store.query("SELECT count(*) FROM sale") == [(sales,)]
    fact = store.facts("L1")[-1]
    assert (fact.key, fact.kind) == ("settled/sunpath/1/1", "settled")
    assert fact.body["by"] == "ann"
    assert [work.lead for work in store.work_due(kit.clock.at)] == ["L1"]
    assert store.verify() == []


def test_the_opposite_of_what_is_settled_is_a_conflict_that_is_shown(kit: Any, store: SqliteStore) -> None:
    store.write_now(kit.sell(store, "L1", "confirmed").end())
    said = store.settle_delivery("L1", "sunpath", 1, "declined", "sunpath", "callback")
    assert said == Later("confirmed", "declined (sunpath: callback) after it was confirmed")
    assert [each.conflict for each in store.doubts()] == [said.conflict]
    assert store.query("SELECT count(*) FROM sale") == [(1,)]


def test_the_same_word_twice_changes_nothing(kit: Any, store: SqliteStore) -> None:
    waiting(kit, store)
    for number in (1, 2):
        assert store.settle_delivery("L1", "sunpath", 1, "sold", "ann", "yes").state == "confirmed"
        assert store.facts("L1")[-1].key == f"settled/sunpath/1/{number}"
    assert store.query("SELECT kind, count(*) FROM ledger GROUP BY 1") == [("sale", 1), ("source", 1)]


def test_a_late_yes_for_a_lead_that_another_has_is_a_conflict(kit: Any, store: SqliteStore) -> None:
    story = kit.sell(store, "L1", "in_doubt")
    store.write_now(story.intent("westsun", beside_doubt=True))
    store.write_now(story.settle("confirmed", "westsun", n=2))
    store.write_now(story.end())
    store.settle_delivery("L1", "sunpath", 1, "sold", "ann", "their log has it")
    (doubt,) = store.doubts()
    assert (doubt.buyer, doubt.conflict) == ("sunpath", "sold exclusively, and westsun has it too")


def test_a_late_yes_for_a_lead_that_nobody_took_makes_it_sold(kit: Any, store: SqliteStore) -> None:
    story = kit.sell(store, "L1", "in_doubt")
    store.write_now(story.end("unsold", "nobody took it"))
    store.settle_delivery("L1", "sunpath", 1, "sold", "ann", "their log has it")
    assert store.query("SELECT outcome FROM lead") == [("sold",)]


def test_what_cannot_be_settled_is_said(kit: Any, store: SqliteStore) -> None:
    waiting(kit, store)
    with pytest.raises(StoreError, match=r"no delivery westsun/1; it has sunpath/1 \(in_doubt\)"):
        store.settle_delivery("L1", "westsun", 1, "sold", "ann", "")
    with pytest.raises(StoreError, match="`maybe` settles nothing: say sold or declined"):
        store.settle_delivery("L1", "sunpath", 1, "maybe", "ann", "")


def test_of_a_lead_that_is_under_way_nothing_is_said_until_it_ends_or_waits(
    kit: Any, store: SqliteStore
) -> None:
    story = kit.sell(store, "L1", "in_doubt")
    with pytest.raises(StoreError, match=r"lead L1 is under way.*`leadflow work --drain`"):
        store.settle_delivery("L1", "sunpath", 1, "sold", "ann", "yes")
    assert store.facts("L1")[-1].key == "settle/1"
    store.write_now(story.suspend(due=None))
    for _ in range(2):  # what was said before does not begin a segment
        assert store.settle_delivery("L1", "sunpath", 1, "sold", "ann", "yes") == Later("confirmed")


def test_a_run_that_did_not_see_the_word_does_not_go_on_beside_it(kit: Any, store: SqliteStore) -> None:
    story = waiting(kit, store)
    store.settle_delivery("L1", "sunpath", 1, "declined", "ann", "no")
    story.fact("clock/segment.2", "read", {"now": "2026-11-20T14:41:07Z"})
    with pytest.raises(StoreError, match="another Run of this lead has written in between"):
        store.write_now(story.intent("westsun"))
